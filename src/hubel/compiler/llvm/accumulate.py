"""Accumulation over a whole kernel, in variables where it is few numbers."""

from __future__ import annotations

from contextlib import ExitStack

from hubel.compiler.kernel import Kernel, Statement
from hubel.compiler.llvm.casts import cast
from hubel.compiler.llvm.reduce import combine, neutral
from hubel.compiler.llvm.scalar import TYPES, Code, kind
from hubel.compiler.llvm.space import Place, Space


class Variable:
    """An element of an accumulated operand that a variable holds during the kernel.

    A sum of float32 is held in float64 where the operand is a single number.
    """

    def __init__(self, code: Code, how: str, dtype: str, *, wide: bool) -> None:
        self.code, self.how, self.stored = code, how, dtype
        wide = wide and how == "add" and kind(dtype) == "float"
        self.dtype = "float64" if wide else dtype
        self.slot = code.slot(TYPES[self.dtype])
        code.do(
            f"store {TYPES[self.dtype]} {neutral(how, self.dtype)}, ptr {self.slot}"
        )

    def add(self, value: str) -> None:
        """Accumulate a value of the operand's dtype."""
        code, type_ = self.code, TYPES[self.dtype]
        value = cast(code, value, self.stored, self.dtype)
        before = code.value(f"load {type_}, ptr {self.slot}")
        after = combine(code, self.how, before, value, self.dtype)
        code.do(f"store {type_} {after}, ptr {self.slot}")

    def finish(self, address: str) -> None:
        """Write what was accumulated to memory."""
        found = self.code.value(f"load {TYPES[self.dtype]}, ptr {self.slot}")
        found = cast(self.code, found, self.dtype, self.stored)
        self.code.store(found, address, self.stored)


class Accumulators:
    """The operands that a kernel accumulates.

    Parameters
    ----------
    kernel : Kernel
    code : Code
    space : Space
    columns : int or None
        How many columns are written out.
    """

    def __init__(
        self, kernel: Kernel, code: Code, space: Space, columns: int | None
    ) -> None:
        self.kernel, self.code, self.space = kernel, code, space
        self.columns = columns
        self.variables: dict[int, list[Variable]] = {}
        self.in_memory = False
        for each in kernel.body:
            if each.op == "accumulate" and each.operand not in self.variables:
                self._start(each)

    def add(self, each: Statement, value: str, place: Place) -> None:
        """Accumulate a value, of the operand's dtype."""
        held = self.variables[each.operand]
        if held:
            held[place.column % len(held)].add(value)
            return
        address = self.space.element(each.operand, place.inner)
        self.into(each, value, address, place.group)

    def into(self, each: Statement, value: str, address: str, group: str = "") -> None:
        """Accumulate a value into an element of memory."""
        code, how = self.code, str(each.value)
        dtype = self.kernel.operands[each.operand].dtype
        before = code.load(address, dtype, group=group)
        after = combine(code, how, before, value, dtype)
        code.store(after, address, dtype, group=group)

    def finish(self) -> None:
        """Write to memory what was held in variables."""
        for operand, held in self.variables.items():
            for column, each in enumerate(held):
                each.finish(self.space.element(operand, str(column)))

    def _start(self, each: Statement) -> None:
        operand = self.kernel.operands[each.operand]
        outer, inner = operand.pattern[:-1], operand.pattern[-1:]
        count = self._count(outer, inner)
        self.variables[each.operand] = [
            Variable(self.code, str(each.value), operand.dtype, wide=inner in ("", "0"))
            for _ in range(count)
        ]
        if not count:
            self.in_memory = True
            self._clear(each)

    def _count(self, outer: str, inner: str) -> int:
        """Return how many variables hold an operand; none if memory has to."""
        if outer.strip("0"):
            return 0
        if inner in ("", "0"):
            return 1
        return self.columns or 0

    def _clear(self, each: Statement) -> None:
        """Write the neutral element wherever an operand will be accumulated."""
        operand = self.kernel.operands[each.operand]
        with ExitStack() as loops:
            index = {
                a: loops.enter_context(self.code.loop(f"%n{a}"))
                for a, letter in enumerate(operand.pattern)
                if letter != "0"
            }
            address = self.space.address(each.operand, index)
            start = neutral(str(each.value), operand.dtype)
            self.code.store(start, address, operand.dtype)
