"""Values out of the few opcodes that CIFAR-10's python version uses, nothing else.

Those files are programs for Python's object-storing stack machine, which can call any
function of the machine that reads them. This reader knows only the opcodes that the
files use (protocol 2, as Python 2 wrote it), holds the three NumPy names they mention
as inert tags, and refuses every other opcode and name, saying where it stands. It
imports nothing, calls nothing that a file names, and follows no value recursively.

Opcodes and their meaning: CPython ``Lib/pickletools.py``; the state of arrays and
dtypes: ``array_reduce`` and ``arraydescr_reduce`` of NumPy's multiarray module.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from hubel.errors import DataError


class Name(Enum):
    """A name that the files mention: a tag, never looked up, never called."""

    RECONSTRUCT = b"numpy.core.multiarray _reconstruct"
    NDARRAY = b"numpy ndarray"
    DTYPE = b"numpy dtype"


class Unbuilt(Enum):
    """What a call on a name gives, before its state arrives."""

    ARRAY = "array"
    DTYPE = "dtype"


@dataclass(frozen=True, eq=False)
class Array:
    """A uint8 array in two dimensions; wrapped so that ``==`` on values stays plain."""

    rows: NDArray[np.uint8]


Value: TypeAlias = (
    bool
    | int
    | bytes
    | list["Value"]
    | tuple["Value", ...]
    | dict[bytes, "Value"]
    | Name
    | Unbuilt
    | Array
    | None
)

#: An official file takes about 30,000 opcodes. One opcode can cost some 70 bytes of
#: memory, so this also bounds what a hostile file can make of itself.
_MOST_OPCODES = 1_000_000
_LONGEST_LINE = 64


def read_values(data: bytes, path: Path) -> Value:
    """Return the value that a file's opcodes build; `path` is for messages only."""
    machine = _Machine(data, path)
    for _ in range(_MOST_OPCODES):
        machine.start = machine.position
        code = machine.number(1)
        if code == _STOP:
            return machine.finish()
        step = _STEPS.get(code)
        if step is None:
            name = _REFUSED.get(code, "an unknown one")
            raise machine.error(f"opcode 0x{code:02x} is {name}")
        step(machine)
    raise machine.error(f"there are more than {_MOST_OPCODES:,} opcodes")


class _Machine:
    """A stack, a memo and a place in the bytes."""

    def __init__(self, data: bytes, path: Path) -> None:
        self.data = data
        self.path = path
        self.start = 0  # where the current opcode stands
        self.position = 0  # the next byte to read
        self.stack: list[Value] = []
        self.below: list[list[Value]] = []  # the stacks that wait under a MARK
        self.memo: dict[int, Value] = {}

    def error(self, problem: str) -> DataError:
        """Return the error that names the file and the place."""
        return DataError(
            f"{self.path}: at byte {self.start:,}: {problem}; expected were only the "
            "opcodes and names of CIFAR-10's python version, as published",
            remedy="Take the binary version (cifar-10-binary.tar.gz) instead.",
        )

    def take(self, count: int) -> bytes:
        """Return the next `count` bytes."""
        end = self.position + count
        if not self.position <= end <= len(self.data):
            left = len(self.data) - self.position
            raise self.error(f"{count:,} bytes are announced and {left:,} are left")
        taken = self.data[self.position : end]
        self.position = end
        return taken

    def number(self, width: int, *, signed: bool = False) -> int:
        """Return the next `width` bytes as a little-endian whole number."""
        return int.from_bytes(self.take(width), "little", signed=signed)

    def line(self) -> bytes:
        """Return the bytes up to the next newline, and step over it."""
        end = self.data.find(b"\n", self.position, self.position + _LONGEST_LINE)
        if end < 0:
            raise self.error(f"no line ends within {_LONGEST_LINE} bytes")
        return self.take(end + 1 - self.position)[:-1]

    def push(self, value: Value) -> None:
        """Put a value on the stack."""
        self.stack.append(value)

    def pop(self) -> Value:
        """Take the top of the stack."""
        if not self.stack:
            raise self.error("the stack is empty")
        return self.stack.pop()

    def pop_to_mark(self) -> list[Value]:
        """Take everything above the last MARK."""
        if not self.below:
            raise self.error("there is no MARK")
        values = self.stack
        self.stack = self.below.pop()
        return values

    def pop_many(self, count: int) -> tuple[Value, ...]:
        """Take the top `count` values, the lowest first."""
        return tuple(reversed([self.pop() for _ in range(count)]))

    def extend(self, items: list[Value]) -> None:
        """Append items to the list on top of the stack."""
        if not self.stack or not isinstance(self.stack[-1], list):
            raise self.error("there is no list on the stack")
        self.stack[-1].extend(items)

    def set_items(self, items: list[Value]) -> None:
        """Put alternating keys and values into the dict on top of the stack."""
        if not self.stack or not isinstance(self.stack[-1], dict):
            raise self.error("there is no dict on the stack")
        if len(items) % 2:
            raise self.error("a key has no value")
        for key, value in zip(items[::2], items[1::2], strict=True):
            if not isinstance(key, bytes):
                raise self.error(f"a key is {type(key).__name__}, not a string")
            self.stack[-1][key] = value

    def remember(self, index: int) -> None:
        """Keep the top of the stack under a number."""
        if not self.stack:
            raise self.error("the stack is empty")
        self.memo[index] = self.stack[-1]

    def recall(self, index: int) -> None:
        """Push what was kept under a number."""
        if index not in self.memo:
            raise self.error(f"nothing is kept under the number {index}")
        self.push(self.memo[index])

    def finish(self) -> Value:
        """Return the one value that is left when STOP comes at the end."""
        value = self.pop()
        if self.stack or self.below:
            raise self.error("STOP comes with values left over")
        if self.position != len(self.data):
            left = len(self.data) - self.position
            raise self.error(f"{left:,} bytes follow the STOP")
        return value


def _protocol(machine: _Machine) -> None:
    """Accept protocol 2 only."""
    version = machine.number(1)
    if version != 2:
        raise machine.error(f"this is protocol {version}, not 2")


def _mark(machine: _Machine) -> None:
    """Start a new stack above the present one."""
    machine.below.append(machine.stack)
    machine.stack = []


def _name(machine: _Machine) -> None:
    """Push the tag of one of the three names; refuse any other."""
    written = machine.line() + b" " + machine.line()
    try:
        machine.push(Name(written))
    except ValueError:
        shown = written.decode("ascii", "backslashreplace").replace(" ", ".", 1)
        raise machine.error(f"the name {shown!r} is asked for") from None


def _call(machine: _Machine) -> None:
    """Note a call of `_reconstruct` or `dtype` with the only arguments NumPy writes."""
    match machine.pop_many(2):
        case (Name.RECONSTRUCT, (Name.NDARRAY, (0,), b"b")):
            machine.push(Unbuilt.ARRAY)
        case (Name.DTYPE, (b"u1", 0, 1)):
            machine.push(Unbuilt.DTYPE)
        case _:
            raise machine.error("a call is asked for that makes no uint8 array")


def _build(machine: _Machine) -> None:
    """Give an unbuilt dtype or array its state, as NumPy writes it."""
    match machine.pop_many(2):
        case (Unbuilt.DTYPE, (int(), b"|", *_)):  # no byte order; the rest is unused
            machine.push(Unbuilt.DTYPE)
        case (
            Unbuilt.ARRAY,
            (1, (int() as count, int() as width), Unbuilt.DTYPE, False, bytes() as raw),
        ):
            if min(count, width) < 0 or count * width != len(raw):
                problem = f"an array of {count}x{width} has {len(raw):,} bytes"
                raise machine.error(problem)
            machine.push(Array(np.frombuffer(raw, np.uint8).reshape(count, width)))
        case _:
            raise machine.error("a state is set that is not of a 2-D uint8 array")


_STOP = ord(".")
_STEPS: dict[int, Callable[[_Machine], None]] = {
    0x80: _protocol,
    ord("("): _mark,
    ord("N"): lambda m: m.push(None),
    0x88: lambda m: m.push(True),
    0x89: lambda m: m.push(False),
    ord("K"): lambda m: m.push(m.number(1)),
    ord("M"): lambda m: m.push(m.number(2)),
    ord("J"): lambda m: m.push(m.number(4, signed=True)),
    ord("U"): lambda m: m.push(m.take(m.number(1))),
    ord("T"): lambda m: m.push(m.take(m.number(4, signed=True))),
    ord("]"): lambda m: m.push([]),
    ord("a"): lambda m: m.extend([m.pop()]),
    ord("e"): lambda m: m.extend(m.pop_to_mark()),
    ord("}"): lambda m: m.push({}),
    ord("s"): lambda m: m.set_items(list(m.pop_many(2))),
    ord("u"): lambda m: m.set_items(m.pop_to_mark()),
    ord(")"): lambda m: m.push(()),
    0x85: lambda m: m.push(m.pop_many(1)),
    0x86: lambda m: m.push(m.pop_many(2)),
    0x87: lambda m: m.push(m.pop_many(3)),
    ord("t"): lambda m: m.push(tuple(m.pop_to_mark())),
    ord("q"): lambda m: m.remember(m.number(1)),
    ord("r"): lambda m: m.remember(m.number(4)),
    ord("h"): lambda m: m.recall(m.number(1)),
    ord("j"): lambda m: m.recall(m.number(4)),
    ord("c"): _name,
    ord("R"): _call,
    ord("b"): _build,
}

#: What the other opcodes are called, so that a refusal can say so.
_REFUSED = {
    ord("0"): "POP",
    ord("1"): "POP_MARK",
    ord("2"): "DUP",
    ord("B"): "BINBYTES",
    ord("C"): "SHORT_BINBYTES",
    ord("F"): "FLOAT",
    ord("G"): "BINFLOAT",
    ord("I"): "INT",
    ord("L"): "LONG",
    ord("P"): "PERSID",
    ord("Q"): "BINPERSID",
    ord("S"): "STRING",
    ord("V"): "UNICODE",
    ord("X"): "BINUNICODE",
    ord("d"): "DICT",
    ord("g"): "GET",
    ord("i"): "INST",
    ord("l"): "LIST",
    ord("o"): "OBJ",
    ord("p"): "PUT",
    0x81: "NEWOBJ",
    0x82: "EXT1",
    0x83: "EXT2",
    0x84: "EXT4",
    0x8A: "LONG1",
    0x8B: "LONG4",
    0x8C: "SHORT_BINUNICODE",
    0x8D: "BINUNICODE8",
    0x8E: "BINBYTES8",
    0x8F: "EMPTY_SET",
    0x90: "ADDITEMS",
    0x91: "FROZENSET",
    0x92: "NEWOBJ_EX",
    0x93: "STACK_GLOBAL",
    0x94: "MEMOIZE",
    0x95: "FRAME",
    0x96: "BYTEARRAY8",
    0x97: "NEXT_BUFFER",
    0x98: "READONLY_BUFFER",
}
