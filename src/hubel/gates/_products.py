"""NumPy's products of vectors, matrices and tensors, made of matmul and einsum."""

from __future__ import annotations

from collections.abc import Callable
from string import ascii_lowercase, ascii_uppercase
from typing import Any, cast

import numpy as np

from hubel.errors import ShapeError
from hubel.gates._arithmetic import multiply, subtract
from hubel.gates._axes import at_least
from hubel.gates._einsum import einsum, renamed
from hubel.gates._flip import roll
from hubel.gates._given import as_value, known, without_out
from hubel.gates._layout import np_moveaxis, np_ravel, reshape
from hubel.gates._matmul import matmul
from hubel.gates._subscripts import np_einsum
from hubel.gates.define import dtype_of, implements, ndim_of, normal_axis, shape_of
from hubel.graph.registry import NUMPY, REDUCTIONS, Value

OUTER = (np.add, np.subtract, np.multiply, np.divide, np.maximum, np.minimum)


@implements(np.dot)
def np_dot(a: Value, b: Value, out: None = None) -> Value:
    """Mean what ``np.dot`` means: the last axis of a against the last but one of b."""
    without_out(out)
    a, b = as_value(a), as_value(b)
    if not ndim_of(a) or not ndim_of(b):
        return multiply(a, b)
    if ndim_of(b) <= 2:
        return matmul(a, b)
    return _contracted(a, b, (ndim_of(a) - 1,), (ndim_of(b) - 2,))


@implements(np.inner)
def np_inner(a: Value, b: Value, /) -> Value:
    """Mean what ``np.inner`` means: the last axes against each other."""
    a, b = as_value(a), as_value(b)
    if not ndim_of(a) or not ndim_of(b):
        return multiply(a, b)
    return _contracted(a, b, (ndim_of(a) - 1,), (ndim_of(b) - 1,))


@implements(np.outer)
def np_outer(a: Value, b: Value, out: None = None) -> Value:
    """Mean what ``np.outer`` means: all elements of a times all elements of b."""
    without_out(out)
    column, row = np_ravel(as_value(a)), np_ravel(as_value(b))
    return multiply(reshape(column, shape=(*shape_of(column), 1)), row)


@implements(np.vdot)
def np_vdot(a: Value, b: Value, /) -> Value:
    """Mean what ``np.vdot`` means: all elements, those of a conjugated."""
    return matmul(_conjugate(np_ravel(as_value(a))), np_ravel(as_value(b)))


def _conjugate(a: Value) -> Value:
    return np.conjugate(a) if dtype_of(a).kind == "c" else a


@implements(np.tensordot)
def np_tensordot(a: Value, b: Value, axes: Any = 2) -> Value:
    """Mean what ``np.tensordot`` means."""
    a, b = as_value(a), as_value(b)
    if isinstance(axes, int | np.integer):
        count = int(cast(int, axes))
        left, right = range(ndim_of(a) - count, ndim_of(a)), range(count)
    else:
        left, right = (known(side, "axes").reshape(-1).tolist() for side in axes)
    ours = tuple(normal_axis(i, ndim_of(a)) for i in left)
    theirs = tuple(normal_axis(i, ndim_of(b)) for i in right)
    if len(ours) != len(theirs):
        raise ShapeError(f"np.tensordot over {len(ours)} axes and {len(theirs)} axes")
    return _contracted(a, b, ours, theirs)


def _contracted(
    a: Value, b: Value, ours: tuple[int, ...], theirs: tuple[int, ...]
) -> Value:
    """Sum products over axes of a and axes of b."""
    first = ascii_lowercase[: ndim_of(a)]
    second = list(ascii_uppercase[: ndim_of(b)])
    for i, j in zip(ours, theirs, strict=True):
        if shape_of(a)[i] != shape_of(b)[j]:
            raise ShapeError(
                f"axis {i} of {shape_of(a)} and axis {j} of {shape_of(b)} differ in "
                "length",
                remedy="the axes that are summed over need equal lengths",
            )
        second[j] = first[i]
    gone = {first[i] for i in ours}
    output = "".join(c for c in (*first, *second) if c not in gone)
    return einsum(a, b, subscripts=renamed((first, "".join(second)), output))


@implements(np.kron)
def np_kron(a: Value, b: Value) -> Value:
    """Mean what ``np.kron`` means."""
    a, b = as_value(a), as_value(b)
    ndim = max(ndim_of(a), ndim_of(b))
    a, b = at_least(a, ndim), at_least(b, ndim)
    pairs = list(zip(shape_of(a), shape_of(b), strict=True))
    left = reshape(a, shape=tuple(n for i, _ in pairs for n in (i, 1)))
    right = reshape(b, shape=tuple(n for _, j in pairs for n in (1, j)))
    return reshape(multiply(left, right), shape=tuple(i * j for i, j in pairs))


@implements(np.cross)
def np_cross(
    a: Value,
    b: Value,
    axisa: int = -1,
    axisb: int = -1,
    axisc: int = -1,
    axis: int | None = None,
) -> Value:
    """Mean what ``np.cross`` means, for vectors of 3 elements."""
    if axis is not None:
        axisa = axisb = axisc = axis
    a = np_moveaxis(as_value(a), axisa, -1)
    b = np_moveaxis(as_value(b), axisb, -1)
    if shape_of(a)[-1:] != (3,) or shape_of(b)[-1:] != (3,):
        raise ShapeError(
            f"np.cross of vectors in shapes {shape_of(a)} and {shape_of(b)}",
            remedy="vectors need 3 elements; for 2 write a[..., 0] * b[..., 1] - "
            "a[..., 1] * b[..., 0]",
        )
    # c[i] = a[i + 1] b[i + 2] - a[i + 2] b[i + 1], which is the line below, rolled.
    product = subtract(multiply(a, _next(b)), multiply(_next(a), b))
    return np_moveaxis(_next(product), -1, axisc)


def _next(a: Value) -> Value:
    return roll(a, shift=(-1,), axis=(ndim_of(a) - 1,))


def np_vecdot(x1: Value, x2: Value, /, *, axis: int = -1) -> Value:
    """Mean what ``np.vecdot`` means."""
    a, b = np_moveaxis(x1, axis, -1), np_moveaxis(x2, axis, -1)
    return np_einsum("...i,...i->...", _conjugate(a), b)


def np_matvec(x1: Value, x2: Value, /) -> Value:
    """Mean what ``np.matvec`` means."""
    return np_einsum("...ij,...j->...i", x1, x2)


def np_vecmat(x1: Value, x2: Value, /) -> Value:
    """Mean what ``np.vecmat`` means."""
    return np_einsum("...i,...ij->...j", _conjugate(x1), x2)


NUMPY[np.vecdot] = np_vecdot
if hasattr(np, "matvec"):  # pragma: no branch, NumPy 2.2
    NUMPY[np.matvec] = np_matvec
    NUMPY[np.vecmat] = np_vecmat


def outer_of(ufunc: np.ufunc) -> Callable[[Value, Value], Value]:
    """Give the meaning of ``ufunc.outer``: every element of x with every one of y."""

    def outer(x: Value, y: Value) -> Value:
        y = as_value(y)
        shape = shape_of(x) + (1,) * ndim_of(y)
        return NUMPY[ufunc](reshape(as_value(x), shape=shape), y)

    return outer


for _ufunc in OUTER:
    REDUCTIONS[_ufunc, "outer"] = outer_of(_ufunc)
