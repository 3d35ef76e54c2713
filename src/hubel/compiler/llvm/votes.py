"""Votes: what a loop adds at computed places, noted first and cast afterwards.

Two votes for one place have to be cast one after the other. So the loop that casts them
is one of its own, and the loop that computes places and amounts, which is most of the
work, goes through vectors. A block of votes stays in the nearest cache.
"""

from __future__ import annotations

from hubel.compiler.kernel import ELEMENT, Kernel, Statement
from hubel.compiler.llvm.reduce import BLOCK, combine
from hubel.compiler.llvm.scalar import MEMORY, Code
from hubel.compiler.llvm.space import Space
from hubel.compiler.llvm.statements import Frame


def is_vote(kernel: Kernel, each: Statement) -> bool:
    """Whether a statement may add at one place for several elements of a row."""
    if each.op != "accumulate_at":
        return False
    *places, _ = each.args
    moves = kernel.operands[each.operand].pattern[kernel.rank - 1] != "0"
    return not moves or any(kernel.levels[a] == ELEMENT for a in places)


class Votes:
    """A block of votes of one statement.

    Parameters
    ----------
    code : Code
    space : Space
    each : Statement
    """

    def __init__(self, code: Code, space: Space, each: Statement) -> None:
        self.code, self.space, self.each = code, space, each
        self.dtype = space.kernel.operands[each.operand].dtype
        self.places = code.slot(f"[{BLOCK} x i64], align 64")
        self.start = "0"
        self.amounts = code.slot(f"[{BLOCK} x {MEMORY[self.dtype]}], align 64")

    def begin(self, start: str) -> None:
        """Begin a block at an index of the inner axis."""
        self.start = start

    def note(self, frame: Frame) -> None:
        """Write down a vote."""
        *places, amount = [frame.values[a] for a in self.each.args]
        inner, group = frame.place.inner, frame.place.group
        place = self.space.offset(self.each.operand, inner, places)
        number = self.code.value(f"sub nsw i64 {inner}, {self.start}")
        self.code.store(place, self._of(self.places, number), "int64", group=group)
        address = self._of(self.amounts, number, self.dtype)
        self.code.store(amount, address, self.dtype, group=group)

    def cast(self, stop: str) -> None:
        """Add up the votes from the block's start to an index."""
        count = self.code.value(f"sub nsw i64 {stop}, {self.start}")
        with self.code.loop(count) as number:
            place = self.code.load(self._of(self.places, number), "int64")
            noted = self._of(self.amounts, number, self.dtype)
            amount = self.code.load(noted, self.dtype)
            address = self.space.at(self.each.operand, place)
            before = self.code.load(address, self.dtype)
            how = str(self.each.value)
            after = combine(self.code, how, before, amount, self.dtype)
            self.code.store(after, address, self.dtype)

    def _of(self, block: str, number: str, dtype: str = "int64") -> str:
        place = f"getelementptr inbounds {MEMORY[dtype]}, ptr {block}, i64 {number}"
        return self.code.value(place)
