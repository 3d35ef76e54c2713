"""Write LLVM text line by line: fresh names, blocks, constants, calls.

A value is the text that stands for it: a name such as ``%v3`` or a constant. Its NumPy
dtype is known to whoever writes the line, and names its type.
"""

from __future__ import annotations

import struct
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

import numpy as np

MEMORY = {
    "bool": "i8",
    "int8": "i8",
    "int16": "i16",
    "int32": "i32",
    "int64": "i64",
    "uint8": "i8",
    "uint16": "i16",
    "uint32": "i32",
    "uint64": "i64",
    "float32": "float",
    "float64": "double",
}
"""The type of each dtype in an array."""

TYPES = MEMORY | {"bool": "i1"}
"""The type of each dtype as a value."""

BITS = {name: np.dtype(name).itemsize * 8 for name in TYPES} | {"bool": 1}
"""The width of each dtype's values."""

PARALLEL = "!0"
"""The loop metadata: its accesses of group ``!1`` never meet in other iterations."""

GROUP = ", !llvm.access.group !1"
"""What marks an access of a parallel loop."""

MASKED = "!3"
"""The same, with masks for what does not fill a vector, in place of a second loop."""

WIDE = "!4"
"""The same, with 16 iterations in a vector, for floats of 4 bytes among wider numbers.

Left to itself LLVM takes as many as the widest numbers leave room for.
"""

FOURFOLD, TWOFOLD = "!7", "!8"
"""The same, with four or two vectors on their way at a time.

What one waits for, such as the next step of a polynomial, the others fill.
"""

REST = "!9"
"""The same for what is left over: one vector at a time, with masks."""

METADATA = """!0 = distinct !{!0, !2}
!1 = distinct !{}
!2 = !{!"llvm.loop.parallel_accesses", !1}
!3 = distinct !{!3, !2, !5}
!4 = distinct !{!4, !2, !5, !6}
!5 = !{!"llvm.loop.vectorize.predicate.enable", i1 true}
!6 = !{!"llvm.loop.vectorize.width", i32 16}
!7 = distinct !{!7, !2, !10}
!8 = distinct !{!8, !2, !11}
!9 = distinct !{!9, !2, !5, !12}
!10 = !{!"llvm.loop.interleave.count", i32 4}
!11 = !{!"llvm.loop.interleave.count", i32 2}
!12 = !{!"llvm.loop.interleave.count", i32 1}
"""
"""What these names stand for; a module with loops ends with it."""


def kind(dtype: str) -> str:
    """Return ``float``, ``int``, ``uint`` or ``bool``."""
    return dtype.rstrip("0123456789")


def constant(value: Any, dtype: str) -> str:
    """Write a number of a dtype, floats by their exact bits.

    Examples
    --------
    >>> constant(0.1, "float32"), constant(-1, "uint8"), constant(True, "bool")
    ('0x3FB99999A0000000', '-1', 'true')
    """
    match kind(dtype):
        case "bool":
            return "true" if value else "false"
        case "float":
            with np.errstate(over="ignore"):
                number = float(np.dtype(dtype).type(value))
            return f"0x{struct.pack('>d', number).hex().upper()}"
        case _:
            return str(int(value))


def suffix(dtype: str) -> str:
    """Return what the name of an intrinsic ends with: ``f32``, ``i64``."""
    return f"{'f' if kind(dtype) == 'float' else 'i'}{BITS[dtype]}"


class Code:
    """The text of one function as it grows.

    Parameters
    ----------
    strict : bool
        Whether each operation is rounded on its own: nothing is contracted or
        reassociated.
    brief : bool
        Whether to be compiled quickly matters more than to run quickly.

    Attributes
    ----------
    functions : set of str
        The functions of `hubel.compiler.llvm.math` that it calls.
    declarations : set of str
        The intrinsics that it calls.
    """

    def __init__(self, *, strict: bool = False, brief: bool = False) -> None:
        self.strict, self.brief = strict, brief
        self.functions: set[str] = set()
        self.declarations: set[str] = set()
        self.lines: list[str] = []
        self._slots: list[str] = []
        self._count = 0
        self._block = "entry"

    @property
    def text(self) -> str:
        """What stands between the braces of the function."""
        return "\n".join(["entry:", *self._slots, *self.lines, "  ret void"])

    @property
    def contract(self) -> str:
        """The flag of float arithmetic: a product and a sum may be rounded once."""
        return "" if self.strict else "contract "

    @property
    def reassoc(self) -> str:
        """The flags of float reductions, whose order is free."""
        return "" if self.strict else "reassoc contract "

    def do(self, line: str) -> None:
        """Write an instruction without a value."""
        self.lines.append(f"  {line}")

    def value(self, instruction: str) -> str:
        """Write an instruction and return the name of its value."""
        name = self._fresh("%v")
        self.do(f"{name} = {instruction}")
        return name

    def slot(self, type_: str) -> str:
        """Return the address of a variable, which LLVM keeps in a register."""
        name = self._fresh("%t")
        self._slots.append(f"  {name} = alloca {type_}")
        return name

    def intrinsic(self, name: str, dtype: str, *args: str, extra: str = "") -> str:
        """Call an intrinsic whose arguments and result are of one dtype.

        ``extra`` is a last argument of type i1.
        """
        type_, full = TYPES[dtype], f"@llvm.{name}.{suffix(dtype)}"
        types = [type_] * len(args) + ["i1"] * bool(extra)
        self.declarations.add(f"declare {type_} {full}({', '.join(types)})")
        given = [f"{type_} {a}" for a in args] + [f"i1 {extra}"] * bool(extra)
        return self.value(f"call {type_} {full}({', '.join(given)})")

    def function(self, name: str, dtype: str, *args: str) -> str:
        """Call a function of `hubel.compiler.llvm.math`."""
        full, type_ = f"{name}.{suffix(dtype)}", TYPES[dtype]
        self.functions.add(full)
        given = ", ".join(f"{type_} {a}" for a in args)
        return self.value(f"call {type_} @hubel.{full}({given})")

    def load(self, address: str, dtype: str, *, group: str = "") -> str:
        """Read an element of an array."""
        found = self.value(f"load {MEMORY[dtype]}, ptr {address}{group}")
        return self.value(f"icmp ne i8 {found}, 0") if dtype == "bool" else found

    def store(self, value: str, address: str, dtype: str, *, group: str = "") -> None:
        """Write an element of an array."""
        if dtype == "bool":
            value = self.value(f"zext i1 {value} to i8")
        self.do(f"store {MEMORY[dtype]} {value}, ptr {address}{group}")

    @contextmanager
    def loop(
        self, stop: str, *, start: str = "0", step: int = 1, metadata: str = ""
    ) -> Generator[str]:
        """Write a loop, and into it what is written in the block; gives the index."""
        index, following = self._fresh("%i"), self._fresh("%i")
        head, body, done = (self._fresh(each) for each in ("head", "body", "done"))
        before = self._block
        self.do(f"br label %{head}")
        self._open(head)
        position = len(self.lines)
        more = self.value(f"icmp slt i64 {index}, {stop}")
        self.do(f"br i1 {more}, label %{body}, label %{done}")
        self._open(body)
        yield index
        self.do(f"{following} = add nsw i64 {index}, {step}")
        phi = f"phi i64 [ {start}, %{before} ], [ {following}, %{self._block} ]"
        self.lines.insert(position, f"  {index} = {phi}")
        self.do(f"br label %{head}{metadata and f', !llvm.loop {metadata}'}")
        self._open(done)

    @contextmanager
    def when(self, condition: str) -> Generator[None]:
        """Write what is written in the block so that it runs on a condition."""
        body, done = self._fresh("body"), self._fresh("done")
        self.do(f"br i1 {condition}, label %{body}, label %{done}")
        self._open(body)
        yield
        self.do(f"br label %{done}")
        self._open(done)

    def _open(self, label: str) -> None:
        """Begin a block."""
        self.lines.append(f"{label}:")
        self._block = label

    def _fresh(self, prefix: str) -> str:
        self._count += 1
        return f"{prefix}{self._count - 1}"
