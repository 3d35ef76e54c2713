"""Sum and broadcast: each the transpose of the other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from hubel.errors import ShapeError
from hubel.gates._given import as_value, without_out
from hubel.gates._intervals import alike
from hubel.gates._layout import reshape
from hubel.gates.batch import Call
from hubel.gates.define import (
    Linear,
    axes_to_reduce,
    define,
    dtype_of,
    implements,
    ndim_of,
    result_dtype,
    shape_of,
)
from hubel.graph.node import Spec
from hubel.graph.registry import GATES, Value


def reduced_shape(
    shape: tuple[int, ...], axis: tuple[int, ...], keepdims: bool
) -> tuple[int, ...]:
    """Give the shape after a reduction over ``axis`` (normalised)."""
    if keepdims:
        return tuple(1 if i in axis else n for i, n in enumerate(shape))
    return tuple(n for i, n in enumerate(shape) if i not in axis)


def restore_axes(value: Value, x: Value, axis: tuple[int, ...]) -> Value:
    """Put reduced axes back as axes of length 1, ready to broadcast against ``x``."""
    return reshape(value, shape=reduced_shape(shape_of(x), axis, True))


def _infer_sum(x: Spec, axis: tuple[int, ...], keepdims: bool = False) -> Spec:
    dtype = result_dtype(np.add.reduce, (x.dtype,), (False,))
    return Spec(reduced_shape(x.shape, axis, keepdims), dtype)


def _spread(
    g: Value, out: Value, x: Value, axis: tuple[int, ...], keepdims: bool = False
) -> Value:
    shape = shape_of(x)
    if shape_of(g) != ():  # a total spreads as it is
        g = restore_axes(g, x, axis)
    return broadcast_to(g, shape=shape)


sum_over = define(
    "sum",
    np.add.reduce,
    _infer_sum,
    Linear(_spread),
    kind="reduction",
    fills=True,
    operations=lambda node: node.inputs[0].size,
)


BROADCAST: Any = np.broadcast_to


def _broadcast_to(x: Value, shape: tuple[int, ...]) -> Any:
    """Do what ``np.broadcast_to`` does, mostly in a fraction of its time."""
    array = np.asarray(x)
    extra = len(shape) - array.ndim
    fits = all(map(_fits, array.shape, shape[max(extra, 0) :]))
    if not (shape and array.flags.forc and fits and extra >= 0):
        view = BROADCAST(array, shape)
        return view if shape else view[()]
    strides = (0,) * extra + tuple(
        [
            0 if length == 1 else stride
            for length, stride in zip(array.shape, array.strides, strict=True)
        ]
    )
    view = np.ndarray(shape, array.dtype, array, 0, strides)
    view.flags.writeable = False
    return view


def _fits(length: int, wanted: int) -> bool:
    return length == wanted or length == 1


def _infer_broadcast_to(x: Spec, shape: tuple[int, ...]) -> Spec:
    try:
        fits = np.broadcast_shapes(x.shape, shape) == shape
    except ValueError:
        fits = False
    if not fits:
        raise ShapeError(
            f"shape {x.shape} does not broadcast to {shape}",
            remedy="compare them from the last axis: lengths must be equal or 1",
        )
    return Spec(shape, x.dtype)


def _broadcast_batch(call: Call) -> Value:
    x = call.aligned(0, len(call.shape))
    return broadcast_to(x, shape=(call.size, *call.shape))


broadcast_to = define(
    "broadcast_to",
    _broadcast_to,
    _infer_broadcast_to,
    Linear(lambda g, out, x, shape: unbroadcast(g, shape_of(x))),
    kind="layout",
    view=True,
    weight=0,
    batch=_broadcast_batch,
    interval=alike,
)


def unbroadcast(g: Value, shape: tuple[int, ...]) -> Value:
    """Sum a gradient over the axes along which its value was broadcast."""
    have = shape_of(g)
    if have == shape:
        return g
    extra = len(have) - len(shape)
    if extra < 0:
        return broadcast_to(g, shape=shape)
    if extra and have[extra:] == shape:
        return sum_over(g, axis=tuple(range(extra)))
    axes = tuple(
        i
        for i, length in enumerate(have)
        if i < extra or (shape[i - extra] == 1 and length != 1)
    )
    if axes:
        g = sum_over(g, axis=axes)
    if shape_of(g) == shape:
        return g
    kept = tuple(1 if i + extra in axes else n for i, n in enumerate(have[extra:]))
    return broadcast_to(reshape(g, shape=kept), shape=shape)


@implements(np.sum)
def np_sum(
    a: Value,
    axis: int | Sequence[int] | None = None,
    dtype: Any = None,
    out: None = None,
    keepdims: bool = False,
    initial: Value = None,
    where: Value = None,
) -> Value:
    """Mean what ``np.sum`` means."""
    without_out(out)
    a = as_value(a)
    if where is not None:
        a = GATES["where"](as_value(where), a, 0)
    if dtype is not None:
        a = GATES["astype"](a, dtype=np.dtype(dtype))
    total = sum_over(a, axis=axes_to_reduce(axis, ndim_of(a)), keepdims=bool(keepdims))
    if initial is None:
        return total
    return total + GATES["astype"](as_value(initial), dtype=dtype_of(total))


@implements(np.broadcast_to)
def np_broadcast_to(
    array: Value, shape: int | Sequence[int], subok: bool = False
) -> Value:
    """Mean what ``np.broadcast_to`` means."""
    lengths = (shape,) if isinstance(shape, int) else tuple(int(n) for n in shape)
    return broadcast_to(array, shape=lengths)
