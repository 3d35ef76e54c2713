"""Sweeps: a whole graph as one loop over the rows of a batch.

Before the loop stand the statements that are the same for every row, such as the loads
of parameters; in it what is computed of each row; after it what is made of the totals
over the rows, such as the parameters' update. Each statement gives a single number, and
nothing but what is stored has memory. For small nets this leaves nothing to do but the
arithmetic itself.
"""

from __future__ import annotations

from dataclasses import dataclass

from hubel.compiler.kernel import Statement
from hubel.graph.node import Node

BEFORE, EACH, AFTER = 0, 1, 2
"""Stages: when a statement runs."""


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a number lies in an array.

    Attributes
    ----------
    place : int
        Elements from the array's start; for the first row.
    stride : int
        Elements from one row to the next; 0 for what belongs to no row.
    """

    place: int
    stride: int


@dataclass(frozen=True, slots=True, eq=False)
class Sweep:
    """A row-separable graph as straight-line code around and in one loop.

    Attributes
    ----------
    rows : int
        How many rows the loop takes; 0 if there is no loop, and no statement of the
        stage ``EACH``.
    arrays : tuple of Node
        Whose memory is read (inputs and constants) and written (what is stored).
    body : tuple of Statement
        As in `hubel.compiler.kernel`, but ``load`` and ``store`` have a `Spot` as their
        value, ``fold`` reduces its arguments by ``value``, and ``total`` reduces its
        one argument over the rows.
    stages : tuple of int
        When each runs. The value of a total is there after the loop.
    """

    rows: int
    arrays: tuple[Node, ...]
    body: tuple[Statement, ...]
    stages: tuple[int, ...]

    def at(self, stage: int) -> list[int]:
        """Return the statements of a stage, in order."""
        return [i for i, s in enumerate(self.stages) if s == stage]

    @property
    def totals(self) -> list[int]:
        """Return the totals over the rows."""
        return [i for i, each in enumerate(self.body) if each.op == "total"]

    def text(self) -> str:
        """Write the sweep as text."""
        lines = [f"sweep of {self.rows} rows" if self.rows else "sweep without rows"]
        for i, node in enumerate(self.arrays):
            lines.append(f"  p{i}: {node.gate.name} {node.dtype}{list(node.shape)}")
        for stage, title in enumerate(("before", "each row", "after")):
            numbers = self.at(stage)
            if numbers:
                lines.append(f"{title}:")
                lines += [f"  {_line(i, self.body[i])}" for i in numbers]
        return "\n".join(lines)


def _line(i: int, each: Statement) -> str:
    args = ", ".join(f"%{a}" for a in each.args)
    match each.op, each.value:
        case "load", Spot() as spot:
            return f"%{i} = load p{each.operand}[{_index(spot)}] : {each.dtype}"
        case "store", Spot() as spot:
            return f"store {args} in p{each.operand}[{_index(spot)}]"
        case "constant", value:
            return f"%{i} = {value!r} : {each.dtype}"
        case "fold" | "total", value:
            return f"%{i} = {each.op} by {value} of {args} : {each.dtype}"
        case "require", _:
            return f"require {args}"
        case _:
            return f"%{i} = {each.op}({args}) : {each.dtype}"


def _index(spot: Spot) -> str:
    return f"{spot.stride} row + {spot.place}" if spot.stride else str(spot.place)
