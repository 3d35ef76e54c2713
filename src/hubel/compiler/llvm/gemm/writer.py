"""The lines of a function as they are written, with loops."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from contextlib import contextmanager

KEEP_LOOP = "!llvm.loop !0"
"""Stands after the branch of a loop that is to stay one."""

METADATA = '!0 = distinct !{!0, !1}\n!1 = !{!"llvm.loop.unroll.disable"}\n'
"""Stands at the end of a module."""

ARGUMENTS = (
    "ptr {0}%c, ptr {1}%a, ptr {1}%b, ptr {0}%scratch, ptr %then, ptr %context, "
    "i64 %m, i64 %n, i64 %k, i64 %lda, i64 %ldb, i64 %ldc, "
    "i64 %k.block, i64 %row.block, i64 %column.block"
)
"""Of every product; ``{0}`` and ``{1}`` stand for what is promised of pointers."""


class Writer:
    """The lines of one function; every name that it gives is new in it.

    Parameters
    ----------
    head : str
        What stands before the brace: ``define internal void @f(ptr %x)``.
    """

    def __init__(self, head: str) -> None:
        self.lines = [f"{head} {{", "entry:"]
        self.block = "entry"
        self._count = 0

    def text(self) -> str:
        """Return the function, which ends here."""
        return "\n".join([*self.lines, "  ret void", "}", ""])

    def put(self, line: str) -> None:
        """Add an instruction."""
        self.lines.append(f"  {line}")

    def new(self, hint: str) -> str:
        """Return a name that nothing else has."""
        self._count += 1
        return f"{hint}.{self._count}"

    def let(self, expression: str, hint: str = "v") -> str:
        """Add an instruction that gives a value, and return the value's name."""
        name = f"%{self.new(hint)}"
        self.put(f"{name} = {expression}")
        return name

    def label(self, name: str) -> None:
        """Begin a block, in which the lines stand from now on."""
        self.lines.append(f"{name}:")
        self.block = name

    def at(self, base: str, index: int | str, unit: str) -> str:
        """Return the place of an element of this type."""
        if index == 0:
            return base
        return self.let(f"getelementptr {unit}, ptr {base}, i64 {index}", "at")

    def add(self, a: int | str, b: int | str) -> str:
        """Return a sum of two indices."""
        return self.let(f"add i64 {a}, {b}", "sum")

    def subtract(self, a: int | str, b: int | str) -> str:
        """Return a difference of two indices."""
        return self.let(f"sub i64 {a}, {b}", "left")

    def times(self, a: int | str, b: int | str) -> str:
        """Return a product of two indices."""
        return self.let(f"mul i64 {a}, {b}", "index")

    def least(self, a: int | str, b: int | str) -> str:
        """Return the smaller of two indices."""
        return self.let(f"call i64 @llvm.smin.i64(i64 {a}, i64 {b})", "least")

    def position(
        self, base: str, row: int | str, stride: int | str, column: int | str, unit: str
    ) -> str:
        """Return the place of an element of a matrix."""
        return self.at(base, self.add(self.times(row, stride), column), unit)

    def test(self, kind: str, a: int | str, b: int | str) -> str:
        """Return whether indices compare in this way: ``slt``, ``sge``."""
        return self.let(f"icmp {kind} i64 {a}, {b}", "is")

    @contextmanager
    def loop(
        self, start: int | str, stop: int | str, step: int | str, hint: str
    ) -> Generator[str]:
        """Write a loop around what follows; it may have no turn at all."""
        name, before = self.new(hint), self.block
        index = f"%{name}"
        self.put(f"br label %{name}.head")
        self.label(f"{name}.head")
        self.put(
            f"{index} = phi i64 [ {start}, %{before} ], [ {index}.next, %{name}.end ]"
        )
        self.put(f"{index}.more = icmp slt i64 {index}, {stop}")
        self.put(f"br i1 {index}.more, label %{name}.body, label %{name}.after")
        self.label(f"{name}.body")
        yield index
        self.put(f"br label %{name}.end")
        self.label(f"{name}.end")
        self.put(f"{index}.next = add i64 {index}, {step}")
        self.put(f"br label %{name}.head, {KEEP_LOOP}")
        self.label(f"{name}.after")

    @contextmanager
    def only_if(self, condition: str, hint: str) -> Generator[None]:
        """Write a branch around what follows."""
        name = self.new(hint)
        self.put(f"br i1 {condition}, label %{name}.then, label %{name}.after")
        self.label(f"{name}.then")
        yield
        self.put(f"br label %{name}.after")
        self.label(f"{name}.after")

    @contextmanager
    def either(self, condition: str, hint: str) -> Generator[Iterator[None]]:
        """Write two branches: the second begins where the value given is advanced."""
        name = self.new(hint)
        self.put(f"br i1 {condition}, label %{name}.then, label %{name}.else")
        self.label(f"{name}.then")

        def turn() -> Iterator[None]:
            self.put(f"br label %{name}.after")
            self.label(f"{name}.else")
            yield

        yield turn()
        self.put(f"br label %{name}.after")
        self.label(f"{name}.after")

    def call_then(self, first: str, last: str, is_final: str) -> None:
        """Call what is to be done with rows of C, if they are final now."""
        is_there = self.let("icmp ne ptr %then, null", "is")
        both = self.let(f"and i1 {is_there}, {is_final}", "is")
        with self.only_if(both, "then"):
            self.put(f"call void %then(ptr %context, i64 {first}, i64 {last})")
