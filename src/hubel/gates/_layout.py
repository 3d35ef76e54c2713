"""Layout: reshape, transpose and cast, which move elements without changing them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from hubel.errors import ShapeError
from hubel.gates.define import (
    ByHand,
    Linear,
    define,
    implements,
    ndim_of,
    normal_axis,
    shape_of,
)
from hubel.graph.node import Spec
from hubel.graph.registry import Value


def _reshape(x: Value, shape: tuple[int, ...]) -> Any:
    return np.reshape(x, shape)


def _infer_reshape(x: Spec, shape: tuple[int, ...]) -> Spec:
    if math.prod(x.shape) != math.prod(shape):
        raise ShapeError(
            f"{math.prod(x.shape)} elements of shape {x.shape} do not fill {shape}"
        )
    return Spec(shape, x.dtype)


reshape = define(
    "reshape",
    _reshape,
    _infer_reshape,
    Linear(lambda g, out, x, shape: reshape(g, shape=shape_of(x))),
    kind="layout",
    view=True,
    weight=0,
)


def _transpose(x: Value, axes: tuple[int, ...]) -> Any:
    return np.transpose(x, axes)


def _infer_transpose(x: Spec, axes: tuple[int, ...]) -> Spec:
    return Spec(tuple(x.shape[a] for a in axes), x.dtype)


def _inverse(axes: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(sorted(range(len(axes)), key=axes.__getitem__))


transpose = define(
    "transpose",
    _transpose,
    _infer_transpose,
    Linear(lambda g, out, x, axes: transpose(g, axes=_inverse(axes))),
    kind="layout",
    view=True,
    weight=0,
)


def _astype(x: Value, dtype: np.dtype[Any]) -> Any:
    return np.asarray(x).astype(dtype)[()]


def _kept(g: Value, out: Value, x: Value, dtype: np.dtype[Any]) -> Value | None:
    return g if dtype.kind in "fc" else None


astype = define(
    "astype",
    _astype,
    lambda x, dtype: Spec(x.shape, dtype),
    ByHand(
        _kept,
        lambda t, out, x, dtype: astype(t, dtype=dtype) if dtype.kind in "fc" else None,
    ),
    kind="elementwise",
)


@implements(np.reshape)
def np_reshape(
    a: Value,
    shape: int | Sequence[int] | None = None,
    order: str = "C",
    *,
    newshape: int | Sequence[int] | None = None,
    copy: bool | None = None,
) -> Value:
    """Mean what ``np.reshape`` means; one length may be -1."""
    given = newshape if shape is None else shape
    if given is None:
        raise ShapeError("np.reshape needs a shape")
    if order == "F":
        lengths = tuple(given) if isinstance(given, Sequence) else (given,)
        return np_transpose(np_reshape(np_transpose(a), lengths[::-1]))
    return reshape(a, shape=full_shape(given, math.prod(shape_of(a))))


def full_shape(shape: int | Sequence[int], size: int) -> tuple[int, ...]:
    """Replace the -1 in a shape by the length that the size asks for."""
    lengths = (shape,) if isinstance(shape, int | np.integer) else tuple(shape)
    lengths = tuple(int(n) for n in lengths)
    if lengths.count(-1) == 1:
        known = -math.prod(lengths)
        if known and size % known == 0:
            return tuple(size // known if n == -1 else n for n in lengths)
    if math.prod(lengths) != size or any(n < 0 for n in lengths):
        raise ShapeError(f"{size} elements do not fill shape {lengths}")
    return lengths


@implements(np.transpose, np.permute_dims)
def np_transpose(a: Value, axes: Sequence[int] | None = None) -> Value:
    """Mean what ``np.transpose`` means."""
    ndim = ndim_of(a)
    if axes is None:
        return transpose(a, axes=tuple(reversed(range(ndim))))
    order = tuple(normal_axis(int(i), ndim) for i in axes)
    if sorted(order) != list(range(ndim)):
        raise ShapeError(f"axes {tuple(axes)} are not a permutation of {ndim} axes")
    return transpose(a, axes=order)


@implements(np.swapaxes)
def np_swapaxes(a: Value, axis1: int, axis2: int) -> Value:
    """Mean what ``np.swapaxes`` means."""
    order = list(range(ndim_of(a)))
    i, j = normal_axis(axis1, len(order)), normal_axis(axis2, len(order))
    order[i], order[j] = order[j], order[i]
    return transpose(a, axes=tuple(order))
