"""Norms of vectors and matrices, condition numbers and ranks: compositions."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from hubel.errors import OptionError, ShapeError
from hubel.gates._cast import astype
from hubel.gates._compare import isnan, logical_and, logical_not, not_equal
from hubel.gates._complex import real_dtype, squared_modulus
from hubel.gates._given import as_value
from hubel.gates._layout import lengths_of, np_moveaxis, np_ravel, reshape
from hubel.gates._power import sqrt
from hubel.gates._sum import reduced_shape
from hubel.gates._where import where
from hubel.gates.define import dtype_of, implements, ndim_of, normal_axis, shape_of
from hubel.gates.numpy_linalg._parts import stacked
from hubel.gates.numpy_linalg._solve import inv
from hubel.gates.numpy_linalg._svd import singular_values, svdvals
from hubel.graph.node import spec_of
from hubel.graph.registry import Value

Order = float | str | None


def _floating(x: Value) -> Value:
    x = as_value(x)
    whole = dtype_of(x).kind in "biu"
    return astype(x, dtype=np.dtype(np.float64)) if whole else x


def _length(x: Value, axes: tuple[int, ...]) -> Value:
    """Give the root of the sum of squares, whose gradient at 0 is 0."""
    return sqrt(np.sum(squared_modulus(x), axis=axes))


def _of_vectors(x: Value, axis: int, order: Order) -> Value:
    """Reduce one axis."""
    if order is None or order == 2:
        return _length(x, (axis,))
    if isinstance(order, str):
        raise OptionError(f"ord={order!r} of vectors", remedy="use a number or np.inf")
    if order == math.inf:
        return np.max(abs(x), axis=axis, initial=0)
    if order == -math.inf:
        return np.min(abs(x), axis=axis)
    if order == 0:
        counted = astype(not_equal(x, 0), dtype=real_dtype(dtype_of(x)))
        return np.sum(counted, axis=axis)
    if order == 1:
        return np.sum(abs(x), axis=axis)
    return np.sum(abs(x) ** order, axis=axis) ** (1 / order)


def _greatest(x: Value) -> Value:
    return np.max(x, axis=-1, initial=0)


def _least(x: Value) -> Value:
    return np.min(x, axis=-1)


MATRIX_NORMS: dict[Order, Callable[[Value], Value]] = {
    None: lambda x: _length(x, (ndim_of(x) - 2, ndim_of(x) - 1)),
    "nuc": lambda x: np.sum(svdvals(x), axis=-1),
    2: lambda x: _greatest(svdvals(x)),
    -2: lambda x: _least(svdvals(x)),
    1: lambda x: _greatest(np.sum(abs(x), axis=-2)),
    -1: lambda x: _least(np.sum(abs(x), axis=-2)),
    math.inf: lambda x: _greatest(np.sum(abs(x), axis=-1)),
    -math.inf: lambda x: _least(np.sum(abs(x), axis=-1)),
}
"""The norms of the last two axes, by NumPy's ``ord``."""
MATRIX_NORMS["fro"] = MATRIX_NORMS["f"] = MATRIX_NORMS[None]


def _of_matrices(x: Value, axes: tuple[int, ...], order: Order) -> Value:
    """Reduce two axes, rows and columns."""
    if order not in MATRIX_NORMS:
        raise OptionError(
            f"ord={order!r} of matrices", remedy="use fro, nuc, 1, 2, np.inf or minus"
        )
    if axes[0] == axes[1]:
        raise ShapeError(f"axis {axes} names an axis twice")
    return MATRIX_NORMS[order](np_moveaxis(x, axes, (-2, -1)))


@implements(np.linalg.norm)
def np_norm(
    x: Value,
    ord: Order = None,
    axis: int | Sequence[int] | None = None,
    keepdims: bool = False,
) -> Value:
    """Mean what ``np.linalg.norm`` means."""
    x = _floating(x)
    ndim = ndim_of(x)
    given = range(ndim) if axis is None else lengths_of(axis)
    axes = tuple(normal_axis(i, ndim) for i in given)
    if axis is None and ord is None:
        found = _length(x, axes)
    elif len(axes) == 1:
        found = _of_vectors(x, axes[0], ord)
    elif len(axes) == 2:
        found = _of_matrices(x, axes, ord)
    else:
        raise ShapeError(
            f"a norm with ord={ord} over {len(axes)} axes",
            remedy="name one axis for vectors or two for matrices with axis=",
        )
    return _restored(found, x, axes) if keepdims else found


def _restored(found: Value, x: Value, axes: tuple[int, ...]) -> Value:
    return reshape(found, shape=reduced_shape(shape_of(x), axes, True))


@implements(np.linalg.vector_norm)
def np_vector_norm(
    x: Value,
    /,
    *,
    axis: int | Sequence[int] | None = None,
    keepdims: bool = False,
    ord: Order = 2,
) -> Value:
    """Mean what ``np.linalg.vector_norm`` means: axes together are one vector."""
    x = _floating(x)
    ndim = ndim_of(x)
    given = range(ndim) if axis is None else lengths_of(axis)
    axes = tuple(normal_axis(i, ndim) for i in given)
    first = np_moveaxis(x, axes, range(len(axes)))
    rest = shape_of(first)[len(axes) :]
    size = math.prod(shape_of(first)[: len(axes)])
    found = _of_vectors(reshape(first, shape=(size, *rest)), 0, ord)
    return _restored(found, x, axes) if keepdims else found


@implements(np.linalg.matrix_norm)
def np_matrix_norm(x: Value, /, *, keepdims: bool = False, ord: Order = "fro") -> Value:
    """Mean what ``np.linalg.matrix_norm`` means."""
    return np_norm(x, ord, (-2, -1), keepdims)


@implements(np.linalg.cond)
def np_cond(x: Value, p: Order = None) -> Value:
    """Mean what ``np.linalg.cond`` means; infinite where 0 is divided by 0."""
    x = as_value(x)
    if not min(stacked(spec_of(x))):
        raise ShapeError(f"the condition number of an empty matrix {shape_of(x)}")
    if p in (None, 2, -2):
        s = svdvals(x)
        ratio = s[..., -1] / s[..., 0] if p == -2 else s[..., 0] / s[..., -1]
    else:
        ratio = np_norm(x, p, (-2, -1)) * np_norm(inv(x), p, (-2, -1))
    unknown = np.any(isnan(x), axis=(-2, -1))
    return where(logical_and(isnan(ratio), logical_not(unknown)), np.inf, ratio)


@implements(np.linalg.matrix_rank)
def np_matrix_rank(
    A: Value, tol: Any = None, hermitian: bool = False, *, rtol: Any = None
) -> Value:
    """Mean what ``np.linalg.matrix_rank`` means: a whole number, no derivative."""
    if tol is not None and rtol is not None:
        raise OptionError(
            "np.linalg.matrix_rank with tol= and rtol=", remedy="give one"
        )
    a = as_value(A)
    if ndim_of(a) < 2:
        return astype(np.any(not_equal(np_ravel(a), 0)), dtype=np.dtype(np.intp))
    s = singular_values(a, hermitian)
    if tol is not None:
        return np.sum(s > np.expand_dims(as_value(tol), -1), axis=-1)
    if rtol is None:
        share = max(shape_of(a)[-2:]) * float(np.finfo(dtype_of(s)).eps)
    else:
        share = np.expand_dims(as_value(rtol), -1)
    return np.sum(s > np.max(s, axis=-1, keepdims=True, initial=0) * share, axis=-1)
