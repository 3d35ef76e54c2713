"""Matrix products."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from hubel.errors import ShapeError
from hubel.gates._layout import reshape
from hubel.gates._sum import unbroadcast
from hubel.gates.batch import Call, broadcast
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


def _to_left(g: Value, out: Value, x: Value, y: Value) -> Value:
    if ndim_of(y) == 2:
        return matmul(g, y.T)
    if ndim_of(y) == 1:
        return (reshape(g, shape=(*shape_of(g), 1)) if ndim_of(x) > 1 else g) * y
    g, left = _with_rows(g, x)
    gradient = unbroadcast(matmul(g, y.mT), shape_of(left))
    return reshape(gradient, shape=shape_of(x))


def _to_right(g: Value, out: Value, x: Value, y: Value) -> Value:
    rows, columns = ndim_of(x), ndim_of(y)
    if rows == 2 and columns <= 2:
        return matmul(x.T, g)
    if rows == 1 and columns <= 2:
        return (reshape(x, shape=(*shape_of(x), 1)) if columns == 2 else x) * g
    if columns <= 2:
        # One product of all rows is faster than one for each matrix, and a sum.
        flat = reshape(x, shape=(math.prod(shape_of(x)[:-1]), shape_of(x)[-1]))
        return matmul(flat.T, reshape(g, shape=(shape_of(flat)[0], *shape_of(y)[1:])))
    g, x = _with_rows(g, x)
    return unbroadcast(matmul(x.mT, g), shape_of(y))


def _with_rows(g: Value, x: Value) -> tuple[Value, Value]:
    """Give a vector on the left the axis of length 1 that the product gave it."""
    if ndim_of(x) > 1:
        return g, x
    shape = shape_of(g)
    g = reshape(g, shape=(*shape[:-1], 1, *shape[-1:]))
    return g, reshape(x, shape=(1, *shape_of(x)))


def _operations(node: Node) -> float:
    return 2.0 * math.prod(node.shape) * node.inputs[0].shape[-1]


def _letters(node: Node) -> str:
    """Write the product as an Einstein sum, where no batch axis is broadcast."""
    x, y = (source.shape for source in node.inputs)
    row, column = "r" * (len(x) > 1), "c" * (len(y) > 1)
    count = len(node.shape) - len(row) - len(column)
    batch = "defghijklmnop"[:count]
    words = [batch[max(count - (len(s) - 2), 0) :] for s in (x, y)]
    for word, shape in zip(words, (x, y), strict=True):
        if shape[: len(word)] != node.shape[count - len(word) : count]:
            return ""
    return f"{words[0]}{row}a,{words[1]}a{column}->{batch}{row}{column}"


def _batch(call: Call) -> Value:
    x, y = call.args
    if not call.batched[1] and ndim_of(y) <= 2:
        return _rows_times(x, y)
    if not call.batched[0] and ndim_of(x) <= 2 and call.ndim(1) == 1:
        return matmul(y, x.T)
    if call.ndim(0) == 1:
        x = reshape(x, shape=(*shape_of(x)[:-1], 1, shape_of(x)[-1]))
    if call.ndim(1) == 1:
        y = reshape(y, shape=(*shape_of(y), 1))
    matrices = broadcast(replace(call, args=(x, y)))
    return reshape(matrices, shape=(call.size, *call.shape))


def _rows_times(x: Value, y: Value) -> Value:
    """Multiply all rows by the same matrix at once, faster than example by example."""
    rows = reshape(x, shape=(math.prod(shape_of(x)[:-1]), shape_of(x)[-1]))
    return reshape(matmul(rows, y), shape=(*shape_of(x)[:-1], *shape_of(y)[1:]))


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
    letters=_letters,
    batch=_batch,
)
