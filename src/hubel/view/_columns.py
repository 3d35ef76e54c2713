"""Columns of a drawing: long wires cut in pieces, and an order with few crossings.

Sugiyama, Tagawa and Toda (1981): put every station into a column, let a bend stand in
each column that a wire passes, and sort the columns by the places of their neighbours
until the wires cross no less. Crossings are counted with a tree of partial sums (Barth,
Mutzel and Jünger 2004).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from hubel.view._diagram import Diagram, ranks

_SWEEPS = 24
_EFFORT = 60_000
"""Pieces of wires looked at in all sweeps together, so that large graphs stay quick."""


@dataclass(frozen=True)
class Columns:
    """Stations and bends in columns; a vertex is one or the other.

    Attributes
    ----------
    columns : list of list of int
        The vertices of each column from top to bottom. Those below `stations` are
        stations, the others bends.
    left, right : list of list of int
        For each vertex its neighbours in the columns beside it.
    stations : int
        How many vertices are stations.
    routes : dict
        For each wire (source, reader, input) the bends that it passes.
    """

    columns: list[list[int]]
    left: list[list[int]]
    right: list[list[int]]
    stations: int
    routes: dict[tuple[int, int, int], tuple[int, ...]]

    def is_bend(self, vertex: int) -> bool:
        """Whether a wire only passes here."""
        return vertex >= self.stations


def arrange(diagram: Diagram) -> Columns:
    """Put the stations of a diagram into columns in which few wires cross."""
    columns = _cut(diagram, ranks(diagram))
    effort = sum(map(len, columns.left)) + 1
    best = [list(column) for column in columns.columns]
    fewest = crossings(columns)
    for sweep in range(min(_SWEEPS, _EFFORT // effort)):
        if not fewest:
            break
        _sort(columns, rightward=sweep % 2 == 0)
        _swap(columns)
        found = crossings(columns)
        if found < fewest:
            fewest, best = found, [list(column) for column in columns.columns]
    columns.columns[:] = best
    return columns


def crossings(columns: Columns) -> int:
    """Count the pairs of wires that cross between neighbouring columns.

    Examples
    --------
    >>> crossed = Columns(
    ...     [[0, 1], [2, 3]], [[], [], [1], [0]], [[3], [2], [], []], 4, {}
    ... )
    >>> crossings(crossed)
    1
    """
    return sum(
        _between(columns, left, right) for left, right in pairwise(columns.columns)
    )


def _between(columns: Columns, left: Sequence[int], right: Sequence[int]) -> int:
    """Count the crossings between two columns: inversions of the ends' order."""
    at = {vertex: i for i, vertex in enumerate(right)}
    ends = [end for v in left for end in sorted(at[r] for r in columns.right[v])]
    sums = [0] * (len(right) + 1)
    found = 0
    for seen, end in enumerate(ends):
        i, above = end + 1, 0
        while i:  # how many of those seen end at or above this one
            above += sums[i]
            i &= i - 1
        found += seen - above
        i = end + 1
        while i <= len(right):
            sums[i] += 1
            i += i & -i
    return found


def _cut(diagram: Diagram, rank: Sequence[int]) -> Columns:
    """Put a bend where a wire passes a column; wires of one source share it."""
    stations = len(diagram.stations)
    columns: list[list[int]] = [[] for _ in range(max(rank, default=-1) + 1)]
    left: list[list[int]] = [[] for _ in range(stations)]
    right: list[list[int]] = [[] for _ in range(stations)]
    shared: dict[tuple[int, int], int] = {}
    routes: dict[tuple[int, int, int], tuple[int, ...]] = {}
    for vertex in _by_first_use(diagram):
        columns[rank[vertex]].append(vertex)
    for source, reader, port in diagram.wires():
        passed: list[int] = []
        last = source
        for column in range(rank[source] + 1, rank[reader]):
            if (source, column) not in shared:
                shared[source, column] = bend = len(left)
                columns[column].append(bend)
                left.append([last])
                right.append([])
                right[last].append(bend)
            last = shared[source, column]
            passed.append(last)
        left[reader].append(last)
        right[last].append(reader)
        routes[source, reader, port] = tuple(passed)
    return Columns(columns, left, right, stations, routes)


def _by_first_use(diagram: Diagram) -> list[int]:
    """Order stations so that the inputs of each stand as its formula names them."""
    seen: dict[int, None] = {}
    ends = [p for p, readers in enumerate(diagram.readers()) if not readers]
    for end in ends:
        stack = [(end, False)]
        while stack:
            place, done = stack.pop()
            if done:
                seen[place] = None
            elif place not in seen:
                stack.append((place, True))
                inputs = diagram.stations[place].inputs
                stack += [(i, False) for i in reversed(inputs) if i not in seen]
    return list(seen)


def _sort(columns: Columns, *, rightward: bool) -> None:
    """Sort each column by the mean place of the neighbours in the one before it."""
    order = columns.columns if rightward else columns.columns[::-1]
    neighbours = columns.left if rightward else columns.right
    for before, column in pairwise(order):
        at = {vertex: float(i) for i, vertex in enumerate(before)}
        means: dict[int, float] = {}
        for i, vertex in enumerate(column):
            near = neighbours[vertex]
            # What has no neighbour there stays at its height.
            here = i * (len(before) - 1) / max(len(column) - 1, 1)
            means[vertex] = sum(at[n] for n in near) / len(near) if near else here
        column.sort(key=means.__getitem__)


def _swap(columns: Columns) -> None:
    """Swap neighbours in a column wherever that saves crossings."""
    for number, column in enumerate(columns.columns):
        sides = [
            ({v: i for i, v in enumerate(columns.columns[number + step])}, lists)
            for step, lists in ((-1, columns.left), (1, columns.right))
            if 0 <= number + step < len(columns.columns)
        ]
        ends = {
            v: [sorted(at[n] for n in lists[v]) for at, lists in sides] for v in column
        }
        for i in range(len(column) - 1):
            upper, lower = column[i], column[i + 1]
            pairs = list(zip(ends[upper], ends[lower], strict=True))
            now = sum(_inversions(a, b) for a, b in pairs)
            if now and sum(_inversions(b, a) for a, b in pairs) < now:
                column[i], column[i + 1] = lower, upper


def _inversions(upper: Sequence[int], lower: Sequence[int]) -> int:
    """Count the pairs of ends in which the upper one ends below the lower one."""
    return sum(a > b for a in upper for b in lower)
