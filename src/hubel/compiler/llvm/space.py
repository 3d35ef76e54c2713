"""Where the elements of operands lie, for the indices of a kernel's axes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from hubel.compiler.kernel import Kernel
from hubel.compiler.llvm.casts import cast
from hubel.compiler.llvm.scalar import MEMORY, Code


@dataclass(frozen=True, slots=True)
class Place:
    """Where in a row a statement runs.

    Attributes
    ----------
    inner : str
        The index on the inner axis; empty outside its loops.
    column : int
        The index where it is a number, else 0.
    group : str
        The mark of memory accesses.
    """

    inner: str = ""
    column: int = 0
    group: str = ""


class Space:
    """The addresses of a kernel's operands.

    Parameters
    ----------
    kernel : Kernel
    code : Code
        Where the lines go that compute them.
    """

    def __init__(self, kernel: Kernel, code: Code) -> None:
        self.kernel, self.code = kernel, code
        self.inner = max(kernel.rank - 1, 0)
        self.extent = str(kernel.columns or f"%n{self.inner}")
        self._index: dict[int, str] = {}
        self._rows = [f"%p{k}" for k in range(len(kernel.operands))]

    def enter_row(self, index: Mapping[int, str]) -> None:
        """Find where the row of each operand begins."""
        self._index = dict(index)
        for k in range(len(self.kernel.operands)):
            self._rows[k] = self._moved(k, f"%p{k}", index)

    def element(self, operand: int, inner: str, far: str = "") -> str:
        """Return the address of an element of the row.

        Parameters
        ----------
        operand : int
        inner : str
            The index on the inner axis; empty where none is used.
        far : str
            How many elements further it is.
        """
        offset = self._sum(self._offset(operand, self._along(inner)), far)
        return self._far(operand, self._rows[operand], offset)

    def picked(self, operand: int, positions: Sequence[str], dtype: str) -> str:
        """Return how many elements far positions on its own axes are, as a dtype."""
        found = ""
        for axis, at in enumerate(positions, self.kernel.rank):
            letter = self.kernel.operands[operand].pattern[axis]
            if letter == "0":
                continue
            if letter == "s":
                stride = cast(self.code, f"%s{operand}_{axis}", "int64", dtype)
                at = self.code.value(f"mul {MEMORY[dtype]} {at}, {stride}")
            found = self._sum(found, at, dtype)
        return found or "0"

    def offset(self, operand: int, inner: str) -> str:
        """Return how far an element of the row is from the operand's start."""
        return self._offset(operand, self._index | self._along(inner)) or "0"

    def at(self, operand: int, offset: str) -> str:
        """Return the address of an element at an offset from the operand's start."""
        return self._far(operand, f"%p{operand}", offset)

    def _along(self, inner: str) -> dict[int, str]:
        return {self.inner: inner} if inner and self.kernel.rank else {}

    def address(self, operand: int, index: Mapping[int, str]) -> str:
        """Return the address of the element with an index on each axis that counts."""
        return self._moved(operand, f"%p{operand}", index)

    def _moved(self, operand: int, start: str, index: Mapping[int, str]) -> str:
        """Go from an address along some axes."""
        return self._far(operand, start, self._offset(operand, index))

    def _offset(self, operand: int, index: Mapping[int, str]) -> str:
        own, found = self.kernel.operands[operand], ""
        for axis, at in index.items():
            letter = own.pattern[axis : axis + 1] or "0"
            if letter == "0":
                continue
            step = at
            if letter != "1":
                stride = self.extent if letter == "d" else f"%s{operand}_{axis}"
                step = self._times(at, stride)
            found = self._sum(found, step)
        return found

    def _sum(self, a: str, b: str, dtype: str = "int64") -> str:
        if a and b:
            return self.code.value(f"add {MEMORY[dtype]} {a}, {b}")
        return a or b

    def _far(self, operand: int, start: str, offset: str) -> str:
        if not offset:
            return start
        kind = MEMORY[self.kernel.operands[operand].dtype]
        return self.code.value(
            f"getelementptr inbounds {kind}, ptr {start}, i64 {offset}"
        )

    def _times(self, index: str, stride: str) -> str:
        if index in ("0", "1"):
            return "0" if index == "0" else stride
        return self.code.value(f"mul i64 {index}, {stride}")


def strides(kernel: Kernel) -> list[tuple[int, int]]:
    """List the operand and axis of each stride that a kernel's function takes."""
    return [
        (k, axis)
        for k, operand in enumerate(kernel.operands)
        for axis, letter in enumerate(operand.pattern)
        if letter == "s"
    ]
