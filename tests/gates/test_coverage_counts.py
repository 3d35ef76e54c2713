"""Histograms, sets of values and positions: constant, but for weights and elements."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import hubel as hb
from hubel.errors import HubelError, OptionError, ShapeError, TraceError
from tests.gates.applied import assert_as_numpy, evaluated_results, results
from tests.gates.case import sample
from tests.gates.derived import assert_like_numpy

X = sample(40)
W = sample(40, seed=3)
EDGES = np.array([-0.9, -0.2, 0.0, 0.1, 0.8])
NAMES = np.array([3, 0, 1, 3, 5])
TIED = np.array([3.0, 1.0, 3.0, 2.0, 1.0])
TABLE = np.array([[1.0, 2.0], [0.0, 5.0], [1.0, 2.0]])

WEIGHED: dict[str, Callable[..., Any]] = {
    "bincount": lambda w: np.bincount(NAMES, w[:5]),
    "bincount, longer": lambda w: np.bincount(NAMES, w[:5], 9),
    "histogram": lambda w: np.histogram(X, 5, weights=w)[0],
    "histogram in a range": lambda w: np.histogram(X, 4, (-0.5, 0.5), weights=w)[0],
    "histogram between edges": lambda w: np.histogram(X, EDGES, weights=w)[0],
    "density": lambda w: np.histogram(X, 4, density=True, weights=w)[0],
    "histogram2d": lambda w: np.histogram2d(X, X**2, 3, weights=w)[0],
    "histogramdd": lambda w: np.histogramdd([X, X**2, X], (2, 3, EDGES), weights=w)[0],
    "density in 2d": lambda w: np.histogram2d(X, X**2, EDGES, None, True, w)[0],
}


@pytest.mark.parametrize("name", WEIGHED)
def test_weights_have_slopes(name: str):
    assert_like_numpy(WEIGHED[name], W)


COUNTED: dict[str, tuple[Callable[..., Any], tuple[Any, ...]]] = {
    "histogram": (lambda x: np.histogram(x, 5), (X,)),
    "histogram in a range": (lambda x: np.histogram(x, 4, (-0.5, 0.5)), (X,)),
    "histogram between edges": (lambda x: np.histogram(x, EDGES), (X,)),
    "histogram at the edges": (lambda x: np.histogram(x, EDGES), (EDGES,)),
    "histogram of NaN": (
        lambda x: np.histogram(x, 3, (0, 1)),
        (np.array([0.1, np.nan, 0.4]),),
    ),
    "histogram of integers": (lambda x: np.histogram(x, 4), (NAMES,)),
    "histogram of equal numbers": (lambda x: np.histogram(x, 3), (np.ones(4),)),
    "histogram of nothing": (lambda x: np.histogram(x, 3), (np.zeros(0),)),
    "histogram by a matrix": (lambda x: np.histogram(x, 3), (TABLE,)),
    "integer weights": (lambda x: np.histogram(x, 3, weights=NAMES), (X[:5],)),
    "density": (lambda x: np.histogram(x, 5, density=True), (X,)),
    "edges": (np.histogram_bin_edges, (X,)),
    "histogram2d": (lambda x, y: np.histogram2d(x, y, (3, 4)), (X, W)),
    "histogramdd": (
        lambda x: np.histogramdd(x, 3, [(0, 1), (1, 5)]),
        (TABLE,),
    ),
    "histogramdd of a vector": (np.histogramdd, (X,)),
    "isin": (lambda x, y: np.isin(x, y), (TIED, np.array([[2.0, 3.0]]))),
    "isin of nothing": (lambda x: np.isin(x, []), (TIED,)),
    "isin, inverted": (lambda x: np.isin(x, [1, np.nan], invert=True), (TIED,)),
    "lexsort": (lambda x, y: np.lexsort((x, y)), (X[:5], TIED)),
    "lexsort of rows": (np.lexsort, (TABLE,)),
    "unravel_index": (lambda i: np.unravel_index(i, (2, 3, 4)), (NAMES,)),
    "unravel_index in columns": (
        lambda i: np.unravel_index(i, (2, 3), order="F"),
        (NAMES,),
    ),
    "unravel_index of a maximum": (
        lambda x: np.unravel_index(np.argmax(x), (8, 5)),
        (X,),
    ),
    "ravel_multi_index": (
        lambda i: np.ravel_multi_index((i, i[::-1]), (6, 7)),
        (NAMES,),
    ),
    "ravel_multi_index by modes": (
        lambda i: np.ravel_multi_index((i, i - 4), (3, 4), ("clip", "wrap"), "F"),
        (NAMES,),
    ),
    "array_equal": (lambda x: np.array_equal(x, TIED), (TIED,)),
    "array_equal with NaN": (
        lambda x: np.array_equal(x, [1.0, np.nan], equal_nan=True),
        (np.array([1.0, np.nan]),),
    ),
    "array_equiv": (lambda x: np.array_equiv(x, TABLE[0]), (TABLE,)),
    "frexp": (np.frexp, (np.array([0.0, -3.5, 1e300, 5e-324, np.inf, np.nan]),)),
}


@pytest.mark.parametrize("name", COUNTED)
def test_counts_are_those_of_numpy(name: str):
    f, args = COUNTED[name]
    assert_as_numpy(f, *args, exactly=False)


def test_edges_between_the_extremes_have_their_slopes():
    assert_like_numpy(lambda x: np.histogram(x, 4)[1], TIED[1:4])
    assert_like_numpy(lambda x: np.histogram_bin_edges(x, 3, (x[0] - 3, 2.0)), TIED)


def test_the_density_has_the_slope_of_its_edges():
    hb.check_grads(lambda x: np.histogram(x, 4, density=True)[0], (X,), order=1)


def test_frexp():
    assert_like_numpy(lambda x: np.frexp(x)[0], np.array([0.3, -0.7, 1.4, 90.0]))


KNOWN: dict[str, tuple[Callable[..., Any], tuple[Any, ...]]] = {
    "unique": (np.unique, (TIED,)),
    "unique and more": (
        lambda x: np.unique(
            x, return_index=True, return_inverse=True, return_counts=True
        ),
        (TIED,),
    ),
    "unique rows": (lambda x: np.unique(x, axis=0), (TABLE,)),
    "unique NaN": (np.unique, (np.array([np.nan, 1.0, np.nan]),)),
    "unique_all": (np.unique_all, (TABLE,)),
    "unique_counts": (np.unique_counts, (TIED,)),
    "unique_inverse": (np.unique_inverse, (TABLE,)),
    "unique_values": (lambda x: np.sort(np.unique_values(x)), (TIED,)),
    "union1d": (np.union1d, (TIED, TABLE)),
    "intersect1d": (np.intersect1d, (TIED, TABLE)),
    "intersect1d and where": (
        lambda x, y: np.intersect1d(x, y, return_indices=True),
        (TIED, TABLE),
    ),
    "setdiff1d": (np.setdiff1d, (TIED, TABLE)),
    "setdiff1d as they come": (
        lambda x, y: np.setdiff1d(x, y, assume_unique=True),
        (TIED, TABLE),
    ),
    "setxor1d": (np.setxor1d, (TIED, TABLE)),
    "trim_zeros": (np.trim_zeros, (np.array([0.0, 0, 1, 0, 2, 0]),)),
    "trim_zeros in front": (
        lambda x: np.trim_zeros(x, "f"),
        (np.array([0.0, 0, 1, 0, 2, 0]),),
    ),
    "trim_zeros of zeros": (np.trim_zeros, (np.zeros(3),)),
    "histogram of so many bins": (lambda x: np.histogram(x, "auto"), (X,)),
}


@pytest.mark.parametrize("name", KNOWN)
def test_what_follows_from_values_needs_them(name: str):
    f, args = KNOWN[name]
    true = f(*args)
    expected = list(true) if isinstance(true, tuple) else [true]
    for found, each in zip(results(f, *args), expected, strict=True):
        np.testing.assert_array_equal(found, each)
    with pytest.raises(TraceError, match="not known") as caught:
        evaluated_results(lambda *given: f(*given), *args)
    assert "test_coverage_counts.py" in caught.value.where


def test_what_unique_finds_keeps_its_slopes():
    found = hb.grad(lambda x: np.sum(np.unique(x) ** 2))(TIED)
    np.testing.assert_array_equal(found, [6, 2, 0, 4, 0])
    counts = hb.grad(lambda x: np.unique_counts(x).values.sum())(TIED)
    np.testing.assert_array_equal(counts, [1, 1, 0, 1, 0])
    first, second = hb.grad(lambda x, y: np.union1d(x, y).sum(), (0, 1))(TIED, TABLE)
    np.testing.assert_array_equal(first, [1, 1, 0, 1, 0])
    np.testing.assert_array_equal(second, [[0, 0], [1, 1], [0, 0]])


def test_positions_in_the_shape_of_a_traced_array():
    x = np.ones((3, 3))

    def picked(x: Any) -> Any:
        return (
            x[np.tril_indices_from(x)],
            x[np.triu_indices_from(x, 1)],
            x[np.diag_indices_from(x)],
            x[np.ix_([0, 2], np.array([True, False, True]))],
        )

    assert_as_numpy(picked, x)
    assert_as_numpy(lambda x, i: x[np.ix_(i, [0])], x, np.array([2, 0]))


REFUSED: dict[str, tuple[Callable[..., Any], type[HubelError], str]] = {
    "bincount": (lambda x: np.bincount([[1]], x), ShapeError, "vector"),
    "bincount weights": (lambda x: np.bincount([1], x), ShapeError, "one weight"),
    "bins": (lambda x: np.histogram(x, 0), OptionError, "from 1"),
    "falling bins": (lambda x: np.histogram(x, [2.0, 1.0]), OptionError, "rise"),
    "bins of coordinates": (
        lambda x: np.histogramdd([x, x], [3, 3, 3]),
        ShapeError,
        "for each coordinate",
    ),
    "unravel order": (
        lambda x: np.unravel_index(np.argmax(x), (8, 5), order="K"),
        TraceError,
        "memory",
    ),
    "indices": (
        lambda x: np.ravel_multi_index((np.argmax(x),), (3, 4)),
        ShapeError,
        "2 axes",
    ),
    "ix_": (lambda x: np.ix_(np.argmax(x)), ShapeError, "vectors"),
    "diagonal indices": (np.diag_indices_from, ShapeError, "equally long"),
    "triangle": (np.tril_indices_from, ShapeError, "matrix"),
    "trim": (lambda x: np.trim_zeros(x, "x"), OptionError, "f, b or fb"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refusals(name: str):
    f, kind, words = REFUSED[name]
    for run in (evaluated_results, results):
        with pytest.raises(kind, match=words) as caught:
            run(lambda x: f(x), X)
        assert "test_coverage_counts.py" in caught.value.where
