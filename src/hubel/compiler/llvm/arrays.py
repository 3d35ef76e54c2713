"""NumPy's array objects, read by native code.

A call from Python costs as much as its arguments. So the native entry has none: Python
writes the addresses of the array *objects* into a block of memory, the control block,
and native code takes from each object what it needs: where its data lie, of which dtype
they are, whether they are contiguous. The layout of the object is part of NumPy's
stable binary interface; it is tried out before it is relied on. Where the trial fails,
records of the same layout are filled instead, in Python.
"""

from __future__ import annotations

import ctypes
import struct
import sys
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

import numpy as np

from hubel.compiler.llvm.jit import Loaded

HEAD = object.__basicsize__
"""The bytes that CPython puts before the fields; the last eight name the type."""

TYPE, DATA, RANK, SHAPE = HEAD - 8, HEAD, HEAD + 8, HEAD + 16
DTYPE, FLAGS = HEAD + 40, HEAD + 48
"""Byte offsets of the fields."""

CONTIGUOUS, ALIGNED, WRITEABLE = 0x1, 0x100, 0x400
"""NumPy's flags."""

_KNOWN = CONTIGUOUS | ALIGNED | WRITEABLE
_MOST_AXES = 64

Handle = Callable[["np.ndarray[Any, Any]"], int]

TEXT = f"""
define internal ptr @hubel.data(i64 %object) alwaysinline {{
  %place = add i64 %object, {DATA}
  %field = inttoptr i64 %place to ptr
  %data = load ptr, ptr %field
  ret ptr %data
}}

define internal i1 @hubel.usable(i64 %object, i1 %writes) alwaysinline {{
  %place = add i64 %object, {FLAGS}
  %field = inttoptr i64 %place to ptr
  %flags = load i32, ptr %field
  %wanted = select i1 %writes, i32 {CONTIGUOUS | ALIGNED | WRITEABLE}, i32 {CONTIGUOUS | ALIGNED}
  %present = and i32 %flags, %wanted
  %usable = icmp eq i32 %present, %wanted
  ret i1 %usable
}}

define internal i1 @hubel.is_array(i64 %object, i64 %type, i64 %dtype, i32 %rank, ptr %shape) {{
start:
  %type.place = add i64 %object, {TYPE}
  %type.field = inttoptr i64 %type.place to ptr
  %type.found = load i64, ptr %type.field
  %type.same = icmp eq i64 %type.found, %type
  br i1 %type.same, label %fields, label %no
fields:
  %dtype.place = add i64 %object, {DTYPE}
  %dtype.field = inttoptr i64 %dtype.place to ptr
  %dtype.found = load i64, ptr %dtype.field
  %dtype.same = icmp eq i64 %dtype.found, %dtype
  %rank.place = add i64 %object, {RANK}
  %rank.field = inttoptr i64 %rank.place to ptr
  %rank.found = load i32, ptr %rank.field
  %rank.same = icmp eq i32 %rank.found, %rank
  %both = and i1 %dtype.same, %rank.same
  br i1 %both, label %axes, label %no
axes:
  %shape.place = add i64 %object, {SHAPE}
  %shape.field = inttoptr i64 %shape.place to ptr
  %extents = load ptr, ptr %shape.field
  %count = zext i32 %rank to i64
  br label %next
next:
  %axis = phi i64 [ 0, %axes ], [ %axis.next, %same ]
  %left = icmp ult i64 %axis, %count
  br i1 %left, label %compare, label %yes
compare:
  %given.field = getelementptr i64, ptr %extents, i64 %axis
  %given = load i64, ptr %given.field
  %wanted.field = getelementptr i64, ptr %shape, i64 %axis
  %wanted = load i64, ptr %wanted.field
  %extent.same = icmp eq i64 %given, %wanted
  br i1 %extent.same, label %same, label %no
same:
  %axis.next = add i64 %axis, 1
  br label %next
yes:
  ret i1 true
no:
  ret i1 false
}}
"""  # noqa: E501
"""Functions on objects, for a module that reads a control block.

``@hubel.data`` gives where the elements lie. ``@hubel.usable`` says whether they stand
without gaps in C's order, aligned, and may be written where that is needed.
``@hubel.is_array`` says whether the object is of this type (`array_type`), dtype
(`dtype_address`) and shape; it may be asked of any Python object.
"""


def array_type() -> int:
    """Return what ``@hubel.is_array`` takes for NumPy's own arrays."""
    return id(np.ndarray)


def dtype_address(dtype: np.dtype[Any]) -> int:
    """Return what ``@hubel.is_array`` takes for a dtype in the machine's byte order.

    NumPy has one object for each of them, and arrays refer to it. An array whose dtype
    is another, equal object is answered with no.
    """
    return id(np.dtype(dtype.type))


class Control:
    """The block of memory through which a native entry is given its arguments.

    Parameters
    ----------
    memory : ctypes array
        The block: eight bytes an argument, which the module reads.
    arrays : int
        How many arrays come first.
    scalars : str
        What follows: ``d`` for each float64, ``q`` for each int64. Python's and NumPy's
        numbers are taken.
    handle : callable, optional
        What stands for an array; `array_handle` unless told.
    """

    def __init__(
        self, memory: Any, arrays: int, scalars: str = "", handle: Handle | None = None
    ) -> None:
        layout = struct.Struct(f"={arrays}q{scalars}")
        self.memory = memory
        self.view = memoryview(memory).cast("B")
        self.pack = layout.pack_into
        self.handle = handle or array_handle()

    @classmethod
    def of(cls, loaded: Loaded, name: str, arrays: int, scalars: str = "") -> Control:
        """Return the block that is a global variable of a module, which it keeps."""
        kind = ctypes.c_int64 * (arrays + len(scalars))
        memory: Any = kind.from_address(loaded.variable(name))
        memory.owner = loaded
        return cls(memory, arrays, scalars)

    def put(
        self, arrays: Sequence[np.ndarray[Any, Any]], *scalars: float | np.number[Any]
    ) -> None:
        """Write the arguments of the next call; the caller keeps the arrays alive."""
        self.pack(self.view, 0, *map(self.handle, arrays), *scalars)


@cache
def array_handle() -> Handle:
    """Return what gives an array's place: its address, if the layout is as known."""
    return id if _layout_holds() else Records()


class Records:
    """Stand-ins for array objects, in the same layout, filled by Python.

    Each lives until many others were filled, so that all arguments of a call do.
    """

    MANY = 4096

    def __init__(self) -> None:
        self._ring: list[Any] = [None] * self.MANY
        self._next = 0

    def __call__(self, array: np.ndarray[Any, Any]) -> int:
        """Fill a record and return its address."""
        record = (ctypes.c_char * (FLAGS + 8 + 8 * _MOST_AXES))()
        start = ctypes.addressof(record)
        data: int = array.__array_interface__["data"][0]
        struct.pack_into("=q", record, TYPE, id(type(array)))
        struct.pack_into("=qi", record, DATA, data, array.ndim)
        struct.pack_into("=q", record, SHAPE, start + FLAGS + 8)
        struct.pack_into("=q", record, DTYPE, id(array.dtype))
        struct.pack_into("=i", record, FLAGS, _flags(array))
        struct.pack_into(f"={array.ndim}q", record, FLAGS + 8, *array.shape)
        self._ring[self._next] = record
        self._next = (self._next + 1) % self.MANY
        return start


def _layout_holds() -> bool:
    """Compare the fields of a few arrays with what NumPy says of them."""
    if sys.implementation.name != "cpython" or ctypes.sizeof(ctypes.c_void_p) != 8:
        return False
    if np.ndarray.__basicsize__ < FLAGS + 4:
        return False
    plain = np.arange(24, dtype=np.float32).reshape(2, 3, 4)
    locked = np.zeros(5)
    locked.flags.writeable = False
    samples = (plain, plain[:, ::2], plain.T, locked, np.zeros((0, 3), np.int8))
    return all(_is_read_as(id(each), each) for each in samples)


def _is_read_as(place: int, array: np.ndarray[Any, Any]) -> bool:
    """Read an object as native code does, and compare with what NumPy says of it."""
    object_bytes = ctypes.string_at(place + TYPE, np.ndarray.__basicsize__ - TYPE)

    def field(kind: str, offset: int) -> int:
        found: tuple[int] = struct.unpack_from(kind, object_bytes, offset - TYPE)
        return found[0]

    same = (
        field("=q", TYPE) == id(type(array))
        and field("=q", DATA) == array.__array_interface__["data"][0]
        and field("=i", RANK) == array.ndim
        and field("=q", DTYPE) == id(array.dtype)
        and field("=i", FLAGS) & _KNOWN == _flags(array)
    )
    if not same:
        return False
    extents = ctypes.string_at(field("=q", SHAPE), 8 * array.ndim)
    return struct.unpack(f"={array.ndim}q", extents) == array.shape


def _flags(array: np.ndarray[Any, Any]) -> int:
    """Return the flags that native code asks for."""
    flags = array.flags
    return (
        CONTIGUOUS * flags.c_contiguous
        | ALIGNED * flags.aligned
        | WRITEABLE * flags.writeable
    )
