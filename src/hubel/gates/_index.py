"""Indexing as NumPy writes it: every form of ``x[index]`` and ``x[index] = new``.

An index is taken apart into a basic part (ints, slices, new axes), which is a slice,
and index arrays, which gather from a block of neighbouring axes of that slice.
"""

from __future__ import annotations

import operator
from dataclasses import dataclass
from typing import Any, cast

import numpy as np

from hubel.errors import DTypeError, ShapeError
from hubel.gates._cast import astype
from hubel.gates._gather import assign_at, gather, picked_shape
from hubel.gates._given import as_value, known
from hubel.gates._layout import inverse, reshape, transpose
from hubel.gates._slice import (
    Basic,
    Span,
    assign,
    element,
    place,
    slice_of,
    sliced_shape,
    span,
    trimmed,
)
from hubel.gates.define import dtype_of, implements, ndim_of, shape_of
from hubel.graph.registry import GATES, Value, read, write
from hubel.graph.term import Term

ARRAYS = (np.ndarray, Term)
FLAGS = (bool, np.bool_)
USE_WHERE = "use np.where(mask, this, that), which keeps the shape"


@dataclass(frozen=True, slots=True)
class Parts:
    """An index taken apart.

    Attributes
    ----------
    basic : Basic
        The slice to begin with.
    order : tuple of int or None
        How to permute the slice's axes next, so that those that are indexed by arrays
        come first: NumPy's rule where other indices stand between the arrays.
    arrays : tuple of value
        The index arrays.
    axis : int
        Where the block of axes begins that the arrays index.
    """

    basic: Basic
    order: tuple[int, ...] | None
    arrays: tuple[Value, ...]
    axis: int


@implements(read)
def read_index(x: Value, index: Any) -> Value:
    """Mean ``x[index]``."""
    shape = shape_of(x)
    if type(index) is int and shape:
        at = place(index, shape[0])
        return (slice_of if len(shape) > 1 else element)(x, index=(at,))
    if type(index) is slice and shape:
        return slice_of(x, index=trimmed((span(index, shape[0]),), shape))
    if type(index) is np.ndarray and index.dtype.kind == "i" and index.ndim and shape:
        return gather(x, index, axis=0)
    if is_mask(index) and ndim_of(index) > 1:
        return _read_mask(x, index)
    parts = take_apart(shape, index)
    if parts.arrays:
        part = _begin(x, parts)
        return gather(part, *parts.arrays, axis=parts.axis)
    whole = len(parts.basic) == len(shape) > 0
    if whole and all(type(item) is int for item in parts.basic):
        return element(x, index=parts.basic)
    return slice_of(x, index=parts.basic)


def _read_mask(x: Value, mask: Value) -> Value:
    """Pick by a mask over several axes: make them one, and pick from that."""
    shape, flags = shape_of(x), _flags(mask)
    _check_mask(flags, shape)
    flat = reshape(x, shape=(flags.size, *shape[flags.ndim :]))
    return gather(flat, np.flatnonzero(flags), axis=0)


@implements(write)
def write_index(x: Value, index: Any, new: Value) -> Value:
    """Mean the array that ``x`` is after ``x[index] = new``."""
    new = as_value(new)
    if dtype_of(new).kind == "c" and dtype_of(x).kind != "c":
        raise DTypeError(
            f"a complex value cannot be written into an array of {dtype_of(x)}",
            remedy="make the array complex, or write the real part",
        )
    if is_mask(index) and ndim_of(index):
        masked = _write_mask(x, index, new)
        if masked is not None:
            return masked
    parts = take_apart(shape_of(x), index)
    if not parts.arrays:
        picked = sliced_shape(shape_of(x), parts.basic)
        if not parts.basic and picked and _is_alike(x, new):
            return new
        return assign(x, _fitted(new, picked), index=parts.basic)
    part = _begin(x, parts)
    arrays = parts.arrays
    picked = picked_shape(shape_of(part), tuple(map(shape_of, arrays)), parts.axis)
    part = assign_at(part, _fitted(new, picked), *arrays, axis=parts.axis)
    if parts.order is not None:
        part = transpose(part, axes=inverse(parts.order))
    return part if parts.basic == () else assign(x, part, index=parts.basic)


def _begin(x: Value, parts: Parts) -> Value:
    """Slice by the basic part and bring the indexed axes together."""
    if parts.basic:
        x = slice_of(x, index=parts.basic)
    return x if parts.order is None else transpose(x, axes=parts.order)


def _write_mask(x: Value, mask: Value, new: Value) -> Value | None:
    """Write what does not depend on how many elements the mask picks, by a choice."""
    shape, over = shape_of(x), shape_of(mask)
    _check_mask(mask, shape)
    columns = len(shape) - len(over)
    length = shape_of(new)
    while len(length) > columns and length[0] == 1:
        length = length[1:]
    if len(length) > columns:
        return None
    new = reshape(new, shape=length) if length != shape_of(new) else new
    if dtype_of(new) != dtype_of(x):
        new = astype(new, dtype=dtype_of(x))
    mask = reshape(mask, shape=over + (1,) * columns) if columns else mask
    return GATES["where"](mask, new, x)


def _is_alike(x: Value, new: Value) -> bool:
    """Whether a value is what an array is after it was written all over it."""
    return shape_of(new) == shape_of(x) and dtype_of(new) == dtype_of(x)


def _fitted(new: Value, picked: tuple[int, ...]) -> Value:
    """Leave out axes of length 1 in front, which an assignment ignores."""
    shape = shape_of(new)
    extra = len(shape) - len(picked)
    if extra > 0 and shape[:extra] == (1,) * extra:
        return reshape(new, shape=shape[extra:])
    return new


def is_mask(index: Any) -> bool:
    """Whether an index is one boolean array."""
    return _is_array(index) and index.dtype.kind == "b"


def _flags(mask: Value) -> np.ndarray[Any, Any]:
    return known(mask, "a boolean mask as an index", USE_WHERE)


def _check_mask(mask: Value, shape: tuple[int, ...]) -> None:
    have = shape_of(mask)
    if have != shape[: len(have)]:
        raise ShapeError(
            f"a boolean mask of shape {have} does not fit the axes of {shape}",
            remedy="a mask has the lengths of the axes that it stands for",
        )


def take_apart(shape: tuple[int, ...], index: Any) -> Parts:
    """Take an index of an array of that shape apart."""
    given = cast("tuple[Any, ...]", index if isinstance(index, tuple) else (index,))
    items = _filled([_item(i) for i in given], shape)
    taker = _Taker(shape, advanced=any(_is_array(i) for i in items))
    for position, item in enumerate(items):
        taker.take(position, item)
    return taker.parts()


def _item(given: Any) -> Any:
    """Bring one item of an index to an int, slice, None, Ellipsis or array."""
    if given is None or given is Ellipsis or type(given) in (int, slice):
        return given
    if isinstance(given, FLAGS):
        return np.asarray(given)
    if not isinstance(given, Term) and not hasattr(given, "__len__"):
        try:
            return operator.index(given)
        except TypeError:
            pass
    array = given if isinstance(given, Term) else np.asarray(given)
    if isinstance(array, np.ndarray) and not array.size and not _has_dtype(given):
        array = array.astype(np.intp)
    if array.dtype.kind not in "iub":
        raise DTypeError(
            f"an index of dtype {array.dtype}",
            remedy="index with integers (.astype(int)), a slice or a boolean mask",
        )
    if isinstance(array, np.ndarray) and not array.ndim and array.dtype.kind != "b":
        return int(array)
    return array if array.dtype.kind != "u" else astype(array, dtype=np.dtype(np.intp))


def _has_dtype(given: Any) -> bool:
    return hasattr(given, "dtype")


def _is_array(item: Any) -> bool:
    return isinstance(item, ARRAYS)


def _takes(item: Any) -> int:
    """Count the axes that an item of an index stands for."""
    if item is None or item is Ellipsis:
        return 0
    return ndim_of(item) if is_mask(item) else 1


def _filled(items: list[Any], shape: tuple[int, ...]) -> list[Any]:
    """Replace the Ellipsis by slices; one that stands for no axis stays."""
    missing = len(shape) - sum(map(_takes, items))
    if missing < 0:
        raise ShapeError(
            f"{len(shape) - missing} indices for an array of {len(shape)} axes, "
            f"shape {shape}"
        )
    at = [i for i, item in enumerate(items) if item is Ellipsis]
    if len(at) > 1:
        raise ShapeError(
            f"an index has {len(at)} Ellipses (...)", remedy="write ... once"
        )
    if at and missing:
        items[at[0] : at[0] + 1] = [slice(None)] * missing
    return items


class _Taker:
    """Takes one item of an index after the other."""

    def __init__(self, shape: tuple[int, ...], advanced: bool) -> None:
        self.shape = shape
        self.advanced = advanced
        self.axis = 0
        self.basic: list[int | Span | None] = []
        self.arrays: list[Value] = []
        self.axes: list[int] = []
        self.positions: list[int] = []

    def take(self, position: int, item: Any) -> None:
        """Take the item at a position of the index."""
        if item is Ellipsis:
            return
        if item is None:
            self.basic.append(None)
        elif type(item) is slice:
            self.basic.append(span(item, self.shape[self.axis]))
            self.axis += 1
        elif isinstance(item, int) and not self.advanced:
            self.basic.append(place(item, self.shape[self.axis], self.axis))
            self.axis += 1
        else:
            self.positions.append(position)
            self._take_advanced(item)

    def _take_advanced(self, item: Any) -> None:
        """Take an array; beside arrays an int is one too."""
        if isinstance(item, int):
            self._add(np.intp(place(item, self.shape[self.axis], self.axis)))
        elif not is_mask(item):
            self._add(item)
        elif ndim_of(item):
            _check_mask(item, self.shape[self.axis :])
            for index in np.nonzero(_flags(item)):
                self._add(index)
        else:
            # A single bool is an axis of length 1, from which one or none is picked.
            self.axes.append(len(self.basic))
            self.basic.append(None)
            self.arrays.append(np.zeros(int(_flags(item)), np.intp))

    def _add(self, index: Value) -> None:
        self.axes.append(len(self.basic))
        self.basic.append((0, self.shape[self.axis], 1))
        self.arrays.append(index)
        self.axis += 1

    def parts(self) -> Parts:
        """Give the parts when all items are taken."""
        basic = trimmed(tuple(self.basic), self.shape)
        count = len(self.arrays)
        if not count:
            return Parts(basic, None, (), 0)
        first, last = self.positions[0], self.positions[-1]
        if last - first + 1 == len(self.positions):
            return Parts(basic, None, tuple(self.arrays), self.axes[0])
        ndim = len(self.basic) + len(self.shape) - self.axis
        rest = [i for i in range(ndim) if i not in self.axes]
        order = (*self.axes, *rest)
        moved = order if order != tuple(range(ndim)) else None
        return Parts(basic, moved, tuple(self.arrays), 0)
