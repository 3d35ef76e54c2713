"""NumPy's ways to join and to split, against NumPy itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import hubel as hb
from hubel.errors import HubelError, ShapeError, TraceError
from tests.gates.applied import assert_as_numpy, evaluated_results, results
from tests.gates.case import sample
from tests.gates.derived import assert_like_numpy

X, Y = sample(4, 6), sample(4, 6, seed=1)

JOINED: dict[str, Callable[..., Any]] = {
    "concatenate": lambda x, y: np.concatenate([x, y]),
    "concatenate columns": lambda x, y: np.concatenate((x, 2 * y, np.ones((4, 1))), 1),
    "concatenate all": lambda x, y: np.concatenate([x, y[0]], axis=None),
    "concatenate with itself": lambda x, y: np.concatenate([x, y, x * x], -1),
    "concatenate the rows of an array": lambda x, y: np.concatenate(x * y),
    "stack": lambda x, y: np.stack([x, y]),
    "stack inside": lambda x, y: np.stack([x, y, x], 1),
    "stack last": lambda x, y: np.stack((x, y), axis=-1),
    "stack numbers": lambda x, y: np.stack([x[0, 0], y[1, 1], 2.0]),
    "vstack": lambda x, y: np.vstack([x, y[0], [1, 2, 3, 4, 5, 6]]),
    "hstack": lambda x, y: np.hstack([x, y]),
    "hstack of vectors": lambda x, y: np.hstack([x[0], 1.0, y[:, 0]]),
    "dstack": lambda x, y: np.dstack([x, y]),
    "column_stack": lambda x, y: np.column_stack([x, y[:, 0]]),
    "append": lambda x, y: np.append(x, y[0]),
    "append columns": lambda x, y: np.append(x, y, 1),
    "block": lambda x, y: np.block([[x, y], [np.ones((1, 6)), x[:1]]]),
    "block of vectors": lambda x, y: np.block([x[0], y[1], 1.0]),
    "block of one": lambda x, y: np.block(x * y),
    "block, three deep": lambda x, y: np.block([[[x], [y]], [[y], [x]]]),
}

PARTED: dict[str, Callable[..., Any]] = {
    "split": lambda x: np.split(x, 2),
    "split columns": lambda x: np.split(x, 3, axis=1),
    "split at places": lambda x: np.split(x, [1, 3], 1),
    "split at a place from the end": lambda x: np.split(x, [-1]),
    "split beyond the end": lambda x: np.split(x, [2, 9]),
    "array_split": lambda x: np.array_split(x, 4, -1),
    "array_split into many": lambda x: np.array_split(x, 5),
    "hsplit": lambda x: np.hsplit(x, 2),
    "hsplit of a vector": lambda x: np.hsplit(x[0], 2),
    "vsplit": lambda x: np.vsplit(x, [1]),
    "dsplit": lambda x: np.dsplit(x[None], 3),
    "iteration": lambda x: list(x),
}
if hasattr(np, "unstack"):
    PARTED["unstack"] = lambda x: np.unstack(x, axis=1)


@pytest.mark.parametrize("name", JOINED)
def test_a_way_to_join_is_numpys(name: str):
    assert_like_numpy(JOINED[name], X, Y)


@pytest.mark.parametrize("name", PARTED)
def test_a_way_to_split_is_numpys(name: str):
    assert_as_numpy(PARTED[name], X)
    for i in range(len(PARTED[name](X))):
        assert_like_numpy(lambda x, i=i: PARTED[name](x)[i], X)


def test_dtypes_are_promoted():
    narrow = X.astype(np.float32)
    assert_as_numpy(lambda x, y: np.concatenate([x, y]), narrow, Y)
    assert_as_numpy(lambda x: np.concatenate([x, x], dtype=np.float64), narrow)
    assert_as_numpy(lambda x: np.stack([x, np.ones((4, 6), int)]), narrow)
    assert_as_numpy(lambda x: np.stack([x[0, 0], 1.0]), narrow)
    gradient = hb.grad(lambda x, y: np.concatenate([x, y]).sum())(narrow, Y)
    assert gradient.dtype == np.float32


def test_parts_that_are_joined_are_the_array():
    def joined(x: Any) -> Any:
        return np.concatenate(np.array_split(x, 4, 1), 1)

    assert_like_numpy(joined, X)


def test_a_thousand_pieces():
    pieces = np.arange(1000.0)
    gradient = hb.grad(lambda x: (np.stack(list(x)) * pieces).sum())(pieces)
    np.testing.assert_array_equal(gradient, pieces)


REFUSED: dict[str, tuple[Callable[..., Any], type[HubelError], str]] = {
    "lengths": (lambda x: np.concatenate([x, Y[:, :2]]), ShapeError, "along axis 0"),
    "axes": (lambda x: np.concatenate([x, Y[0]]), ShapeError, "(6,) of array 1"),
    "numbers": (lambda x: np.concatenate([x[0, 0]]), ShapeError, "np.stack"),
    "axis": (lambda x: np.concatenate([x, Y], 2), ShapeError, "axis 2"),
    "out": (lambda x: np.concatenate([x], out=Y), TraceError, "out="),
    "shapes": (lambda x: np.stack([x, Y[0]]), ShapeError, "np.concatenate"),
    "stack axis": (lambda x: np.stack([x], 3), ShapeError, "3 axes"),
    "depths": (lambda x: np.block([x, [x]]), ShapeError, "equally deep"),
    "empty block": (lambda x: np.block([[x], []]), ShapeError, "empty list"),
    "tuple": (lambda x: np.block([x, (x, x)]), ShapeError, "tuple"),
    "split": (lambda x: np.split(x, 3), ShapeError, "np.array_split"),
    "no sections": (lambda x: np.array_split(x, 0), ShapeError, "1 or more"),
    "vsplit": (lambda x: np.vsplit(x[0], 2), ShapeError, "at least 2 axes"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_refusal_says_what_to_do_and_where(name: str):
    f, kind, words = REFUSED[name]
    with pytest.raises(kind) as refusal:
        evaluated_results(f, X)
    assert words in str(refusal.value)
    assert "test_join.py" in refusal.value.where


def test_cuts_that_are_traced_are_known_with_values_only():
    cut = np.array([1, 3])
    found = results(lambda x, cut: np.split(x, cut), X, cut)
    for part, true in zip(found, np.split(X, cut), strict=True):
        np.testing.assert_array_equal(part, true)
    with pytest.raises(TraceError, match="static"):
        evaluated_results(lambda x, cut: np.split(x, cut), X, cut)
