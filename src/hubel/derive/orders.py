"""Vertex orders of greedy colouring: which one is best differs from graph to graph.

Source: Gebremedhin, Nguyen, Patwary & Pothen, ColPack, ACM TOMS 40(1), 2013, section 3.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np

from hubel.derive.dependence import Mask
from hubel.streams import permutation
from hubel.structure.arithmetic import Index
from hubel.structure.pattern import Pattern
from hubel.structure.rows import row_of

DRAWS = 2
"""How many random orders are tried."""
FEW = 200_000
"""With more places, only the orders that cost nothing to find are tried."""


class Lists(NamedTuple):
    """The neighbours of every vertex as Python numbers, which loops read fastest.

    Attributes
    ----------
    starts : list of int
        Where each vertex's neighbours start; one more than there are vertices.
    members : list of int
        The neighbours of all vertices, one after the other.
    """

    starts: list[int]
    members: list[int]

    @classmethod
    def of(cls, pattern: Pattern) -> Lists:
        """List the columns of each row."""
        return cls(pattern.starts.tolist(), pattern.columns.tolist())

    @property
    def size(self) -> int:
        """The number of vertices."""
        return len(self.starts) - 1

    def of_vertex(self, vertex: int) -> list[int]:
        """Return the neighbours of one vertex."""
        return self.members[self.starts[vertex] : self.starts[vertex + 1]]


def without_diagonal(pattern: Pattern) -> Pattern:
    """Leave out the places on the diagonal: no vertex is its own neighbour."""
    rows, columns = pattern.places()
    kept: Mask = rows != columns
    return Pattern.at(rows[kept], columns[kept], pattern.shape)


def orders(
    degrees: Index, places: int, graph: Callable[[], Lists] | None
) -> Iterator[tuple[str, list[int]]]:
    """Give vertex orders by name, the cheap ones first.

    Parameters
    ----------
    degrees : array of int
        How many neighbours each vertex has, or a bound of it.
    places : int
        How many numbers one greedy colouring reads.
    graph : callable or None
        Lists the neighbours, for orders that need to know them; None if they are too
        many.
    """
    count = degrees.size
    yield "natural", list(range(count))
    yield "largest first", np.argsort(-degrees, kind="stable").tolist()
    if places > FEW:
        return
    if graph is not None:
        lists = graph()
        yield "smallest last", smallest_last(lists)
        yield "incidence degree", incidence(lists)
    for draw in range(DRAWS):
        yield f"random {draw}", permutation(count, 0, "coloring", draw).tolist()


def degrees_of(pattern: Pattern) -> Index:
    """Bound how many columns share a row with each column."""
    counts = pattern.counts()
    shared = np.maximum(counts - 1, 0)[row_of(pattern.starts)]
    found = np.bincount(pattern.columns, weights=shared, minlength=pattern.width)
    return found.astype(np.intp)


def smallest_last(graph: Lists) -> list[int]:
    """Take away the vertex with the fewest neighbours left, again and again; reversed.

    Source: Matula & Beck, Smallest-Last Ordering, J. ACM 30(3), 1983.
    """
    degrees = [b - a for a, b in zip(graph.starts, graph.starts[1:], strict=False)]
    buckets: list[list[int]] = [[] for _ in range(max(degrees, default=0) + 1)]
    for vertex in range(graph.size - 1, -1, -1):
        buckets[degrees[vertex]].append(vertex)
    order: list[int] = []
    level = 0
    while len(order) < graph.size:
        while not buckets[level]:
            level += 1
        vertex = buckets[level].pop()
        if degrees[vertex] != level:  # taken (-1), or moved to another bucket since
            continue
        degrees[vertex] = -1
        order.append(vertex)
        for other in graph.of_vertex(vertex):
            if degrees[other] > 0:
                degrees[other] -= 1
                buckets[degrees[other]].append(other)
        level = max(level - 1, 0)
    return order[::-1]


def incidence(graph: Lists) -> list[int]:
    """Take the vertex with the most neighbours taken before, again and again."""
    counts = [0] * graph.size
    buckets: list[list[int]] = [list(range(graph.size - 1, -1, -1)), []]
    order: list[int] = []
    level = 0
    while len(order) < graph.size:
        while not buckets[level]:
            level -= 1
        vertex = buckets[level].pop()
        if counts[vertex] != level:
            continue
        counts[vertex] = -1
        order.append(vertex)
        for other in graph.of_vertex(vertex):
            if counts[other] >= 0:
                counts[other] += 1
                if counts[other] >= len(buckets):
                    buckets.append([])
                buckets[counts[other]].append(other)
                level = max(level, counts[other])
    return order
