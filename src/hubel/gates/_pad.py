"""Padding: constants are joined on; other modes repeat elements, so they gather."""

from __future__ import annotations

from typing import Any, cast

import numpy as np

from hubel.errors import OptionError, ShapeError
from hubel.gates._cast import astype
from hubel.gates._concatenate import concatenate
from hubel.gates._gather import gather
from hubel.gates._given import as_value, known
from hubel.gates._slice import embed, trimmed
from hubel.gates._sum import broadcast_to
from hubel.gates.define import dtype_of, implements, ndim_of, shape_of
from hubel.graph.registry import Value
from hubel.graph.term import Term

REPEATING = ("edge", "reflect", "symmetric", "wrap")
Widths = list[tuple[int, int]]


@implements(np.pad)
def np_pad(
    array: Value, pad_width: Any, mode: Any = "constant", **kwargs: Any
) -> Value:
    """Mean what ``np.pad`` means, in the modes that repeat elements or constants."""
    array = as_value(array)
    widths = _widths(pad_width, ndim_of(array))
    values = kwargs.pop("constant_values", 0)
    even = kwargs.pop("reflect_type", "even") == "even"
    if mode not in (*REPEATING, "constant") or kwargs or not even:
        asked = f"mode={mode!r}" if even else "reflect_type='odd'"
        raise OptionError(
            f"np.pad with {asked} is not recorded",
            remedy=f"use mode constant, {', '.join(REPEATING)}, or concatenate",
        )
    if mode == "constant":
        return _pad_constant(array, widths, values)
    for axis, (before, after) in enumerate(widths):
        length = shape_of(array)[axis]
        if before or after:
            if not length:
                raise ShapeError(f"axis {axis} is empty: np.pad has nothing to repeat")
            order = np.pad(np.arange(length), (before, after), cast(Any, mode))
            array = gather(array, order, axis=axis)
    return array


def _widths(pad_width: Any, ndim: int) -> Widths:
    """Give the widths before and after each axis."""
    if isinstance(pad_width, dict):
        by_axis = cast(dict[int, Any], pad_width)
        table = [(0, 0)] * ndim
        for axis, width in by_axis.items():
            table[axis] = width if isinstance(width, tuple) else (width, width)
        pad_width = table
    given = known(pad_width, "the width of np.pad")
    try:
        pairs = np.broadcast_to(given, (ndim, 2)).tolist()
    except ValueError:
        raise ShapeError(
            f"a pad width of shape {given.shape} for {ndim} axes",
            remedy="give one number, (before, after), or a pair for each axis",
        ) from None
    if given.dtype.kind not in "iu" or given.min(initial=0) < 0:
        raise ShapeError(f"a pad width of {pad_width}: whole numbers from 0 are needed")
    return [(before, after) for before, after in pairs]


def _pad_constant(array: Value, widths: Widths, values: Any) -> Value:
    shape = shape_of(array)
    if not isinstance(values, Term) and not np.any(values):
        whole = tuple(b + n + a for (b, a), n in zip(widths, shape, strict=True))
        index = tuple(
            (b, b + n, 1) if n else (0, 0, 1)
            for (b, _), n in zip(widths, shape, strict=True)
        )
        return embed(array, index=trimmed(index, whole), shape=whole)
    pairs = _constants(values, len(shape), dtype_of(array))
    for axis, (width, constant) in enumerate(zip(widths, pairs, strict=True)):
        before, after = (
            _filled(shape_of(array), axis, n, c)
            for n, c in zip(width, constant, strict=True)
        )
        array = concatenate(before, array, after, axis=axis)
    return array


def _constants(values: Any, ndim: int, dtype: np.dtype[Any]) -> list[Any]:
    """Give the values before and after each axis."""
    pairs = np.broadcast_to(as_value(values), (ndim, 2))
    if dtype_of(pairs) != dtype:
        pairs = astype(pairs, dtype=dtype)
    return [(pair[0], pair[1]) for pair in pairs]


def _filled(shape: tuple[int, ...], axis: int, length: int, value: Value) -> Value:
    return broadcast_to(value, shape=(*shape[:axis], length, *shape[axis + 1 :]))
