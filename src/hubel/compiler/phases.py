"""Phases: the body of a kernel cut at the reductions whose results it goes on with.

A row runs through its phases one after the other: a loop over the inner axis, a few
statements on what the loop has reduced, another loop that uses those, and so on. What a
later loop needs of an earlier one is computed again where that is cheap and kept in a
scratch row where it is not.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from hubel.compiler.kernel import ELEMENT, ONCE, Kernel

CHEAP = frozenset(
    "absolute add cast constant equal fmax fmin greater greater_equal index isnan less "
    "less_equal load logical_and logical_not logical_or maximum minimum multiply "
    "negative not_equal subtract where".split()
)
"""Primitives that cost no more than reading their result from memory."""

MOST = 4
"""More statements than this are not computed again."""


@dataclass(slots=True)
class Phase:
    """A loop over the inner axis, then what follows from it.

    Attributes
    ----------
    loop : list of int
        Statements in order, each after what it uses; ``reduce`` among them. A statement
        may be in the loops of several phases.
    kept : list of int
        Those whose values the loop writes to their scratch rows.
    taken : list of int
        Those that the loop reads from their scratch rows, instead of computing them.
    after : list of int
        Statements that run when the loop is done: none depends on the inner axis, and
        what the loop has reduced is known.
    """

    loop: list[int] = field(default_factory=list[int])
    kept: list[int] = field(default_factory=list[int])
    taken: list[int] = field(default_factory=list[int])
    after: list[int] = field(default_factory=list[int])


@dataclass(frozen=True, slots=True)
class Phases:
    """A kernel's statements in the places where they run.

    Attributes
    ----------
    once : list of int
        Before all loops.
    row : list of int
        At the start of each row.
    phases : list of Phase
    scratch : list of int
        The statements that need a scratch row, in the order of the rows.
    """

    once: list[int]
    row: list[int]
    phases: list[Phase]
    scratch: list[int]


def find_phases(kernel: Kernel) -> Phases:
    """Cut the body of a kernel."""
    cut = _Cut(kernel)
    steps = [Phase() for _ in range(cut.count)]
    for number, phase in enumerate(steps):
        cut.fill(phase, number, steps)
    body, levels = kernel.body, kernel.levels
    once: list[int] = []
    row: list[int] = []
    for i, each in enumerate(body):
        if levels[i] == ELEMENT or each.op == "reduce":
            continue
        if cut.stage[i]:
            steps[cut.stage[i] - 1].after.append(i)
        else:
            (once if levels[i] == ONCE else row).append(i)
    scratch = sorted({i for phase in steps for i in phase.kept})
    return Phases(once, row, steps, scratch)


class _Cut:
    """The stages of a kernel's statements: in which loop each one can be computed."""

    def __init__(self, kernel: Kernel) -> None:
        self.kernel = kernel
        self.stage: list[int] = []
        self.count = 0
        self.stored: dict[int, int] = {}  # operand to the first loop that writes it
        for each in kernel.body:
            stage = max([self.stage[a] for a in each.args], default=0)
            self.stage.append(stage + (each.op == "reduce"))
        last = self._last_reads()
        for i, each in enumerate(kernel.body):
            stage = self.stage[i] - (each.op == "reduce")
            if each.op == "store" and kernel.levels[i] == ELEMENT:
                stage = self.stage[i] = max(stage, last.get(each.operand, 0))
            if each.op == "reduce" or (kernel.levels[i] == ELEMENT and each.is_effect):
                self.count = max(self.count, stage + 1)
            if each.op in ("store", "accumulate"):
                self.stored.setdefault(each.operand, stage)

    def _last_reads(self) -> dict[int, int]:
        """Return the last loop that may read each operand: none writes it before."""
        last: dict[int, int] = {}
        reads: list[set[int]] = []
        for i, each in enumerate(self.kernel.body):
            found = {each.operand} if each.op == "load" else set[int]()
            for a in each.args:
                found |= reads[a]
            for operand in found:
                stage = self.stage[i] - (each.op == "reduce")
                last[operand] = max(last.get(operand, 0), stage)
            reads.append(found if self.kernel.levels[i] == ELEMENT else set())
        return last

    def fill(self, phase: Phase, number: int, steps: list[Phase]) -> None:
        """Put into a loop what it is for, and what that needs."""
        wanted = list(self._purposes(number))
        seen: set[int] = set(wanted)
        while wanted:
            i = wanted.pop()
            phase.loop.append(i)
            for a in self.kernel.body[i].args:
                if self.kernel.levels[a] != ELEMENT or a in seen:
                    continue
                seen.add(a)
                before = self._loop_of(a, number, steps)
                if before is None or self._again(a, number) <= MOST:
                    wanted.append(a)
                    continue
                phase.taken.append(a)
                if a not in before.kept:
                    before.kept.append(a)
        phase.loop.sort()

    def _purposes(self, number: int) -> Iterator[int]:
        """Give the reductions and effects of a loop."""
        for i, each in enumerate(self.kernel.body):
            if each.op == "reduce":
                if self.stage[i] == number + 1:
                    yield i
            elif each.is_effect and self.kernel.levels[i] == ELEMENT:
                if self.stage[i] == number:
                    yield i

    def _loop_of(self, i: int, number: int, steps: list[Phase]) -> Phase | None:
        """Return the earlier loop that computes a statement."""
        for phase in steps[:number]:
            if i in phase.loop:
                return phase
        return None

    def _again(self, i: int, number: int) -> float:
        """Count what computing a statement again in a later loop would take."""
        each = self.kernel.body[i]
        if each.op not in CHEAP:
            return float("inf")
        if each.op == "load" and self.stored.get(each.operand, number) < number:
            return float("inf")
        deeper = [a for a in set(each.args) if self.kernel.levels[a] == ELEMENT]
        return 1 + sum(self._again(a, number) for a in deeper)
