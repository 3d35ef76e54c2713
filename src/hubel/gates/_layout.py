"""Layout: reshape and transpose, which move elements without changing them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from hubel.errors import ShapeError
from hubel.gates._given import without_memory_order
from hubel.gates.batch import Call, moved
from hubel.gates.define import (
    Linear,
    define,
    implements,
    ndim_of,
    normal_axis,
    shape_of,
)
from hubel.graph.node import Node, Spec
from hubel.graph.registry import Value

Shape = int | Sequence[int]


def _reshape(x: Value, shape: tuple[int, ...]) -> Any:
    view = np.asarray(x).reshape(shape)
    return view if shape else view[()]


def _infer_reshape(x: Spec, shape: tuple[int, ...]) -> Spec:
    if math.prod(x.shape) != math.prod(shape):
        raise ShapeError(
            f"{math.prod(x.shape)} elements of shape {x.shape} do not fill {shape}"
        )
    return Spec(shape, x.dtype)


def same_shape(node: Node) -> bool:
    """Whether a node has the shape of its first argument."""
    return node.shape == node.inputs[0].shape


def _reshape_batch(call: Call) -> Value:
    return reshape(call.args[0], shape=(call.size, *call.shape))


reshape = define(
    "reshape",
    _reshape,
    _infer_reshape,
    Linear(lambda g, out, x, shape: reshape(g, shape=shape_of(x))),
    kind="layout",
    view=True,
    weight=0,
    identity=same_shape,
    compose=lambda outer, inner: outer,
    batch=_reshape_batch,
)


def _transpose(x: Value, axes: tuple[int, ...]) -> Any:
    return np.asarray(x).transpose(axes) if axes else x


def _infer_transpose(x: Spec, axes: tuple[int, ...]) -> Spec:
    return Spec(tuple(x.shape[a] for a in axes), x.dtype)


def inverse(axes: tuple[int, ...]) -> tuple[int, ...]:
    """Invert a permutation.

    >>> inverse((2, 0, 1))
    (1, 2, 0)
    """
    return tuple(sorted(range(len(axes)), key=axes.__getitem__))


def _both(outer: dict[str, Any], inner: dict[str, Any]) -> dict[str, Any]:
    return {"axes": tuple(inner["axes"][a] for a in outer["axes"])}


def _transpose_batch(call: Call) -> Value:
    return transpose(call.args[0], axes=(0, *moved(call.params["axes"])))


transpose = define(
    "transpose",
    _transpose,
    _infer_transpose,
    Linear(lambda g, out, x, axes: transpose(g, axes=inverse(axes))),
    kind="layout",
    view=True,
    weight=0,
    identity=lambda node: node.params["axes"] == tuple(range(len(node.shape))),
    compose=_both,
    batch=_transpose_batch,
)


def lengths_of(shape: Shape) -> tuple[int, ...]:
    """Turn NumPy's ``shape`` argument into a tuple of Python ints."""
    if isinstance(shape, int | np.integer):
        return (int(shape),)
    return tuple(int(n) for n in shape)


def full_shape(shape: Shape, size: int) -> tuple[int, ...]:
    """Replace the -1 in a shape by the length that the size asks for."""
    lengths = lengths_of(shape)
    if lengths.count(-1) == 1:
        known = -math.prod(lengths)
        if known > 0 and size % known == 0:
            lengths = tuple(size // known if n == -1 else n for n in lengths)
    if math.prod(lengths) != size or any(n < 0 for n in lengths):
        raise ShapeError(
            f"{size} elements do not fill shape {lengths}",
            remedy="the product of the lengths has to be the number of elements; one "
            "length may be -1",
        )
    return lengths


@implements(np.reshape)
def np_reshape(
    a: Value,
    shape: Shape | None = None,
    order: str = "C",
    *,
    newshape: Shape = (),
    copy: bool | None = None,
) -> Value:
    """Mean what ``np.reshape`` means; one length may be -1."""
    given = newshape if shape is None else shape  # its name before NumPy 2.1
    lengths = full_shape(given, math.prod(shape_of(a)))
    if without_memory_order(order) == "F":
        return np_transpose(reshape(np_transpose(a), shape=lengths[::-1]))
    return reshape(a, shape=lengths)


@implements(np.ravel)
def np_ravel(a: Value, order: str = "C") -> Value:
    """Mean what ``np.ravel`` means."""
    if without_memory_order(order) == "F":
        a = np_transpose(a)
    return reshape(a, shape=(math.prod(shape_of(a)),))


@implements(np.transpose, np.permute_dims)
def np_transpose(a: Value, axes: Sequence[int] | None = None) -> Value:
    """Mean what ``np.transpose`` means."""
    ndim = ndim_of(a)
    if axes is None:
        return transpose(a, axes=tuple(range(ndim - 1, -1, -1)))
    order = tuple(normal_axis(int(i), ndim) for i in axes)
    if sorted(order) != list(range(ndim)):
        raise ShapeError(
            f"axes {tuple(axes)} are not a permutation of {ndim} axes",
            remedy="name every axis once",
        )
    return transpose(a, axes=order)


@implements(np.swapaxes)
def np_swapaxes(a: Value, axis1: int, axis2: int) -> Value:
    """Mean what ``np.swapaxes`` means."""
    order = list(range(ndim_of(a)))
    i, j = normal_axis(axis1, len(order)), normal_axis(axis2, len(order))
    order[i], order[j] = order[j], order[i]
    return transpose(a, axes=tuple(order))


@implements(np.matrix_transpose)
def np_matrix_transpose(x: Value, /) -> Value:
    """Mean what ``np.matrix_transpose`` means."""
    if ndim_of(x) < 2:
        raise ShapeError(f"a matrix has at least 2 axes, this has {ndim_of(x)}")
    return np_swapaxes(x, -1, -2)


@implements(np.moveaxis)
def np_moveaxis(
    a: Value, source: int | Sequence[int], destination: int | Sequence[int]
) -> Value:
    """Mean what ``np.moveaxis`` means."""
    ndim = ndim_of(a)
    starts = [normal_axis(i, ndim) for i in lengths_of(source)]
    ends = [normal_axis(i, ndim) for i in lengths_of(destination)]
    if len(set(starts)) != len(set(ends)) or len(starts) != len(ends):
        raise ShapeError(
            f"source {source} and destination {destination} name different numbers "
            "of axes",
            remedy="give each axis that moves one place to go",
        )
    order = [i for i in range(ndim) if i not in starts]
    for to, source_axis in sorted(zip(ends, starts, strict=True)):
        order.insert(to, source_axis)
    return transpose(a, axes=tuple(order))


@implements(np.rollaxis)
def np_rollaxis(a: Value, axis: int, start: int = 0) -> Value:
    """Mean what ``np.rollaxis`` means."""
    ndim = ndim_of(a)
    axis = normal_axis(axis, ndim)
    start = normal_axis(start, ndim + 1) if start != ndim else ndim
    order = [i for i in range(ndim) if i != axis]
    order.insert(start - 1 if axis < start else start, axis)
    return transpose(a, axes=tuple(order))
