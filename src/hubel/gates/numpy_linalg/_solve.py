"""Linear systems and inverses."""

from __future__ import annotations

import math
import operator
from collections.abc import Sequence

import numpy as np

from hubel.errors import ShapeError
from hubel.gates._given import as_value
from hubel.gates._layout import np_moveaxis, np_ravel, reshape
from hubel.gates._matmul import matmul
from hubel.gates.define import (
    ByHand,
    Multilinear,
    broadcast_shape,
    define,
    dtype_of,
    implements,
    ndim_of,
    shape_of,
)
from hubel.gates.numpy_linalg._parts import cubic, field_of, square, stacked
from hubel.graph.node import Node, Spec, spec_of
from hubel.graph.registry import Value


def _infer_solve(a: Spec, b: Spec) -> Spec:
    rows, columns = stacked(b)
    if square(a) != rows:
        raise ShapeError(
            f"{square(a)} equations with right sides of {rows} numbers",
            remedy="the last but one axis of b counts equations",
        )
    batch = broadcast_shape(a.shape[:-2], b.shape[:-2])
    return Spec((*batch, rows, columns), field_of(a, b))


def _operations(node: Node) -> float:
    a = node.inputs[0]
    return 2.0 * a.shape[-1] * (a.size / 3 + node.size)


# d(A^-1 B) = A^-1 dB - A^-1 dA A^-1 B (Giles 2008, section 2.3.1).
solve = define(
    "solve",
    np.linalg.solve,
    _infer_solve,
    ByHand(
        lambda g, out, a, b: -matmul(solve(a.mT, g), out.mT),
        lambda t, out, a, b: -solve(a, matmul(t, out)),
    ),
    Multilinear(lambda g, out, a, b: solve(a.mT, g)),
    kind="matrix",
    operations=_operations,
)


def _infer_inv(a: Spec) -> Spec:
    square(a)
    return Spec(a.shape, field_of(a))


def _around(direction: Value, out: Value) -> Value:
    return -matmul(matmul(out, direction), out)


# d(A^-1) = -A^-1 dA A^-1 (Giles 2008, section 2.2.3).
inv = define(
    "inv",
    np.linalg.inv,
    _infer_inv,
    ByHand(
        lambda g, out, a: _around(g, out.mT),
        lambda t, out, a: _around(t, out),
    ),
    numpy=np.linalg.inv,
    kind="matrix",
    operations=cubic(2.0),
)


@implements(np.linalg.solve)
def np_solve(a: Value, b: Value) -> Value:
    """Mean what ``np.linalg.solve`` means: b of one axis is one right side."""
    a, b = as_value(a), as_value(b)
    if ndim_of(b) != 1:
        return solve(a, b)
    found = solve(a, reshape(b, shape=(*shape_of(b), 1)))
    return reshape(found, shape=shape_of(found)[:-1])


@implements(np.linalg.matrix_power)
def np_matrix_power(a: Value, n: int) -> Value:
    """Mean what ``np.linalg.matrix_power`` means: squarings and products."""
    a, n = as_value(a), operator.index(n)
    size = square(spec_of(a))
    if n == 0:
        return np.broadcast_to(np.eye(size, dtype=dtype_of(a)), shape_of(a)).copy()
    if n < 0:
        a, n = inv(a), -n
    found: Value | None = None
    while True:
        if n % 2:
            found = a if found is None else matmul(found, a)
        n //= 2
        if not n:
            return found
        a = matmul(a, a)


@implements(np.linalg.tensorsolve)
def np_tensorsolve(a: Value, b: Value, axes: Sequence[int] | None = None) -> Value:
    """Mean what ``np.linalg.tensorsolve`` means."""
    a, b = as_value(a), as_value(b)
    for axis in axes or ():
        a = np_moveaxis(a, axis, -1)
    unknowns = shape_of(a)[ndim_of(b) :]
    size = math.prod(unknowns)
    if math.prod(shape_of(b)) != size or math.prod(shape_of(a)) != size**2:
        raise ShapeError(
            f"a of shape {shape_of(a)} for b of shape {shape_of(b)}",
            remedy="the axes of a after those of b need as many elements as b has",
        )
    column = reshape(np_ravel(b), shape=(size, 1))
    return reshape(solve(reshape(a, shape=(size, size)), column), shape=unknowns)


@implements(np.linalg.tensorinv)
def np_tensorinv(a: Value, ind: int = 2) -> Value:
    """Mean what ``np.linalg.tensorinv`` means."""
    a, shape = as_value(a), shape_of(a)
    rows, columns = shape[:ind], shape[ind:]
    if ind < 1 or math.prod(rows) != math.prod(columns):
        raise ShapeError(
            f"ind={ind} of np.linalg.tensorinv for shape {shape}",
            remedy="the axes before ind need as many elements as those after it",
        )
    size = math.prod(rows)
    return reshape(inv(reshape(a, shape=(size, size))), shape=(*columns, *rows))
