"""Joining: arrays along an axis that they have, or along a new one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from hubel.errors import ShapeError
from hubel.gates._cast import astype
from hubel.gates._given import as_value, without_out
from hubel.gates._layout import np_ravel
from hubel.gates._slice import slice_of, trimmed
from hubel.gates.batch import lines
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


class Piece(Linear):
    """Linear in many pieces; the transpose is told which one it brings back."""

    __slots__ = ()

    def pull(
        self,
        position: int,
        g: Value,
        out: Value,
        args: tuple[Value, ...],
        params: dict[str, Any],
    ) -> Value:
        """Apply the transpose for one piece."""
        return self.transpose(g, position, args, **params)


def _concatenate(*pieces: Value, axis: int, out: Any = None) -> Any:
    return np.concatenate(pieces, axis, out)


def _infer_concatenate(*pieces: Spec, axis: int) -> Spec:
    first = pieces[0].shape
    if not first:
        raise ShapeError(
            "arrays without axes cannot be concatenated", remedy="use np.stack"
        )
    for number, piece in enumerate(pieces):
        same = len(piece.shape) == len(first) and all(
            i == axis or n == m
            for i, (n, m) in enumerate(zip(piece.shape, first, strict=True))
        )
        if not same:
            raise ShapeError(
                f"shape {piece.shape} of array {number} does not fit {first} of "
                f"array 0 along axis {axis}",
                remedy="all lengths but those along the axis have to be equal",
            )
    shape = list(first)
    shape[axis] = sum(piece.shape[axis] for piece in pieces)
    return Spec(tuple(shape), np.result_type(*[piece.dtype for piece in pieces]))


def _cut(g: Value, position: int, pieces: tuple[Value, ...], axis: int) -> Value:
    start = sum([shape_of(piece)[axis] for piece in pieces[:position]])
    stop = start + shape_of(pieces[position])[axis]
    shape = shape_of(g)
    index = ((0, n, 1) for n in shape[:axis])
    span = (start, stop, 1) if stop > start else (0, 0, 1)
    return slice_of(g, index=trimmed((*index, span), shape))


concatenate = define(
    "concatenate",
    _concatenate,
    _infer_concatenate,
    Piece(_cut),
    kind="layout",
    fills=True,
    batch=lines,
)


def _stack(*pieces: Value, axis: int, out: Any = None) -> Any:
    return np.stack(pieces, axis, out)


def _infer_stack(*pieces: Spec, axis: int) -> Spec:
    first = pieces[0].shape
    for number, piece in enumerate(pieces):
        if piece.shape != first:
            raise ShapeError(
                f"shape {piece.shape} of array {number} is not {first} of array 0",
                remedy="np.stack needs equal shapes; np.concatenate does not",
            )
    shape = (*first[:axis], len(pieces), *first[axis:])
    return Spec(shape, np.result_type(*[piece.dtype for piece in pieces]))


def _layer(g: Value, position: int, pieces: tuple[Value, ...], axis: int) -> Value:
    index = ((0, n, 1) for n in shape_of(g)[:axis])
    return slice_of(g, index=(*index, position))


stack = define(
    "stack",
    _stack,
    _infer_stack,
    Piece(_layer),
    kind="layout",
    fills=True,
    batch=lines,
)


def _pieces(arrays: Value | Sequence[Value]) -> list[Value]:
    """List the arrays to join; one array stands for its parts along the first axis."""
    return [as_value(a) for a in arrays]


@implements(np.concatenate)
def np_concatenate(
    arrays: Sequence[Value],
    /,
    axis: int | None = 0,
    out: None = None,
    *,
    dtype: Any = None,
    casting: str = "same_kind",
) -> Value:
    """Mean what ``np.concatenate`` means."""
    without_out(out)
    pieces = _pieces(arrays)
    if axis is None:
        pieces, axis = [np_ravel(p) for p in pieces], 0
    joined = concatenate(*pieces, axis=normal_axis(axis, max(ndim_of(pieces[0]), 1)))
    return _cast(joined, dtype)


@implements(np.stack)
def np_stack(
    arrays: Sequence[Value],
    axis: int = 0,
    out: None = None,
    *,
    dtype: Any = None,
    casting: str = "same_kind",
) -> Value:
    """Mean what ``np.stack`` means."""
    without_out(out)
    pieces = _pieces(arrays)
    joined = stack(*pieces, axis=normal_axis(axis, ndim_of(pieces[0]) + 1))
    return _cast(joined, dtype)


def _cast(joined: Value, dtype: Any) -> Value:
    return joined if dtype is None else astype(joined, dtype=np.dtype(dtype))


@implements(np.append)
def np_append(arr: Value, values: Value, axis: int | None = None) -> Value:
    """Mean what ``np.append`` means."""
    return np_concatenate((as_value(arr), as_value(values)), axis=axis)
