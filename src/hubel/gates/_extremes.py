"""The greatest and the least element, their distance, and where they are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from hubel.errors import ShapeError, TraceError
from hubel.gates._arithmetic import divide, subtract
from hubel.gates._cast import astype
from hubel.gates._compare import equal
from hubel.gates._given import as_value, without_out
from hubel.gates._layout import reshape
from hubel.gates._reduce import Reduced, reduction
from hubel.gates._sum import broadcast_to, reduced_shape, sum_over
from hubel.gates._where import maximum, minimum, where
from hubel.gates.define import (
    CONSTANT_RULE,
    axes_to_reduce,
    define,
    dtype_of,
    implements,
    ndim_of,
    normal_axis,
    shape_of,
)
from hubel.graph.node import Gate, Spec
from hubel.graph.registry import Value

Axis = int | Sequence[int] | None


def tied(out: Value, x: Value, axis: tuple[int, ...]) -> Value:
    """Give 1 / n at the n elements that equal the extreme, 0 elsewhere."""
    hits = astype(equal(x, out), dtype=dtype_of(x))
    return divide(hits, sum_over(hits, axis=axis, keepdims=True))


max_over = reduction(
    "max",
    np.maximum.reduce,
    Reduced(tied),
    empty=False,
    convention="shared equally at ties",
)
min_over = reduction(
    "min",
    np.minimum.reduce,
    Reduced(tied),
    empty=False,
    convention="shared equally at ties",
)


@implements(np.max, np.amax)
def np_max(
    a: Value,
    axis: Axis = None,
    out: None = None,
    keepdims: bool = False,
    initial: Value = None,
    where: Value = None,
) -> Value:
    """Mean what ``np.max`` means."""
    without_out(out)
    return extreme_over(max_over, maximum, a, axis, keepdims, initial, where)


@implements(np.min, np.amin)
def np_min(
    a: Value,
    axis: Axis = None,
    out: None = None,
    keepdims: bool = False,
    initial: Value = None,
    where: Value = None,
) -> Value:
    """Mean what ``np.min`` means."""
    without_out(out)
    return extreme_over(min_over, minimum, a, axis, keepdims, initial, where)


def extreme_over(
    over: Gate,
    of_two: Gate,
    a: Value,
    axis: Axis,
    keepdims: bool,
    initial: Value,
    condition: Value,
) -> Value:
    """Reduce, with the initial value as one more element and where nothing counts."""
    a = as_value(a)
    axes = axes_to_reduce(axis, ndim_of(a))
    if initial is None:
        if condition is not None:
            raise TraceError(
                f"np.{over.name} with where= needs initial=, the result of no elements"
            )
        return over(a, axis=axes, keepdims=bool(keepdims))
    initial = astype(as_value(initial), dtype=dtype_of(a))
    if condition is not None:
        a = where(as_value(condition), a, initial)
    shape = reduced_shape(shape_of(a), axes, bool(keepdims))
    if 0 in shape_of(a) and 0 not in shape:
        return broadcast_to(initial, shape=shape)
    return of_two(over(a, axis=axes, keepdims=bool(keepdims)), initial)


@implements(np.ptp)
def np_ptp(
    a: Value, axis: Axis = None, out: None = None, keepdims: bool = False
) -> Value:
    """Mean what ``np.ptp`` means."""
    without_out(out)
    greatest = np_max(a, axis, keepdims=keepdims)
    return subtract(greatest, np_min(a, axis, keepdims=keepdims))


def _infer_place(x: Spec, axis: int, keepdims: bool = False) -> Spec:
    shape = reduced_shape(x.shape, (axis,), keepdims)
    if x.shape[axis] == 0 and 0 not in shape:
        raise ShapeError(f"no elements along axis {axis} of shape {x.shape} to choose")
    return Spec(shape, np.dtype(np.intp))


def define_place(name: str, find: Any) -> Gate:
    """Define a gate that finds the place of an element along one axis."""

    def forward(x: Value, axis: int, keepdims: bool = False, out: Any = None) -> Any:
        return find(x, axis=axis, keepdims=keepdims, out=out)

    return define(
        name,
        forward,
        _infer_place,
        CONSTANT_RULE,
        kind="reduction",
        fills=True,
        operations=lambda node: node.inputs[0].size,
    )


argmax = define_place("argmax", np.argmax)
argmin = define_place("argmin", np.argmin)


@implements(np.argmax)
def np_argmax(
    a: Value, axis: int | None = None, out: None = None, *, keepdims: bool = False
) -> Value:
    """Mean what ``np.argmax`` means."""
    return place_along(argmax, a, axis, out, keepdims)


@implements(np.argmin)
def np_argmin(
    a: Value, axis: int | None = None, out: None = None, *, keepdims: bool = False
) -> Value:
    """Mean what ``np.argmin`` means."""
    return place_along(argmin, a, axis, out, keepdims)


def place_along(
    gate: Gate, a: Value, axis: int | None, out: None, keepdims: bool
) -> Value:
    """Find a place along an axis, or among all elements."""
    without_out(out)
    if axis is not None and (ndim_of(a) or axis not in (0, -1)):
        return gate(a, axis=normal_axis(axis, ndim_of(a)), keepdims=bool(keepdims))
    size = int(np.prod(shape_of(a)))
    place = gate(reshape(a, shape=(size,)), axis=0)
    return reshape(place, shape=(1,) * ndim_of(a)) if keepdims else place
