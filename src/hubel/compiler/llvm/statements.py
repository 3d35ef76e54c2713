"""The statements of a kernel, each written where its values and indices are known."""

from __future__ import annotations

from collections.abc import Callable, Iterable, MutableMapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass

from hubel.compiler.kernel import ELEMENT, Kernel, Statement
from hubel.compiler.llvm.accumulate import Accumulators
from hubel.compiler.llvm.casts import cast
from hubel.compiler.llvm.primitives import emit_primitive
from hubel.compiler.llvm.scalar import Code, constant
from hubel.compiler.llvm.space import Place, Space

Values = MutableMapping[int, str]


@dataclass(frozen=True, slots=True)
class Frame:
    """Where statements run, and the values that are known there."""

    values: Values
    place: Place


class Statements:
    """Writes statements, and the loops over the outer axes around them.

    Parameters
    ----------
    kernel : Kernel
    code : Code
    space : Space
        Finds addresses.
    sums : Accumulators
        Takes what is accumulated.
    fine : str
        The address of the variable that says whether all that is required holds.
    """

    def __init__(
        self, kernel: Kernel, code: Code, space: Space, sums: Accumulators, fine: str
    ) -> None:
        self.kernel, self.code, self.space = kernel, code, space
        self.sums, self.fine = sums, fine
        self.index: dict[int, str] = {}  # of the outer axes
        self._effects: dict[str, Callable[[Statement, Frame], None]] = {
            "store": self._store,
            "accumulate": self._accumulate,
            "accumulate_at": self._accumulate_at,
            "require": self._require,
        }
        self._sources: dict[str, Callable[[Statement, Frame], str]] = {
            "load": self._load,
            "load_at": self._load_at,
            "constant": lambda each, _: constant(each.value, each.dtype),
            "index": self._index,
            "cast": self._cast,
        }

    def rows(
        self, metadata: str = "", end: Callable[[], None] = lambda: None
    ) -> ExitStack:
        """Open the loops over the outer axes; they close with what is returned.

        The metadata is for the innermost of them; ``end`` writes what runs at the end
        of each point of the outermost one.
        """
        loops, last = ExitStack(), self.kernel.rank - 2
        for axis in range(self.kernel.rank - 1):
            own = metadata if axis == last else ""
            loop = self.code.loop(f"%n{axis}", metadata=own)
            self.index[axis] = loops.enter_context(loop)
            if not axis:
                loops.callback(end)
        self.space.enter_row(self.index)
        return loops

    def reduces(self, each: Statement) -> bool:
        """Whether a statement reduces a whole row, into a value or an operand."""
        if each.op != "accumulate" or not self.kernel.rank:
            return each.op == "reduce"
        same = self.kernel.operands[each.operand].pattern[self.space.inner] == "0"
        return same and self.kernel.levels[each.args[0]] == ELEMENT

    def give(self, i: int, total: str, row: Frame) -> None:
        """Take what such a statement has reduced."""
        each = self.kernel.body[i]
        if each.op == "reduce":
            row.values[i] = total
        else:
            self.sums.add(each, total, row.place)

    def write_all(self, statements: Iterable[int], frame: Frame) -> None:
        """Write statements in order."""
        for i in statements:
            self.write(i, frame)

    def write(self, i: int, frame: Frame) -> None:
        """Write a statement that does not reduce."""
        each = self.kernel.body[i]
        if each.op in self._effects:
            self._effects[each.op](each, frame)
        elif each.op in self._sources:
            frame.values[i] = self._sources[each.op](each, frame)
        else:
            dtype = self.kernel.body[each.args[-1]].dtype
            args = [frame.values[a] for a in each.args]
            frame.values[i] = emit_primitive(self.code, each.op, args, dtype)

    def _load(self, each: Statement, frame: Frame) -> str:
        address = self.space.element(each.operand, frame.place.inner)
        return self.code.load(address, each.dtype, group=frame.place.group)

    def _load_at(self, each: Statement, frame: Frame) -> str:
        address = self._address(each, frame, each.args)
        return self.code.load(address, each.dtype, group=frame.place.group)

    def _address(self, each: Statement, frame: Frame, args: Sequence[int]) -> str:
        positions = [frame.values[a] for a in args]
        dtype = self.kernel.body[args[0]].dtype
        far = self.space.picked(each.operand, positions, dtype)
        far = cast(self.code, far, dtype, "int64")
        return self.space.element(each.operand, frame.place.inner, far)

    def _index(self, each: Statement, frame: Frame) -> str:
        inner = each.value == self.space.inner
        found = frame.place.inner if inner else self.index[int(str(each.value))]
        return cast(self.code, found, "int64", each.dtype)

    def _cast(self, each: Statement, frame: Frame) -> str:
        (arg,) = each.args
        source = self.kernel.body[arg].dtype
        return cast(self.code, frame.values[arg], source, each.dtype)

    def _store(self, each: Statement, frame: Frame) -> None:
        address = self.space.element(each.operand, frame.place.inner)
        value, dtype = (
            frame.values[each.args[0]],
            self.kernel.operands[each.operand].dtype,
        )
        self.code.store(value, address, dtype, group=frame.place.group)

    def _accumulate(self, each: Statement, frame: Frame) -> None:
        self.sums.add(each, frame.values[each.args[0]], frame.place)

    def _accumulate_at(self, each: Statement, frame: Frame) -> None:
        *positions, value = each.args
        address = self._address(each, frame, positions)
        self.sums.into(each, frame.values[value], address, frame.place.group)

    def _require(self, each: Statement, frame: Frame) -> None:
        before = self.code.value(f"load i1, ptr {self.fine}")
        after = self.code.value(f"and i1 {before}, {frame.values[each.args[0]]}")
        self.code.do(f"store i1 {after}, ptr {self.fine}")
