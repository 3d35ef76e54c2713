"""Histograms: counts are constant, sums of weights are linear in the weights.

Where no range is given, the edges lie between the least and the greatest element, and
have their slopes.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Sequence
from typing import Any, cast

import numpy as np

from hubel.errors import DTypeError, OptionError, ShapeError
from hubel.gates._cast import astype
from hubel.gates._difference import np_diff
from hubel.gates._extremes import np_max, np_min
from hubel.gates._gather import scatter_add
from hubel.gates._given import as_value, known
from hubel.gates._layout import np_ravel, np_reshape
from hubel.gates._order import searchsorted
from hubel.gates._sum import np_sum
from hubel.gates._where import where
from hubel.gates.define import dtype_of, implements, ndim_of, shape_of
from hubel.gates.numpy_lib._spaced import np_linspace
from hubel.graph.registry import Value
from hubel.graph.term import Term

PLAIN: Any = np
"""NumPy on values that are known."""
INTP = np.dtype(np.intp)
Range = Sequence[Value] | None


@implements(np.bincount)
def np_bincount(x: Value, /, weights: Value | None = None, minlength: int = 0) -> Value:
    """Mean what ``np.bincount`` means, differentiable in the weights."""
    places = known(x, "how far np.bincount counts")
    length = max(int(places.max(initial=-1)) + 1, minlength)
    if places.ndim != 1 or places.dtype.kind not in "biu" or places.min(initial=0) < 0:
        raise ShapeError("np.bincount takes a vector of whole numbers from 0")
    if weights is None:
        return np.bincount(places, minlength=minlength)
    heavy = _real(weights)
    _same_length(heavy, places.size)
    return scatter_add(heavy, places.astype(INTP), axis=0, shape=(length,))


def _real(weights: Value) -> Value:
    """Give weights in double precision, as NumPy does."""
    weights = as_value(weights)
    if dtype_of(weights).kind == "c":
        raise DTypeError(
            "complex weights of np.bincount, np.histogram2d or np.histogramdd",
            remedy="count with weights.real and weights.imag, or use np.histogram",
        )
    return astype(weights, dtype=np.dtype(np.float64))


def _same_length(weights: Value, count: int) -> None:
    if shape_of(weights) != (count,):
        raise ShapeError(
            f"weights of shape {shape_of(weights)} for {count} numbers",
            remedy="give one weight to each number",
        )


def _ends(a: Value, limits: Range) -> tuple[Value, Value]:
    """Give the outer edges: the range, or the least and the greatest element."""
    if limits is not None:
        low, high = limits
    elif 0 in shape_of(a):
        low, high = 0.0, 1.0
    else:
        low, high = np_min(a), np_max(a)
    low, high = as_value(low), as_value(high)
    same = np.equal(low, high)
    if not isinstance(same, Term) and not same:
        return low, high
    return where(same, low - 0.5, low), where(same, high + 0.5, high)


def _edges(a: Value, bins: Any, limits: Range) -> Value:
    """Give the edges of bins: as they are, or so many of equal width."""
    if isinstance(bins, str):
        values = known(a, f"the width of {bins} bins")
        return PLAIN.histogram_bin_edges(values, bins, limits)
    if ndim_of(as_value(bins)) == 1:
        edges = as_value(bins)
        if not isinstance(edges, Term) and np.any(edges[:-1] > edges[1:]):
            raise OptionError("the bins of a histogram do not rise")
        return edges
    if ndim_of(as_value(bins)) or operator.index(bins) < 1:
        raise OptionError(
            f"{bins=} of a histogram", remedy="give a number from 1, or rising edges"
        )
    low, high = _ends(a, limits)
    return np_linspace(low, high, operator.index(bins) + 1)


def _bin(a: Value, edges: Value) -> Value:
    """Give the number of each element's bin, from 1; the ends stand for outside."""
    last = edges[-1]
    place = searchsorted(edges, a, side="right")
    return where(np.equal(a, last), shape_of(edges)[0] - 1, place)


def _sums(
    columns: list[Value], edges: list[Value], weights: Value | None, dtype: Any
) -> Value:
    """Count the elements of every bin, or add their weights up."""
    lengths = tuple([shape_of(e)[0] + 1 for e in edges])
    place: Value = 0
    for column, edge, length in zip(columns, edges, lengths, strict=True):
        place = place * length + _bin(column, edge)
    count = shape_of(columns[0])[0]
    if weights is None:
        weights = np.ones(count, dtype)
    _same_length(weights, count)
    total = scatter_add(weights, place, axis=0, shape=(math.prod(lengths),))
    inside = (slice(1, -1),) * len(lengths)
    return np_reshape(total, lengths)[inside]


@implements(np.histogram_bin_edges)
def np_histogram_bin_edges(
    a: Value, bins: Any = 10, range: Range = None, weights: Value | None = None
) -> Value:
    """Mean what ``np.histogram_bin_edges`` means."""
    return _edges(np_ravel(as_value(a)), bins, range)


@implements(np.histogram)
def np_histogram(
    a: Value,
    bins: Any = 10,
    range: Range = None,
    density: bool | None = None,
    weights: Value | None = None,
) -> tuple[Value, Value]:
    """Mean what ``np.histogram`` means."""
    a = np_ravel(as_value(a))
    edges = _edges(a, bins, range)
    heavy = None if weights is None else np_ravel(as_value(weights))
    counts = _sums([a], [edges], heavy, INTP)
    if density:
        counts = counts / np_diff(edges) / np_sum(counts)
    return counts, edges


@implements(np.histogramdd)
def np_histogramdd(
    sample: Any,
    bins: Any = 10,
    range: Any = None,
    density: bool | None = None,
    weights: Value | None = None,
) -> tuple[Value, list[Value]]:
    """Mean what ``np.histogramdd`` means."""
    columns = _columns(sample)
    axes = len(columns)
    each = _each(bins) or [bins] * axes
    limits = [None] * axes if range is None else list(range)
    if len(each) != axes or len(limits) != axes:
        raise ShapeError(
            f"{len(each)} bins and {len(limits)} ranges for {axes} coordinates",
            remedy="give one for all, or one for each coordinate",
        )
    edges = [_edges(*given) for given in zip(columns, each, limits, strict=True)]
    heavy = None if weights is None else _real(weights)
    counts = _sums(columns, edges, heavy, np.float64)
    return (_density(counts, edges) if density else counts), edges


def _each(bins: Any) -> list[Any]:
    """List bins that are given for every coordinate; none where they are for all."""
    return list(cast(Any, bins)) if isinstance(bins, list | tuple | np.ndarray) else []


def _columns(sample: Any) -> list[Value]:
    """List the coordinates: columns of a matrix, or vectors."""
    if isinstance(sample, list | tuple):
        return [np_ravel(as_value(each)) for each in cast(Any, sample)]
    table = as_value(sample)
    if ndim_of(table) < 2:
        return [np_ravel(table)]
    return [table[:, i] for i in np.arange(shape_of(table)[1])]


def _density(counts: Value, edges: list[Value]) -> Value:
    total = np_sum(counts)
    for axis, edge in enumerate(edges):
        width = np_diff(edge)
        behind = (1,) * (len(edges) - axis - 1)
        counts = counts / np_reshape(width, (-1, *behind))
    return counts / total


@implements(np.histogram2d)
def np_histogram2d(
    x: Value,
    y: Value,
    bins: Any = 10,
    range: Any = None,
    density: bool | None = None,
    weights: Value | None = None,
) -> tuple[Value, Value, Value]:
    """Mean what ``np.histogram2d`` means."""
    each = bins if len(_each(bins)) == 2 else [bins, bins]
    counts, edges = np_histogramdd([x, y], each, range, density, weights)
    return counts, edges[0], edges[1]
