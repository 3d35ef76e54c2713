"""Votes: what a loop adds at computed places, noted first and cast afterwards.

Two votes for one place have to be cast one after the other. So the loop that casts them
is one of its own, and the loop that computes places and amounts, which is most of the
work, goes through vectors. The notes stay in the nearest cache; those of short rows are
cast together.
"""

from __future__ import annotations

from hubel.compiler.kernel import ELEMENT, Kernel, Statement
from hubel.compiler.llvm.casts import cast
from hubel.compiler.llvm.reduce import BLOCK, combine
from hubel.compiler.llvm.scalar import MEMORY, Code
from hubel.compiler.llvm.space import Space
from hubel.compiler.llvm.statements import Frame

STREAMS = 4
"""So many places among the notes are cast from in turns."""


def is_vote(kernel: Kernel, each: Statement) -> bool:
    """Whether a statement may add at one place for several elements of a row."""
    if each.op != "accumulate_at" or not kernel.rank:
        return False
    *places, _ = each.args
    moves = kernel.operands[each.operand].pattern[kernel.rank - 1] != "0"
    return not moves or any(kernel.levels[a] == ELEMENT for a in places)


class Votes:
    """The notes of one statement; made before all loops.

    Parameters
    ----------
    code : Code
    space : Space
    each : Statement

    Attributes
    ----------
    is_own : bool
        Whether each point of the first axis votes in places of its own. Its votes are
        cast at its end, so that their order is the same if threads share the axis.
    """

    def __init__(self, code: Code, space: Space, each: Statement) -> None:
        self.code, self.space, self.each = code, space, each
        self.dtype = space.kernel.operands[each.operand].dtype
        self.place = space.kernel.body[each.args[0]].dtype
        self.places = code.slot(f"[{BLOCK} x {MEMORY[self.place]}], align 64")
        self.amounts = code.slot(f"[{BLOCK} x {MEMORY[self.dtype]}], align 64")
        self.count = code.slot("i64")
        code.do(f"store i64 0, ptr {self.count}")
        self.shift = "0"  # from an index on the inner axis to the number of its note
        rank, pattern = space.kernel.rank, space.kernel.operands[each.operand].pattern
        self.is_own = rank > 1 and pattern[0] != "0"

    def begin(self, start: str) -> None:
        """Begin a block of a row at an index of the inner axis."""
        noted = self.code.value(f"load i64, ptr {self.count}")
        self.shift = self.code.value(f"sub nsw i64 {noted}, {start}")

    def note(self, frame: Frame) -> None:
        """Write down a vote."""
        code, inner, group = self.code, frame.place.inner, frame.place.group
        *places, amount = [frame.values[a] for a in self.each.args]
        row = self.space.offset(self.each.operand, inner)
        place = self.space.picked(self.each.operand, places, self.place)
        row = cast(code, row, "int64", self.place)
        place = code.value(f"add {MEMORY[self.place]} {row}, {place}")
        number = code.value(f"add nsw i64 {inner}, {self.shift}")
        noted = self._of(self.places, number, self.place)
        code.store(place, noted, self.place, group=group)
        noted = self._of(self.amounts, number, self.dtype)
        code.store(amount, noted, self.dtype, group=group)

    def end(self, stop: str) -> None:
        """End a block; cast all votes if there is no room for another."""
        code = self.code
        count = code.value(f"add nsw i64 {stop}, {self.shift}")
        code.do(f"store i64 {count}, ptr {self.count}")
        block = code.intrinsic("smin", "int64", self.space.extent, str(BLOCK))
        after = code.value(f"add nsw i64 {count}, {block}")
        with code.when(code.value(f"icmp sgt i64 {after}, {BLOCK}")):
            self.cast()

    def cast(self) -> None:
        """Add up all that is noted."""
        count = self.code.value(f"load i64, ptr {self.count}")
        rest = "0" if self.code.strict else self._cast_in_turns(count)
        with self.code.loop(count, start=rest) as number:
            self._cast(*self._read(number))
        self.code.do(f"store i64 0, ptr {self.count}")

    def _cast_in_turns(self, count: str) -> str:
        """Add from far places in turns, as neighbours vote alike; return the rest."""
        code = self.code
        each = code.value(f"lshr i64 {count}, {STREAMS.bit_length() - 1}")
        starts = [code.value(f"mul nuw i64 {each}, {i}") for i in range(STREAMS)]
        with code.loop(each) as number:
            numbers = [code.value(f"add nuw i64 {number}, {i}") for i in starts]
            self._cast_together([self._read(i) for i in numbers])
        return code.value(f"mul nuw i64 {each}, {STREAMS}")

    def _cast_together(self, votes: list[tuple[str, str]]) -> None:
        """Add some votes: at once if all are for one place, else one by one.

        Each of many for one place would have to wait for the one before.
        """
        code, how = self.code, str(self.each.value)
        first, total = votes[0]
        others = "0"
        for place, _ in votes[1:]:
            apart = code.value(f"xor i64 {place}, {first}")
            others = code.value(f"or i64 {others}, {apart}")
        with code.when(code.value(f"icmp eq i64 {others}, 0")):
            for _, amount in votes[1:]:
                total = combine(code, how, total, amount, self.dtype)
            self._cast(first, total)
        with code.when(code.value(f"icmp ne i64 {others}, 0")):
            for vote in votes:
                self._cast(*vote)

    def _read(self, number: str) -> tuple[str, str]:
        """Return the place and the amount of a vote."""
        code = self.code
        place = code.load(self._of(self.places, number, self.place), self.place)
        amount = code.load(self._of(self.amounts, number, self.dtype), self.dtype)
        return cast(code, place, self.place, "int64"), amount

    def _cast(self, place: str, amount: str) -> None:
        code, how = self.code, str(self.each.value)
        address = self.space.at(self.each.operand, place)
        before = code.load(address, self.dtype)
        after = combine(code, how, before, amount, self.dtype)
        code.store(after, address, self.dtype)

    def _of(self, block: str, number: str, dtype: str) -> str:
        place = f"getelementptr inbounds {MEMORY[dtype]}, ptr {block}, i64 {number}"
        return self.code.value(place)
