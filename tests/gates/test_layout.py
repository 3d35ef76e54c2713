"""NumPy's layout functions as compositions of gates: against NumPy itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import hubel as hb
from hubel.errors import DTypeError, HubelError, OptionError, ShapeError, TraceError
from tests.gates.applied import assert_as_numpy, evaluated_results, results
from tests.gates.case import sample
from tests.gates.derived import assert_like_numpy

X = sample(3, 4)

CALLS: dict[str, Callable[..., Any]] = {
    "reshape": lambda x: np.reshape(x, (4, -1)),
    "reshape to a number": lambda x: np.reshape(x, -1),
    "reshape method": lambda x: x.reshape(2, 3, 2),
    "reshape in F order": lambda x: x.reshape((2, 6), order="F"),
    "reshape to 0-d": lambda x: x[:1, :1].reshape(()),
    "ravel": np.ravel,
    "ravel in F order": lambda x: x.ravel("F"),
    "flatten": lambda x: x.flatten(),
    "T": lambda x: x.T,
    "mT": lambda x: x.mT,
    "transpose": lambda x: np.transpose(x[None], (2, 0, 1)),
    "transpose method": lambda x: x[None].transpose(-1, 0, 1),
    "matrix_transpose": lambda x: np.matrix_transpose(x),
    "swapaxes": lambda x: np.swapaxes(x[None], 0, -1),
    "moveaxis": lambda x: np.moveaxis(x[None], 0, -1),
    "moveaxis several": lambda x: np.moveaxis(x[None], (0, 1), (-1, 0)),
    "rollaxis": lambda x: np.rollaxis(x[None], 2),
    "rollaxis to a place": lambda x: np.rollaxis(x[None], 0, 3),
    "expand_dims": lambda x: np.expand_dims(x, 1),
    "expand_dims several": lambda x: np.expand_dims(x, (0, -1)),
    "squeeze": lambda x: np.squeeze(x[None, :, None]),
    "squeeze one": lambda x: np.squeeze(x[None, :, None], 0),
    "squeeze method": lambda x: x[None].squeeze(axis=0),
    "broadcast_to": lambda x: np.broadcast_to(x, (2, 3, 4)),
    "broadcast_arrays": lambda x: np.broadcast_arrays(x, np.ones((2, 1, 1)))[0],
    "atleast_1d": lambda x: np.atleast_1d(x.sum()),
    "atleast_2d": lambda x: np.atleast_2d(x[0]),
    "atleast_3d of 0-d": lambda x: np.atleast_3d(x.sum()),
    "atleast_3d of a vector": lambda x: np.atleast_3d(x[0]),
    "atleast_3d of a matrix": lambda x: np.atleast_3d(x),
    "atleast_3d of more": lambda x: np.atleast_3d(x[None]),
    "flip": np.flip,
    "flip an axis": lambda x: np.flip(x, 0),
    "flip axes": lambda x: np.flip(x[None], (0, -1)),
    "fliplr": np.fliplr,
    "flipud": np.flipud,
    "rot90": np.rot90,
    "rot90 twice": lambda x: np.rot90(x, 2),
    "rot90 back": lambda x: np.rot90(x, -1),
    "rot90 none": lambda x: np.rot90(x, 4),
    "rot90 of other axes": lambda x: np.rot90(x[None], 1, (2, 0)),
    "roll": lambda x: np.roll(x, 3),
    "roll an axis": lambda x: np.roll(x, -1, 0),
    "roll axes": lambda x: np.roll(x, (1, 2), (0, 1)),
    "roll axes by one shift": lambda x: np.roll(x, 2, (0, 1)),
    "roll an axis twice": lambda x: np.roll(x, (1, 1), 0),
    "tile": lambda x: np.tile(x, 2),
    "tile more axes": lambda x: np.tile(x, (2, 1, 3)),
    "tile fewer axes": lambda x: np.tile(x[None], (3, 1)),
    "repeat": lambda x: np.repeat(x, 2),
    "repeat an axis": lambda x: np.repeat(x, 3, 0),
    "repeat by counts": lambda x: np.repeat(x, [1, 0, 2], axis=0),
    "repeat by one count": lambda x: x.repeat([2], axis=1),
    "astype": lambda x: x.astype(np.float64),
    "copy": np.copy,
    "meshgrid": lambda x: np.multiply(*np.meshgrid(x[0], x[:, 1])),
    "meshgrid ij": lambda x: np.meshgrid(x[0], x[:, 1], x[1], indexing="ij")[1],
    "meshgrid sparse": lambda x: np.meshgrid(x[0], x[:, 1], sparse=True)[1],
    "meshgrid of one": lambda x: np.meshgrid(x[0])[0],
    "diag of a vector": lambda x: np.diag(x[0], -1),
    "diag of a matrix": lambda x: np.diag(x, 1),
    "diagflat": lambda x: np.diagflat(x, 1),
    "diagonal": lambda x: np.diagonal(x[None], 1, 2, 1),
    "diagonal method": lambda x: x.diagonal(-1),
    "trace": np.trace,
    "trace beside": lambda x: x.trace(-1),
    "tril": np.tril,
    "tril of a vector": lambda x: np.tril(x[0]),
    "triu": lambda x: np.triu(x, 1),
    "triu of a batch": lambda x: np.triu(x[None], -1),
    "pad": lambda x: np.pad(x, 1),
    "pad by pairs": lambda x: np.pad(x, ((0, 1), (2, 0))),
    "pad by one pair": lambda x: np.pad(x, (1, 2)),
    "pad with a constant": lambda x: np.pad(x, (1, 2), constant_values=3.0),
    "pad with constants": lambda x: np.pad(
        x, ((1, 2), (0, 1)), constant_values=((1, 2), (3, 4))
    ),
    "pad edge": lambda x: np.pad(x, 2, "edge"),
    "pad one edge": lambda x: np.pad(x, ((0, 0), (0, 2)), "edge"),
    "pad reflect": lambda x: np.pad(x, (1, 5), mode="reflect"),
    "pad symmetric": lambda x: np.pad(x, 3, "symmetric"),
    "pad wrap": lambda x: np.pad(x, ((4, 0), (0, 5)), "wrap"),
}


@pytest.mark.parametrize("name", CALLS)
def test_a_layout_function_is_numpys(name: str):
    assert_like_numpy(CALLS[name], X)


def test_a_padding_constant_may_be_traced():
    def padded(x: Any) -> Any:
        return np.pad(x[:, :2], 1, constant_values=x[0, 3]).sum()

    np.testing.assert_array_equal(hb.grad(padded)(X)[0], [1, 1, 0, 14])


def test_pad_by_axis():
    if np.lib.NumpyVersion(np.__version__) < "2.3.0":
        pytest.skip("pad widths by axis came with NumPy 2.3")
    assert_as_numpy(lambda x: np.pad(x, {-1: (1, 2)}), X)


def test_shapes_sizes_and_axes_are_plain_numbers():
    seen: list[Any] = []
    results(lambda x: (seen.append((np.shape(x), np.ndim(x), np.size(x, 1))), x)[1], X)
    assert seen == [((3, 4), 2, 4)]


def test_casts():
    assert_as_numpy(lambda x: x.astype(int), X)
    assert_as_numpy(lambda x: x.astype(np.float32) * 2, X)
    assert_as_numpy(lambda x: np.astype(x, np.complex128), X)
    assert_as_numpy(lambda x: np.trace(x, dtype=np.float32), X)
    assert hb.grad(lambda x: x.astype(np.float32).sum())(X).dtype == np.float64


def test_empty_arrays():
    nothing = np.zeros((0, 3))
    for f in (
        lambda x: np.reshape(x, (3, -1)),
        lambda x: np.tile(x, (2, 2)),
        lambda x: np.repeat(x, 2, 1),
        lambda x: np.roll(x, 1),
        lambda x: np.flip(x),
        lambda x: np.pad(x, 1),
        lambda x: np.diagonal(x),
        lambda x: np.resize(x, (2, 2)),
    ):
        assert_as_numpy(f, nothing)
        assert hb.grad(lambda x, f=f: f(x).sum())(nothing).shape == (0, 3)


REFUSED: dict[str, tuple[Callable[..., Any], type[HubelError], str]] = {
    "reshape": (lambda x: np.reshape(x, (5, -1)), ShapeError, "12 elements"),
    "reshape to two": (lambda x: np.reshape(x, (-1, -2)), ShapeError, "12 elements"),
    "ravel": (lambda x: np.ravel(x, "K"), TraceError, "order='C'"),
    "transpose": (lambda x: np.transpose(x, (0, 0)), ShapeError, "permutation"),
    "moveaxis": (lambda x: np.moveaxis(x, 0, (0, 1)), ShapeError, "one place to go"),
    "matrix_transpose": (lambda x: np.matrix_transpose(x[0]), ShapeError, "2 axes"),
    "squeeze": (lambda x: np.squeeze(x, 0), ShapeError, "length 3, not 1"),
    "axis": (lambda x: np.flip(x, 2), ShapeError, "axis 2 is out of bounds"),
    "rot90": (lambda x: np.rot90(x, axes=(0, 0)), ShapeError, "differ"),
    "roll": (lambda x: np.roll(x, (1, 2, 3), (0, 1)), ShapeError, "3 shifts"),
    "repeat": (lambda x: np.repeat(x, [1, 2], 0), ShapeError, "one count, or one"),
    "repeat less": (lambda x: np.repeat(x, -1), ShapeError, "negative"),
    "counts": (lambda x: np.repeat(x, x[0].astype(int), 1), TraceError, "static"),
    "diagonal": (lambda x: np.diagonal(x[0]), ShapeError, "out of bounds"),
    "same axes": (lambda x: np.diagonal(x, 0, 1, 1), ShapeError, "the same"),
    "diag": (lambda x: np.diag(x[None]), ShapeError, "np.diagonal"),
    "triangle": (lambda x: np.tril(x.sum()), ShapeError, "without axes"),
    "trace": (lambda x: np.trace(x, out=np.zeros(())), TraceError, "out="),
    "pad mode": (lambda x: np.pad(x, 1, "mean"), OptionError, "edge"),
    "pad function": (lambda x: np.pad(x, 1, print), OptionError, "edge"),
    "pad option": (
        lambda x: np.pad(x, 1, "reflect", reflect_type="odd"),
        OptionError,
        "odd",
    ),
    "pad width": (lambda x: np.pad(x, (1, 2, 3)), ShapeError, "a pair for each axis"),
    "pad less": (lambda x: np.pad(x, -1), ShapeError, "whole numbers"),
    "pad empty": (lambda x: np.pad(x[:0], 1, "edge"), ShapeError, "empty"),
    "meshgrid": (lambda x: np.meshgrid(x, indexing="xx"), OptionError, "xy or ij"),
    "astype": (lambda x: x.astype(object), DTypeError, "numbers only"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_refusal_says_what_to_do_and_where(name: str):
    f, kind, words = REFUSED[name]
    with pytest.raises(kind) as refusal:
        evaluated_results(f, X)
    assert words in str(refusal.value)
    assert "test_layout.py" in refusal.value.where
