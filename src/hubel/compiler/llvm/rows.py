"""Rows as loops over the inner axis, one for each phase."""

from __future__ import annotations

from collections import ChainMap

from hubel.compiler.llvm.reduce import BLOCK, Total, make_total
from hubel.compiler.llvm.scalar import GROUP, MEMORY
from hubel.compiler.llvm.space import Place
from hubel.compiler.llvm.spans import Span, spans
from hubel.compiler.llvm.statements import Frame, Statements
from hubel.compiler.llvm.votes import Votes, is_vote
from hubel.compiler.phases import Phase, find_phases

Totals = dict[int, Total]


def write_rows(statements: Statements) -> None:
    """Write a kernel as a loop over rows, in which each phase is a loop."""
    cut = find_phases(statements.kernel)
    writer = _Rows(statements, cut.scratch)
    once = Frame({}, Place())
    statements.write_all(cut.once, once)
    with statements.rows(end=writer.cast_own):
        row = Frame(ChainMap({}, once.values), Place())
        statements.write_all(cut.row, row)
        for phase in cut.phases:
            if phase.loop:
                writer.phase(phase, row)
            statements.write_all(phase.after, row)
    for votes in writer.votes.values():
        if not votes.is_own:
            votes.cast()


class _Rows:
    """Writes phases; knows where the scratch rows are."""

    def __init__(self, statements: Statements, scratch: list[int]) -> None:
        self.statements = statements
        self.code, self.body = statements.code, statements.kernel.body
        self.extent = statements.space.extent
        self.scratch = self._places(scratch)
        space = statements.space
        self.votes = {
            i: Votes(self.code, space, each)
            for i, each in enumerate(self.body)
            if is_vote(space.kernel, each)
        }

    def _places(self, scratch: list[int]) -> dict[int, str]:
        """Find where the scratch row of each statement begins."""
        if not scratch:
            return {}
        code = self.code
        size = code.value(f"shl i64 {self.extent}, 3")
        size = code.value(f"and i64 {code.value(f'add i64 {size}, 63')}, -64")
        found: dict[int, str] = {}
        for number, i in enumerate(scratch):
            offset = code.value(f"mul i64 {size}, {number}")
            place = f"getelementptr inbounds i8, ptr %scratch, i64 {offset}"
            found[i] = code.value(place)
        return found

    def phase(self, phase: Phase, row: Frame) -> None:
        """Write one loop over the inner axis, and take over what it reduced."""
        totals: Totals = {}
        for i in phase.loop:
            if self.statements.reduces(each := self.body[i]):
                dtype = self.body[each.args[0]].dtype
                totals[i] = make_total(self.code, str(each.value), dtype)
        for total in totals.values():
            total.start()
        if self._votes(phase) or any(each.blocked for each in totals.values()):
            self._blocks(phase, row, totals)
        else:
            self._loop(phase, row, totals, "0", self.extent)
        for i, total in totals.items():
            self.statements.give(i, total.result(), row)

    def cast_own(self) -> None:
        """Cast the votes of a point of the first axis."""
        for votes in self.votes.values():
            if votes.is_own:
                votes.cast()

    def _votes(self, phase: Phase) -> list[Votes]:
        """Return the votes of one loop."""
        return [votes for i, votes in self.votes.items() if i in phase.loop]

    def _blocks(self, phase: Phase, row: Frame, totals: Totals) -> None:
        """Cut the loop into blocks, after each of which some totals are taken."""
        code = self.code
        blocked = [each for each in totals.values() if each.blocked]
        with code.loop(self.extent, step=BLOCK) as start:
            stop = code.value(f"add nsw i64 {start}, {BLOCK}")
            stop = code.intrinsic("smin", "int64", stop, self.extent)
            for each in blocked:
                each.start_block(start)
            for each in self._votes(phase):
                each.begin(start)
            self._loop(phase, row, totals, start, stop)
            for each in self._votes(phase):
                each.end(stop)
            for each in blocked:
                each.end_block(start, stop)

    def _loop(
        self, phase: Phase, row: Frame, totals: Totals, start: str, stop: str
    ) -> None:
        body = [self.body[i] for i in phase.loop]
        short = self.statements.kernel.rank > 1
        for span in spans(self.code, start, stop, body, short=short):
            self._span(phase, row, totals, span)

    def _span(self, phase: Phase, row: Frame, totals: Totals, span: Span) -> None:
        with self.code.loop(
            span.stop, start=span.start, metadata=span.metadata
        ) as inner:
            frame = Frame(ChainMap({}, row.values), Place(inner, 0, GROUP))
            for i in sorted([*phase.loop, *phase.taken]):
                if i in phase.taken:
                    self._take(i, frame)
                elif i in self.votes:
                    self.votes[i].note(frame)
                elif i in totals:
                    totals[i].add(frame.values[self.body[i].args[0]], inner)
                else:
                    self.statements.write(i, frame)
                if i in phase.kept:
                    self._keep(i, frame)

    def _keep(self, i: int, frame: Frame) -> None:
        """Write a value to its scratch row."""
        dtype, address = self.body[i].dtype, self._element(i, frame)
        self.code.store(frame.values[i], address, dtype, group=frame.place.group)

    def _take(self, i: int, frame: Frame) -> None:
        """Read a value from its scratch row."""
        dtype, address = self.body[i].dtype, self._element(i, frame)
        frame.values[i] = self.code.load(address, dtype, group=frame.place.group)

    def _element(self, i: int, frame: Frame) -> str:
        kind, row = MEMORY[self.body[i].dtype], self.scratch[i]
        place = f"getelementptr inbounds {kind}, ptr {row}, i64 {frame.place.inner}"
        return self.code.value(place)
