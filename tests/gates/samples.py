"""One call of every function of NumPy that gates are composed to.

Each is a function of a matrix of four by four, real or complex. What has no derivative
is among them; what gives several arrays gives all of them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

Call = Callable[[Any], Any]
PLACES = np.array([[0, 2, 1, 3], [3, 3, 0, 1]])
MASK = np.array([True, False, True, True])
GRID = np.linspace(-1.0, 2.0, 4)


def symmetric(x: Any) -> Any:
    """Give a positive definite matrix."""
    return x @ np.conj(x).T + 4 * np.eye(4)


def written(write: Callable[[Any], None], x: Any) -> Any:
    """Give a copy into which something was written."""
    copy = x.copy()
    write(copy)
    return copy * x


SHAPES: dict[str, Call] = {
    "append": lambda x: np.append(x, x[:1] ** 2, axis=0),
    "apply_along_axis": lambda x: np.apply_along_axis(np.sum, 0, x),
    "apply_over_axes": lambda x: np.apply_over_axes(np.sum, x, [0, 1]),
    "array_split": lambda x: np.array_split(x, 3, axis=1),
    "astype": lambda x: np.astype(x, x.dtype) * x,
    "atleast_1d": lambda x: np.atleast_1d(x[0, 0]),
    "atleast_2d": lambda x: np.atleast_2d(x[0]),
    "atleast_3d": lambda x: np.atleast_3d(x),
    "block": lambda x: np.block([[x, x[:, :1]], [x[:1], np.ones((1, 1))]]),
    "broadcast_arrays": lambda x: np.broadcast_arrays(x, x[0]),
    "broadcast_to": lambda x: np.broadcast_to(x[0], (3, 4)),
    "choose": lambda x: np.choose(PLACES, [x[0], x[1], x[2], x[3]]),
    "column_stack": lambda x: np.column_stack([x[0], x]),
    "compress": lambda x: np.compress(MASK, x, axis=1),
    "concat": lambda x: np.concat([x, x * x]),
    "copy": lambda x: np.copy(x),
    "copyto": lambda x: written(lambda a: np.copyto(a, x[0], where=MASK), x),
    "delete": lambda x: np.delete(x, [0, 2], axis=1),
    "diag": lambda x: (np.diag(x, 1), np.diag(x[0])),
    "diag_indices_from": lambda x: x[np.diag_indices_from(x)],
    "diagflat": lambda x: np.diagflat(x[:2, :2], 1),
    "diagonal": lambda x: np.diagonal(x, -1),
    "dsplit": lambda x: np.dsplit(x.reshape(2, 2, 4), 2),
    "dstack": lambda x: np.dstack([x, x * x]),
    "empty_like": lambda x: np.empty_like(x).shape[0] * x,
    "expand_dims": lambda x: np.expand_dims(x, (0, 2)),
    "extract": lambda x: np.extract(np.eye(4) > 0, x),
    "fill_diagonal": lambda x: written(lambda a: np.fill_diagonal(a, x[0]), x),
    "flip": lambda x: np.flip(x, 1),
    "fliplr": lambda x: np.fliplr(x),
    "flipud": lambda x: np.flipud(x),
    "full_like": lambda x: np.full_like(x, x[0]),
    "hsplit": lambda x: np.hsplit(x, [1, 3]),
    "hstack": lambda x: np.hstack([x, x[:, :1]]),
    "insert": lambda x: np.insert(x, 1, x[0] * 2, axis=0),
    "ix_": lambda x: x[np.ix_([0, 2], [1, 3])],
    "matrix_transpose": lambda x: np.matrix_transpose(x),
    "meshgrid": lambda x: np.meshgrid(x[0], x[1]),
    "moveaxis": lambda x: np.moveaxis(x, 0, 1),
    "ones_like": lambda x: np.ones_like(x) * x,
    "pad": lambda x: np.pad(x, 1, mode="reflect"),
    "permute_dims": lambda x: np.permute_dims(x, (1, 0)),
    "piecewise": lambda x: np.piecewise(x, [np.eye(4) > 0], [np.sin, np.cos]),
    "place": lambda x: written(lambda a: np.place(a, np.eye(4) > 0, x[0]), x),
    "put": lambda x: written(lambda a: np.put(a, [0, 5], x[0, 1:3]), x),
    "put_along_axis": lambda x: written(
        lambda a: np.put_along_axis(a, PLACES[:, :1], x[:2, :1], 1), x[:2]
    ),
    "putmask": lambda x: written(lambda a: np.putmask(a, np.eye(4) > 0, x * 3), x),
    "ravel": lambda x: np.ravel(x, "F"),
    "repeat": lambda x: np.repeat(x, [1, 0, 2, 1], axis=0),
    "reshape": lambda x: np.reshape(x, (2, -1), order="F"),
    "resize": lambda x: np.resize(x, (3, 7)),
    "roll": lambda x: np.roll(x, (1, -2), (0, 1)),
    "rollaxis": lambda x: np.rollaxis(x, 1),
    "rot90": lambda x: np.rot90(x, 3),
    "select": lambda x: np.select([np.eye(4) > 0, MASK], [x, x * x], default=2.0),
    "split": lambda x: np.split(x, 2),
    "squeeze": lambda x: np.squeeze(x[:1]),
    "stack": lambda x: np.stack([x, x * x], axis=-1),
    "swapaxes": lambda x: np.swapaxes(x, 0, 1),
    "take": lambda x: np.take(x, PLACES, axis=1),
    "take_along_axis": lambda x: np.take_along_axis(x[:2], PLACES, axis=1),
    "tile": lambda x: np.tile(x, (2, 1, 2)),
    "transpose": lambda x: np.transpose(x),
    "tril": lambda x: np.tril(x, 1),
    "tril_indices_from": lambda x: x[np.tril_indices_from(x)],
    "triu": lambda x: np.triu(x),
    "triu_indices_from": lambda x: x[np.triu_indices_from(x)],
    "unstack": lambda x: np.unstack(x, axis=1),
    "vsplit": lambda x: np.vsplit(x, 2),
    "vstack": lambda x: np.vstack([x, x[0]]),
    "where": lambda x: np.where(MASK, x, x * x),
    "zeros_like": lambda x: np.zeros_like(x) + x,
}
"""Layout, joins, pieces, indices and writes."""

SUMS: dict[str, Call] = {
    "amax": lambda x: np.amax(x, 0),
    "amin": lambda x: np.amin(x, 0),
    "average": lambda x: np.average(x, axis=0, weights=GRID + 2),
    "bincount": lambda x: np.bincount(PLACES[0], x[0]),
    "corrcoef": lambda x: np.corrcoef(x),
    "cov": lambda x: np.cov(x, ddof=1),
    "cumprod": lambda x: np.cumprod(x, 1),
    "cumsum": lambda x: np.cumsum(x, 1),
    "cumulative_prod": lambda x: np.cumulative_prod(x, axis=0, include_initial=True),
    "cumulative_sum": lambda x: np.cumulative_sum(x, axis=0, include_initial=True),
    "diff": lambda x: np.diff(x, 2),
    "ediff1d": lambda x: np.ediff1d(x, to_end=[1.0]),
    "gradient": lambda x: np.gradient(x, 0.5, GRID**3),
    "histogram": lambda x: np.histogram(GRID, 3, (-1, 2), weights=x[0])[0],
    "histogram2d": lambda x: np.histogram2d(GRID, GRID, 2, weights=x[0])[0],
    "histogramdd": lambda x: np.histogramdd([GRID, GRID], 2, weights=x[0])[0],
    "max": lambda x: np.max(x, 1),
    "mean": lambda x: np.mean(x, 1, where=MASK),
    "median": lambda x: np.median(x, 1),
    "min": lambda x: np.min(x, 1),
    "nancumprod": lambda x: np.nancumprod(x, 1),
    "nancumsum": lambda x: np.nancumsum(x, 1),
    "nanmax": lambda x: np.nanmax(x, 1),
    "nanmean": lambda x: np.nanmean(np.where(MASK, x, np.nan), 1),
    "nanmedian": lambda x: np.nanmedian(np.where(MASK, x, np.nan), 1),
    "nanmin": lambda x: np.nanmin(x, 1),
    "nanpercentile": lambda x: np.nanpercentile(np.where(MASK, x, np.nan), 30, 1),
    "nanprod": lambda x: np.nanprod(np.where(MASK, x, np.nan), 1),
    "nanquantile": lambda x: np.nanquantile(np.where(MASK, x, np.nan), 0.4, 1),
    "nanstd": lambda x: np.nanstd(np.where(MASK, x, np.nan), 1),
    "nansum": lambda x: np.nansum(np.where(MASK, x, np.nan), 1),
    "nanvar": lambda x: np.nanvar(np.where(MASK, x, np.nan), 1),
    "partition": lambda x: np.sort(np.partition(x, 2)[:, :2]),
    "percentile": lambda x: np.percentile(x, [20, 70], 1),
    "prod": lambda x: np.prod(x, 1),
    "ptp": lambda x: np.ptp(x, 1),
    "quantile": lambda x: np.quantile(x, 0.3, 0),
    "sort": lambda x: np.sort(x),
    "sort_complex": lambda x: np.sort_complex(x[0]),
    "std": lambda x: np.std(x, 1),
    "sum": lambda x: np.sum(x, 1, initial=2.0, where=MASK),
    "trapezoid": lambda x: np.trapezoid(x, GRID**3),
    "unwrap": lambda x: np.unwrap(x * 4),
    "var": lambda x: np.var(x, 1, ddof=1),
}
"""Reductions, scans, orders and statistics."""

NUMBERS: dict[str, Call] = {
    "angle": lambda x: np.angle(x * (1 + 2j)),
    "clip": lambda x: np.clip(x, -0.5, 0.5),
    "divmod": lambda x: np.divmod(x, 0.7),
    "fix": lambda x: x * np.fix(x / 9 + 2.5),
    "frexp": lambda x: np.frexp(x / 9 + 2.5)[0],
    "geomspace": lambda x: np.geomspace(x[0] + 9, x[1] + 20, 5),
    "interp": lambda x: np.interp(GRID + 0.1, GRID, x[0]),
    "linspace": lambda x: np.linspace(x[0], x[1], 5, axis=1),
    "logspace": lambda x: np.logspace(x[0], x[1], 5),
    "modf": lambda x: np.modf(x / 9 + 2.5),
    "nan_to_num": lambda x: np.nan_to_num(x),
    "real_if_close": lambda x: np.real_if_close(x.real) * 1.0,
    "around": lambda x: x * np.around(x / 99 + 2.5, 1),
    "round": lambda x: x * np.round(x / 99 + 2.5, 1),
    "sign": lambda x: x * np.sign(x),
    "poly": lambda x: np.poly(x[0]),
    "polyadd": lambda x: np.polyadd(x[0], x[1, :2]),
    "polyder": lambda x: np.polyder(x[0], 2),
    "polyfit": lambda x: np.polyfit(GRID, x, 2),
    "polyint": lambda x: np.polyint(x[0], 2, [1.0, 2.0]),
    "polymul": lambda x: np.polymul(x[0], x[1, :2]),
    "polysub": lambda x: np.polysub(x[0], x[1, :2]),
    "polyval": lambda x: np.polyval(x[0], x[1:]),
    "vander": lambda x: np.vander(x[0], 3),
}
"""Numbers, samples of functions and polynomials."""

PRODUCTS: dict[str, Call] = {
    "convolve": lambda x: np.convolve(x[0], x[1, :3], "same"),
    "correlate": lambda x: np.correlate(x[0], x[1, :3], "full"),
    "cross": lambda x: np.cross(x[:, :3], x[:, 1:]),
    "dot": lambda x: np.dot(x, x[0]),
    "einsum": lambda x: np.einsum("ij,kj->ik", x, x),
    "inner": lambda x: np.inner(x, x[:2]),
    "kron": lambda x: np.kron(x[:2], x[:, :3]),
    "matvec": lambda x: np.matvec(x, x[0]),
    "outer": lambda x: np.outer(x[0], x[1]),
    "tensordot": lambda x: np.tensordot(x, x, ([0], [1])),
    "trace": lambda x: np.trace(x, 1),
    "vdot": lambda x: np.vdot(x, x * x),
    "vecdot": lambda x: np.vecdot(x, x[0]),
    "vecmat": lambda x: np.vecmat(x[0], x),
    "linalg.cholesky": lambda x: np.linalg.cholesky(symmetric(x)),
    "linalg.cond": lambda x: np.linalg.cond(x),
    "linalg.cross": lambda x: np.linalg.cross(x[:, :3], x[:, 1:]),
    "linalg.diagonal": lambda x: np.linalg.diagonal(x),
    "linalg.eig": lambda x: np.sort(np.abs(np.linalg.eig(symmetric(x))[0])),
    "linalg.eigh": lambda x: np.abs(np.linalg.eigh(symmetric(x))[1]),
    "linalg.eigvals": lambda x: np.sort(np.abs(np.linalg.eigvals(symmetric(x)))),
    "linalg.eigvalsh": lambda x: np.linalg.eigvalsh(symmetric(x)),
    "linalg.lstsq": lambda x: np.linalg.lstsq(x[:, :3], x[:, 3])[0],
    "linalg.matrix_norm": lambda x: np.linalg.matrix_norm(x),
    "linalg.matrix_power": lambda x: np.linalg.matrix_power(x, 3),
    "linalg.matrix_transpose": lambda x: np.linalg.matrix_transpose(x),
    "linalg.multi_dot": lambda x: np.linalg.multi_dot([x, x[:, :2], x[:2]]),
    "linalg.norm": lambda x: np.linalg.norm(x, 3, axis=1),
    "linalg.outer": lambda x: np.linalg.outer(x[0], x[1]),
    "linalg.pinv": lambda x: np.linalg.pinv(x[:3]),
    "linalg.qr": lambda x: np.abs(np.linalg.qr(x)[1]),
    "linalg.slogdet": lambda x: np.linalg.slogdet(x)[1],
    "linalg.solve": lambda x: np.linalg.solve(x, x[0]),
    "linalg.svd": lambda x: np.abs(np.linalg.svd(x)[0]),
    "linalg.svdvals": lambda x: np.linalg.svdvals(x),
    "linalg.tensordot": lambda x: np.linalg.tensordot(x, x, axes=1),
    "linalg.tensorinv": lambda x: np.linalg.tensorinv(x.reshape(2, 2, 4)),
    "linalg.tensorsolve": lambda x: np.linalg.tensorsolve(x, x[0]),
    "linalg.trace": lambda x: np.linalg.trace(x),
    "linalg.vecdot": lambda x: np.linalg.vecdot(x, x[0]),
    "linalg.vector_norm": lambda x: np.linalg.vector_norm(x),
    "fft.fft": lambda x: np.fft.fft(x, 5),
    "fft.fft2": lambda x: np.fft.fft2(x),
    "fft.fftn": lambda x: np.fft.fftn(x, norm="ortho"),
    "fft.fftshift": lambda x: np.fft.fftshift(x),
    "fft.hfft": lambda x: np.fft.hfft(x),
    "fft.ifft": lambda x: np.fft.ifft(x),
    "fft.ifft2": lambda x: np.fft.ifft2(x),
    "fft.ifftn": lambda x: np.fft.ifftn(x),
    "fft.ifftshift": lambda x: np.fft.ifftshift(x),
    "fft.ihfft": lambda x: np.fft.ihfft(x),
    "fft.irfft": lambda x: np.fft.irfft(x, 7),
    "fft.irfft2": lambda x: np.fft.irfft2(x),
    "fft.irfftn": lambda x: np.fft.irfftn(x),
    "fft.rfft": lambda x: np.fft.rfft(x, 5),
    "fft.rfft2": lambda x: np.fft.rfft2(x),
    "fft.rfftn": lambda x: np.fft.rfftn(x),
}
"""Products, linear algebra and Fourier transforms."""

DECIDED: dict[str, Call] = {
    "trim_zeros": lambda x: np.trim_zeros(np.concat([x[0], np.zeros(2)])),
    "polydiv": lambda x: np.polydiv(x[0] + 3, x[1, :2] + 3),
    "roots": lambda x: np.sort(np.abs(np.roots(x[0] + [5, 1, 2, 9]))),
    "intersect1d": lambda x: np.intersect1d(x[0], x),
    "setdiff1d": lambda x: np.setdiff1d(x[0], x[0, :2]),
    "setxor1d": lambda x: np.setxor1d(x[0, 1:], x[0, :3]),
    "union1d": lambda x: np.union1d(x[0], x[1]),
    "unique": lambda x: np.unique(x[0]),
    "unique_all": lambda x: np.unique_all(x[0])[0],
    "unique_counts": lambda x: np.unique_counts(x[0])[0],
    "unique_inverse": lambda x: np.unique_inverse(x[0])[0],
    "unique_values": lambda x: np.sort(np.unique_values(x[0])),
}
"""What has a derivative, but a shape that values decide."""

DERIVATIVES = {**SHAPES, **SUMS, **NUMBERS, **PRODUCTS}
"""What has a derivative, whether values are known or not."""

CONSTANT: dict[str, Call] = {
    "all": lambda x: np.all(x > 0, 1),
    "allclose": lambda x: np.allclose(x, x),
    "any": lambda x: np.any(x > 0, 1),
    "argmax": lambda x: np.argmax(x, 1),
    "argmin": lambda x: np.argmin(x, 1),
    "argpartition": lambda x: np.sort(np.argpartition(x, 2)[:, :2]),
    "argsort": lambda x: np.argsort(x),
    "array_equal": lambda x: np.array_equal(x, x),
    "array_equiv": lambda x: np.array_equiv(x, x[0]),
    "can_cast": lambda x: np.can_cast(x, np.complex128),
    "common_type": lambda x: np.common_type(x) is np.float64,
    "count_nonzero": lambda x: np.count_nonzero(x > 0, axis=1),
    "digitize": lambda x: np.digitize(x.real, GRID),
    "einsum_path": lambda x: len(np.einsum_path("ij,jk->ik", x, x)[0]),
    "histogram_bin_edges": lambda x: np.histogram_bin_edges(GRID, 3, weights=x[0]),
    "iscomplex": lambda x: np.iscomplex(x),
    "iscomplexobj": lambda x: np.iscomplexobj(x),
    "isclose": lambda x: np.isclose(x, x[0]),
    "isin": lambda x: np.isin(x, x[0]),
    "isneginf": lambda x: np.isneginf(x.real),
    "isposinf": lambda x: np.isposinf(x.real),
    "isreal": lambda x: np.isreal(x),
    "isrealobj": lambda x: np.isrealobj(x),
    "lexsort": lambda x: np.lexsort((x[0], x[1])),
    "linalg.matrix_rank": lambda x: np.linalg.matrix_rank(x),
    "min_scalar_type": lambda x: np.min_scalar_type(x).itemsize,
    "nanargmax": lambda x: np.nanargmax(x, 1),
    "nanargmin": lambda x: np.nanargmin(x, 1),
    "ndim": lambda x: np.ndim(x),
    "ravel_multi_index": lambda x: np.ravel_multi_index(
        (np.argmax(x, 1), [1] * 4), (4, 4)
    ),
    "result_type": lambda x: np.result_type(x, 1).itemsize,
    "searchsorted": lambda x: np.searchsorted(np.sort(x[0]), x[1]),
    "shape": lambda x: np.shape(x)[0],
    "size": lambda x: np.size(x),
    "unravel_index": lambda x: np.unravel_index(np.argmax(x), (4, 4)),
}
"""What has no derivative: places, counts, tests, dtypes."""

KNOWN: dict[str, Call] = {
    "argwhere": lambda x: np.argwhere(x > 0),
    "flatnonzero": lambda x: np.flatnonzero(x > 0),
    "nonzero": lambda x: np.nonzero(x > 0),
}
"""What has a shape that values decide."""
