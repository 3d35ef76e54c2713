"""The lines of a function that multiplies matrices, and its tiles down the rows."""

from __future__ import annotations

from collections.abc import Callable

from hubel.compiler.llvm.gemm.kind import Kind

KEEP_LOOP = "!llvm.loop !4000001"
"""Follows the branch of a loop that is no faster unrolled."""

METADATA = (
    "!4000001 = distinct !{!4000001, !4000002}\n"
    '!4000002 = !{!"llvm.loop.unroll.disable"}\n'
)
"""What a module with such loops holds once; others count their metadata from 0."""

TILE = {64: (4, 24), 32: (3, 12), 16: (3, 12)}
"""Bytes of a vector: how many lie side by side in a tile, and how many it has."""


class Lines:
    """The lines of one function of C, A, B and a count, and names that are new in it.

    Parameters
    ----------
    name : str
        Of the function.
    dtype : str
        ``float32`` or ``float64``.
    vector_bytes : int
        Of the machine.
    is_seen : bool
        Whether other modules may call it.
    """

    def __init__(
        self, name: str, dtype: str, vector_bytes: int, *, is_seen: bool = False
    ) -> None:
        self.name, self.dtype, self.vector_bytes = name, dtype, vector_bytes
        self.kind = Kind(dtype, vector_bytes)
        self.real, self.size = self.kind.real, self.kind.size
        self.lanes = self.kind.lanes
        self.lines = [
            f"define {'' if is_seen else 'internal '}void @{name}(ptr noalias %c, "
            "ptr noalias readonly %a, ptr noalias readonly %b, i64 %count) {",
            "entry:",
        ]
        self._count = 0

    def end(self) -> str:
        """Return the text of the whole function."""
        return "\n".join([*self.lines, "  ret void", "}", ""])

    def put(self, line: str) -> None:
        """Add an instruction."""
        self.lines.append(f"  {line}")

    def label(self, name: str) -> None:
        """Begin a block."""
        self.lines.append(f"{name}:")

    def new(self, hint: str) -> str:
        """Return a name that nothing else has."""
        self._count += 1
        return f"{hint}.{self._count}"

    def let(self, expression: str, hint: str = "v") -> str:
        """Add an instruction that gives a value, and return the value's name."""
        name = f"%{self.new(hint)}"
        self.put(f"{name} = {expression}")
        return name

    def at(self, base: str, index: int | str) -> str:
        """Return the place of an element."""
        if index == 0:
            return base
        return self.let(f"getelementptr {self.real}, ptr {base}, i64 {index}", "at")

    def times(self, value: int | str, by: int | str) -> int | str:
        """Return a product of indices; numbers stay numbers."""
        if isinstance(value, int) and isinstance(by, int):
            return value * by
        return value if by == 1 else self.let(f"mul i64 {value}, {by}", "index")


def row_tiles(
    out: Lines,
    height: int,
    rows: int | str,
    done: tuple[str, str],
    write: Callable[[int, str, str], None],
) -> tuple[str, str]:
    """Do tiles of a height while there are rows enough.

    ``done`` is how many rows were done and in which block; the same is returned.
    ``write`` gets the height, the row and the block that it stands in.
    """
    name = out.new("rows")
    row, following = f"%{name}.row", f"%{name}.next"
    out.put(f"br label %{name}")
    out.label(name)
    out.put(f"{row} = phi i64 [ {done[0]}, %{done[1]} ], [ {following}, %{name}.end ]")
    out.put(f"{following} = add i64 {row}, {height}")
    more = out.let(f"icmp sle i64 {following}, {rows}", "more")
    out.put(f"br i1 {more}, label %{name}.tile, label %{name}.after")
    out.label(f"{name}.tile")
    write(height, row, f"{name}.tile")
    out.put(f"br label %{name}.end")
    out.label(f"{name}.end")
    out.put(f"br label %{name}, {KEEP_LOOP}")
    out.label(f"{name}.after")
    return row, f"{name}.after"
