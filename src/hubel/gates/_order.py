"""Order: positions are constant, so a sorted array is a gather by its positions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from hubel.errors import OptionError, ShapeError
from hubel.gates._given import as_value, known
from hubel.gates._layout import np_ravel
from hubel.gates._take import np_take_along_axis
from hubel.gates.batch import Call, lines, one_by_one
from hubel.gates.define import (
    CONSTANT_RULE,
    define,
    implements,
    ndim_of,
    normal_axis,
    shape_of,
)
from hubel.graph.node import Spec
from hubel.graph.registry import Value

INTP = np.dtype(np.intp)
Numbers = tuple[int, ...]


def _argsort(x: Value, axis: int, stable: bool) -> Any:
    return np.argsort(x, axis, kind="stable" if stable else None)


def _infer_argsort(x: Spec, axis: int, stable: bool) -> Spec:
    return Spec(x.shape, INTP)


argsort = define(
    "argsort",
    _argsort,
    _infer_argsort,
    CONSTANT_RULE,
    weight=10,
    batch=lines,
)


def _argpartition(x: Value, kth: Numbers, axis: int) -> Any:
    return np.argpartition(x, kth, axis)


def _infer_argpartition(x: Spec, kth: Numbers, axis: int) -> Spec:
    if any(k >= x.shape[axis] for k in kth):
        raise ShapeError(f"kth={kth} is out of bounds for length {x.shape[axis]}")
    return Spec(x.shape, INTP)


argpartition = define(
    "argpartition",
    _argpartition,
    _infer_argpartition,
    CONSTANT_RULE,
    weight=5,
    batch=lines,
)


def _searchsorted(a: Value, v: Value, side: str) -> Any:
    return np.searchsorted(a, v, side)  # type: ignore[reportArgumentType]


def _infer_searchsorted(a: Spec, v: Spec, side: str) -> Spec:
    if len(a.shape) != 1:
        raise ShapeError(f"np.searchsorted looks in a vector, not in shape {a.shape}")
    return Spec(v.shape, INTP)


def _searchsorted_batch(call: Call) -> Value:
    """Look everything up at once where all examples look in the same vector."""
    return one_by_one(call) if call.batched[0] else call.again(*call.args)


searchsorted = define(
    "searchsorted",
    _searchsorted,
    _infer_searchsorted,
    CONSTANT_RULE,
    weight=10,
    batch=_searchsorted_batch,
)


def _along(a: Value, axis: int | None) -> tuple[Value, int]:
    """Give the array and the axis to work along; None means all elements."""
    a = as_value(a)
    if axis is None:
        return np_ravel(a), 0
    return a, normal_axis(axis, ndim_of(a))


def _without_fields(order: Any) -> None:
    if order is not None:
        raise ShapeError("order= names fields, and a graph holds plain numbers")


@implements(np.argsort)
def np_argsort(
    a: Value,
    axis: int | None = -1,
    kind: str | None = None,
    order: None = None,
    *,
    stable: bool | None = None,
) -> Value:
    """Mean what ``np.argsort`` means."""
    _without_fields(order)
    a, along = _along(a, axis)
    return argsort(
        a, axis=along, stable=bool(stable) or kind in ("stable", "mergesort")
    )


@implements(np.sort)
def np_sort(
    a: Value,
    axis: int | None = -1,
    kind: str | None = None,
    order: None = None,
    *,
    stable: bool | None = None,
) -> Value:
    """Mean what ``np.sort`` means; equal elements keep theirs by place."""
    a, along = _along(a, axis)
    positions = np_argsort(a, along, kind, order, stable=stable)
    return np_take_along_axis(a, positions, along)


def _partitioner(pick: bool) -> Callable[..., Value]:
    def partition(
        a: Value,
        kth: int | Numbers,
        axis: int | None = -1,
        kind: str = "introselect",
        order: None = None,
    ) -> Value:
        _without_fields(order)
        a, along = _along(a, axis)
        length = shape_of(a)[along]
        given = (kth,) if isinstance(kth, int | np.integer) else kth
        places = tuple(normal_axis(int(k), length) for k in given)
        positions = argpartition(a, kth=places, axis=along)
        return np_take_along_axis(a, positions, along) if pick else positions

    return partition


np_partition = implements(np.partition)(_partitioner(pick=True))
np_argpartition = implements(np.argpartition)(_partitioner(pick=False))


@implements(np.searchsorted)
def np_searchsorted(
    a: Value, v: Value, side: str = "left", sorter: Value | None = None
) -> Value:
    """Mean what ``np.searchsorted`` means."""
    a = as_value(a)
    if sorter is not None:
        a = np_take_along_axis(a, sorter, 0)
    if side not in ("left", "right"):
        raise OptionError(f"side={side!r}", remedy="use side left or right")
    return searchsorted(a, as_value(v), side=side)


@implements(np.digitize)
def np_digitize(x: Value, bins: Value, right: bool = False) -> Value:
    """Mean what ``np.digitize`` means; the bins are static and rise or fall."""
    edges = known(bins, "whether the bins of np.digitize rise or fall")
    steps = np.diff(edges)
    side = "left" if right else "right"
    if np.all(steps >= 0):
        return np_searchsorted(edges, x, side)
    if np.any(steps > 0):
        raise OptionError("the bins of np.digitize neither rise nor fall")
    return len(edges) - np_searchsorted(edges[::-1], x, side)
