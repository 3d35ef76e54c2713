"""Matrix products."""

from __future__ import annotations

import math

import numpy as np

from hubel.errors import ShapeError
from hubel.gates._layout import np_swapaxes, reshape
from hubel.gates._sum import unbroadcast
from hubel.gates.define import (
    Multilinear,
    broadcast_shape,
    define,
    ndim_of,
    result_dtype,
    shape_of,
)
from hubel.graph.node import Node, Spec
from hubel.graph.registry import Value


def _infer(x: Spec, y: Spec) -> Spec:
    if not x.shape or not y.shape:
        raise ShapeError(
            "a matrix product needs operands of at least one axis",
            remedy="multiply by a scalar with *",
        )
    inner = y.shape[0] if len(y.shape) == 1 else y.shape[-2]
    if x.shape[-1] != inner:
        raise ShapeError(
            f"inner lengths {x.shape[-1]} and {inner} of {x.shape} @ {y.shape} differ",
            remedy="transpose one operand, or check which axis holds the features",
        )
    rows = x.shape[-2:-1]
    columns = y.shape[-1:] if len(y.shape) > 1 else ()
    batch = broadcast_shape(x.shape[:-2], y.shape[:-2])
    dtype = result_dtype(np.multiply, (x.dtype, y.dtype), (False, False))
    return Spec(batch + rows + columns, dtype)


def _as_matrices(g: Value, x: Value, y: Value) -> tuple[Value, Value, Value]:
    """Give vectors the axis of length 1 that the product treats them with."""
    shape = shape_of(g)
    if ndim_of(y) == 1:
        shape = (*shape, 1)
        y = reshape(y, shape=(*shape_of(y), 1))
    if ndim_of(x) == 1:
        shape = (*shape[:-1], 1, *shape[-1:])
        x = reshape(x, shape=(1, *shape_of(x)))
    return reshape(g, shape=shape), x, y


def _to_left(g: Value, out: Value, x: Value, y: Value) -> Value:
    if ndim_of(x) == ndim_of(y) == 2:
        return matmul(g, np_swapaxes(y, 0, 1))
    g, left, y = _as_matrices(g, x, y)
    gradient = unbroadcast(matmul(g, np_swapaxes(y, -1, -2)), shape_of(left))
    return reshape(gradient, shape=shape_of(x))


def _to_right(g: Value, out: Value, x: Value, y: Value) -> Value:
    if ndim_of(x) == ndim_of(y) == 2:
        return matmul(np_swapaxes(x, 0, 1), g)
    g, x, right = _as_matrices(g, x, y)
    gradient = unbroadcast(matmul(np_swapaxes(x, -1, -2), g), shape_of(right))
    return reshape(gradient, shape=shape_of(y))


def _operations(node: Node) -> float:
    return 2.0 * math.prod(node.shape) * node.inputs[0].shape[-1]


matmul = define(
    "matmul",
    np.matmul,
    _infer,
    Multilinear(_to_left),
    Multilinear(_to_right),
    numpy=np.matmul,
    kind="product",
    fills=True,
    operations=_operations,
)
