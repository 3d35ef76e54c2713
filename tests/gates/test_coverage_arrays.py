"""Functions on whole arrays: lines, windows, writes, and what dtypes tell."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import hubel as hb
from hubel.errors import DTypeError, HubelError, ShapeError, TraceError
from tests.gates.applied import assert_as_numpy, evaluated_results, results
from tests.gates.case import sample
from tests.gates.derived import assert_like_numpy

X = sample(3, 4, 2)
M = sample(4, 4)
windows = np.lib.stride_tricks.sliding_window_view

CALLS: dict[str, Callable[..., Any]] = {
    "apply_along_axis": lambda x: np.apply_along_axis(np.sum, 1, x),
    "apply_along_axis to lines": lambda x: np.apply_along_axis(
        lambda line, k: k * line[1:] ** 2, 1, x, 3
    ),
    "apply_along_axis to matrices": lambda x: np.apply_along_axis(
        lambda line: np.outer(line, line), 0, x
    ),
    "apply_over_axes": lambda x: np.apply_over_axes(np.sum, x, [0, -1]),
    "apply_over_axes, kept": lambda x: np.apply_over_axes(np.cumsum, x, 1),
    "windows": lambda x: windows(x, (2, 3), (0, 1)),
    "windows of all axes": lambda x: windows(x, (2, 2, 1)),
    "windows of one axis": lambda x: windows(x, 3, 1),
    "windows twice": lambda x: windows(x, (2, 2), (1, 1)),
    "sort_complex": lambda x: np.real(np.sort_complex(x)),
}


@pytest.mark.parametrize("name", CALLS)
def test_values_and_derivatives(name: str):
    assert_like_numpy(CALLS[name], X)


def written(write: Callable[[Any, Any], None]) -> Callable[..., Any]:
    """Make the function that writes into a copy of its first argument."""

    def function(x: Any, new: Any) -> Any:
        copy = x.copy()
        write(copy, new)
        return copy * x

    return function


WRITES: dict[str, Callable[[Any, Any], None]] = {
    "fill_diagonal": lambda x, new: np.fill_diagonal(x, new[0, 0]),
    "fill_diagonal by a vector": lambda x, new: np.fill_diagonal(x, new[0]),
    "fill_diagonal, tall": lambda x, new: np.fill_diagonal(x[:, :2], new[0], wrap=True),
    "copyto": lambda x, new: np.copyto(x, new[0]),
    "copyto where": lambda x, new: np.copyto(x, new, where=np.eye(4) > 0),
    "put": lambda x, new: np.put(x, [0, -1, 5], new[0]),
    "put and wrap": lambda x, new: np.put(x, [17, -20], new[0, :1], mode="wrap"),
    "putmask": lambda x, new: np.putmask(x, np.eye(4) > 0, new[:, :3]),
    "place": lambda x, new: np.place(x, np.eye(4) > 0, new[0, :3]),
    "add.at": lambda x, new: np.add.at(x, [0, 2, 0], new[:3]),
    "add.at places": lambda x, new: np.add.at(x, ([0, 1, 0], [1, 1, 1]), new[0, 0]),
    "subtract.at": lambda x, new: np.subtract.at(x, (slice(1, 3), [1, 1]), new[0, :2]),
}


@pytest.mark.parametrize("name", WRITES)
def test_writes(name: str):
    if name == "fill_diagonal, tall":
        tall = sample(7, 2)
        for wrap in (True, False):
            f = written(lambda x, new, w=wrap: np.fill_diagonal(x, new[0], wrap=w))
            assert_like_numpy(f, tall, M)
        return
    assert_like_numpy(written(WRITES[name]), M, sample(4, 4, seed=2))


def test_writing_the_diagonal_of_a_cube():
    cube = sample(3, 3, 3)
    assert_like_numpy(written(lambda x, new: np.fill_diagonal(x, new)), cube, 0.5)


@pytest.mark.parametrize("name", WRITES)
def test_a_plain_array_is_not_written(name: str):
    for run in (results, evaluated_results):
        with pytest.raises(TraceError, match=r"hb\.zeros|hb\.array"):
            run(lambda new: WRITES[name](np.ones((4, 4)), new), M)


def test_what_dtypes_tell():
    def told(x: Any) -> list[Any]:
        single = x.astype(np.float32)
        assert np.common_type(single, single) is np.float32
        assert np.common_type(single, x) is np.float64
        assert np.can_cast(x, np.float64)
        assert not np.can_cast(x, np.float32)
        assert np.min_scalar_type(single) == np.float32
        assert np.einsum_path("ij,jk->ik", x[0], x[1].T)[0][0] == "einsum_path"
        assert np.array_equal(x, x[0]) is False
        assert np.array_equiv(x, np.ones((7, 7))) is False
        return [x]

    results(told, X)
    evaluated_results(told, X)
    results(lambda x: np.min_scalar_type(x) == np.uint8 or 1 / 0, 255)


@pytest.mark.parametrize("dtype", [np.float32, np.int8, np.int64, np.complex64])
def test_sort_complex_gives_complex_numbers(dtype: Any):
    assert_as_numpy(np.sort_complex, np.asarray(X * 9, dtype)[:, :, 0])


REFUSED: dict[str, tuple[Callable[..., Any], type[HubelError], str]] = {
    "lines": (
        lambda x: np.apply_along_axis(np.sum, 0, x[:, :0]),
        ShapeError,
        "apply_along_axis",
    ),
    "axes": (
        lambda x: np.apply_over_axes(lambda a, i: np.sum(a), x, 0),
        ShapeError,
        "leaves out",
    ),
    "windows": (lambda x: windows(x, 5, 0), ShapeError, "a window of 5"),
    "windows of axes": (lambda x: windows(x, (2, 2)), ShapeError, "2 window lengths"),
    "diagonal": (lambda x: np.fill_diagonal(x, 1.0), ShapeError, "equally long"),
    "putmask": (
        lambda x: np.putmask(x, np.ones(4) > 0, 1.0),
        ShapeError,
        r"np\.where",
    ),
    "copyto": (
        lambda x: np.copyto((x * 9).astype(int), x),
        DTypeError,
        "astype",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refusals(name: str):
    f, kind, words = REFUSED[name]
    for run in (evaluated_results, results):
        with pytest.raises(kind, match=words) as caught:
            run(lambda x: f(x), X)
        assert "test_coverage_arrays.py" in caught.value.where


def test_gradients_of_writes_by_hand():
    def f(x: Any) -> Any:
        total = hb.zeros(3)
        np.add.at(total, [0, 1, 0, 2], x)
        return np.sum(total**2)

    found = hb.grad(f)(np.array([1.0, 2.0, 3.0, 4.0]))
    np.testing.assert_array_equal(found, [8, 4, 8, 8])
