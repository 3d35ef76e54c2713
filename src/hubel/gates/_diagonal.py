"""The diagonal of matrices, and matrices made of their diagonal."""

from __future__ import annotations

from typing import Any

import numpy as np

from hubel.errors import ShapeError
from hubel.gates._cast import astype
from hubel.gates._given import as_value, without_out
from hubel.gates._layout import np_ravel, transpose
from hubel.gates._sum import sum_over
from hubel.gates._where import where
from hubel.gates.batch import stacked
from hubel.gates.define import (
    Linear,
    define,
    implements,
    ndim_of,
    normal_axis,
    shape_of,
)
from hubel.graph.node import Spec
from hubel.graph.registry import Value


def _length(rows: int, columns: int, offset: int) -> int:
    """Count the elements of a diagonal; a positive offset is above the main one."""
    return max(0, min(rows + min(offset, 0), columns - max(offset, 0)))


def _diagonal(x: Value, offset: int) -> Any:
    return np.diagonal(x, offset, -2, -1)


def _infer_diagonal(x: Spec, offset: int) -> Spec:
    if len(x.shape) < 2:
        raise ShapeError(f"a diagonal needs at least 2 axes, shape {x.shape} has fewer")
    return Spec((*x.shape[:-2], _length(x.shape[-2], x.shape[-1], offset)), x.dtype)


diagonal = define(
    "diagonal",
    _diagonal,
    _infer_diagonal,
    Linear(
        lambda g, out, x, offset: from_diagonal(
            g, offset=offset, shape=shape_of(x)[-2:]
        )
    ),
    kind="layout",
    view=True,
    weight=0,
    batch=stacked,
)


def _from_diagonal(
    g: Value, offset: int, shape: tuple[int, int], out: Any = None
) -> Any:
    if out is None:
        out = np.zeros((*g.shape[:-1], *shape), g.dtype)
    else:
        out.fill(0)
    along = np.arange(g.shape[-1], dtype=np.intp)
    out[..., along + max(0, -offset), along + max(0, offset)] = g
    return out


def _infer_from_diagonal(g: Spec, offset: int, shape: tuple[int, int]) -> Spec:
    if g.shape[-1:] != (_length(*shape, offset),):
        raise ShapeError(
            f"shape {g.shape} does not fill diagonal {offset} of matrices {shape}"
        )
    return Spec((*g.shape[:-1], *shape), g.dtype)


from_diagonal = define(
    "from_diagonal",
    _from_diagonal,
    _infer_from_diagonal,
    Linear(lambda g, out, part, offset, shape: diagonal(g, offset=offset)),
    kind="layout",
    fills=True,
    batch=stacked,
)


@implements(np.diagonal)
def np_diagonal(a: Value, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Value:
    """Mean what ``np.diagonal`` means."""
    ndim = ndim_of(a)
    last = normal_axis(axis1, ndim), normal_axis(axis2, ndim)
    if last[0] == last[1]:
        raise ShapeError(f"axis1={axis1} and axis2={axis2} of a diagonal are the same")
    order = (*[i for i in range(ndim) if i not in last], *last)
    if order != tuple(range(ndim)):
        a = transpose(a, axes=order)
    return diagonal(a, offset=int(offset))


@implements(np.trace)
def np_trace(
    a: Value,
    offset: int = 0,
    axis1: int = 0,
    axis2: int = 1,
    dtype: Any = None,
    out: None = None,
) -> Value:
    """Mean what ``np.trace`` means."""
    without_out(out)
    picked = np_diagonal(a, offset, axis1, axis2)
    if dtype is not None:
        picked = astype(picked, dtype=np.dtype(dtype))
    return sum_over(picked, axis=(ndim_of(picked) - 1,))


@implements(np.diag)
def np_diag(v: Value, k: int = 0) -> Value:
    """Mean what ``np.diag`` means: a vector to a matrix, a matrix to its diagonal."""
    if ndim_of(v) == 2:
        return diagonal(v, offset=int(k))
    if ndim_of(v) != 1:
        raise ShapeError(
            f"np.diag takes a vector or a matrix, not shape {shape_of(v)}",
            remedy="use np.diagonal for more axes",
        )
    size = shape_of(v)[0] + abs(int(k))
    return from_diagonal(v, offset=int(k), shape=(size, size))


@implements(np.diagflat)
def np_diagflat(v: Value, k: int = 0) -> Value:
    """Mean what ``np.diagflat`` means."""
    return np_diag(np_ravel(as_value(v)), k)


def _triangle(m: Value, k: int, lower: bool) -> Value:
    if not ndim_of(m):
        raise ShapeError("a triangle of an array without axes")
    rows = shape_of(m)[-2] if ndim_of(m) > 1 else shape_of(m)[-1]
    below = np.tri(rows, shape_of(m)[-1], k=k if lower else k - 1, dtype=bool)
    return where(below if lower else ~below, m, 0)


@implements(np.tril)
def np_tril(m: Value, k: int = 0) -> Value:
    """Mean what ``np.tril`` means."""
    return _triangle(m, k, lower=True)


@implements(np.triu)
def np_triu(m: Value, k: int = 0) -> Value:
    """Mean what ``np.triu`` means."""
    return _triangle(m, k, lower=False)
