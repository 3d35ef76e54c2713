"""Star colouring: neighbours differ, and no path of four vertices has two colours only.

Then of every two vertices that are joined, one has no other neighbour of the other's
colour: the entry between them can be read. Source: Gebremedhin, Tarafdar, Manne &
Pothen, New Acyclic and Star Coloring Algorithms, SIAM J. Sci. Comput. 29(3), 2007,
algorithm 4.1, here with sets of colours kept for each vertex instead of looked up.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from hubel.derive.orders import Lists
from hubel.structure.arithmetic import Index


def star_colors(graph: Lists, order: Sequence[int]) -> Index:
    """Colour a graph greedily in an order; it lists each edge at both its ends."""
    state = _State(graph)
    for vertex in order:
        state.color(vertex)
    return np.array(state.colors, np.intp)


class _State:
    """What has been coloured; sets of colours are the bits of numbers.

    ``once`` and ``twice`` hold, for each vertex, the colours that at least one or two
    of its neighbours have. ``closed`` holds, for each coloured vertex w, the colours of
    its neighbours x that have a second neighbour of w's colour: a new neighbour v of w
    with the colour of x would make the path v, w, x, y of two colours.
    """

    __slots__ = ("closed", "colors", "graph", "once", "twice")

    def __init__(self, graph: Lists) -> None:
        self.graph = graph
        self.colors = [-1] * graph.size
        self.once, self.twice = [0] * graph.size, [0] * graph.size
        self.closed = [0] * graph.size

    def color(self, vertex: int) -> None:
        """Give a vertex the least colour that closes no path."""
        near = self.graph.of_vertex(vertex)
        colors, once, closed = self.colors, self.once, self.closed
        taken = once[vertex]
        for other in near:
            # Two neighbours of a vertex that has no colour yet have to differ.
            taken |= closed[other] if colors[other] >= 0 else once[other]
        bit = ~taken & (taken + 1)
        colors[vertex] = bit.bit_length() - 1
        self._note(vertex, near, bit)

    def _note(self, vertex: int, near: list[int], bit: int) -> None:
        """Note a new colour at the neighbours, and the paths that it opens."""
        colors, once, twice, closed = self.colors, self.once, self.twice, self.closed
        for middle in near:
            if once[middle] & bit:
                self._second(vertex, middle, bit)
                twice[middle] |= bit
            else:
                once[middle] |= bit
        if twice[vertex]:
            for other in near:
                if colors[other] >= 0 and twice[vertex] >> colors[other] & 1:
                    closed[other] |= bit

    def _second(self, vertex: int, middle: int, bit: int) -> None:
        """Note that a vertex has one more neighbour of a colour."""
        color = self.colors[middle]
        if color < 0:
            return
        own, shared = 1 << color, self.colors[vertex]
        self.closed[vertex] |= own
        if not self.twice[middle] & bit:
            for other in self.graph.of_vertex(middle):
                if self.colors[other] == shared:
                    self.closed[other] |= own
