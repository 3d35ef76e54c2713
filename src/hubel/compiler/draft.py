"""Draft: a node and all that can be computed with it in one loop.

The node pulls in what it is made of, and that what it is made of, as long as all of it
runs over the node's space. What it stops at comes from outside, through memory.
"""

from __future__ import annotations

from typing import Protocol

from hubel.compiler.coords import (
    Coords,
    Shape,
    is_layout,
    is_reduction,
    natural,
    of_argument,
    reduced_axes,
)
from hubel.compiler.picks import is_pick, is_scatter, of_index, of_whole
from hubel.graph.node import Node

MOST_NODES = 160
"""Larger kernels take longer to compile than they save."""


class Known(Protocol):
    """What is known of the graph's other nodes."""

    printed: set[Node]
    """Those that a kernel can compute."""

    def is_there(self, node: Node) -> bool:
        """Whether a value is in memory, or in a kernel, already."""
        ...


class Draft:
    """A node and what can be computed with it, over one space.

    Attributes
    ----------
    members : dict of Node to coordinates
    outside : dict of Node to set of coordinates
        What the members read, and how.
    along : set of Node
        Members that reduce the inner axis, and are known at the end of a row.
    totals : set of Node
        Members that are known at the end of the kernel.
    arguments : dict of Node to coordinates
        Of what each reduction among the members reduces, or scatter adds.
    apart : set of Node
        What goes through memory; it grows where a node is needed in two ways.
    torn : bool
        Whether a node was put apart, so that the draft has to be made again.
    """

    def __init__(self, known: Known, top: Node, apart: set[Node]) -> None:
        self.known, self.top, self.apart = known, top, apart
        self.members: dict[Node, Coords] = {}
        self.outside: dict[Node, set[Coords]] = {}
        self.along: set[Node] = set()
        self.totals: set[Node] = set()
        self.arguments: dict[Node, Coords] = {}
        self.longer = self.torn = False
        self.space: Shape = top.shape
        if is_reduction(top):
            self._begin_with_reduction()
        elif is_scatter(top):
            self._begin_with_scatter()
        else:
            self._pull(top, natural(top.shape))

    @property
    def inner(self) -> int:
        """The inner axis."""
        return len(self.space) - 1

    @property
    def axes(self) -> Coords:
        """The axes of a group made of this draft alone."""
        return tuple(range(len(self.space)))

    def again(self, node: Node) -> bool:
        """Whether each group that needs a node computes it by itself."""
        return node.size == 1 and all(
            i.is_leaf or (i in self.members and self.again(i)) for i in node.inputs
        )

    def _begin_with_reduction(self) -> None:
        """Take the shape of the argument as the space."""
        top = self.top
        shape, axes = top.inputs[0].shape, reduced_axes(top)
        order = list(range(len(shape)))
        if top.gate.name.startswith("arg"):  # a place is found along a row
            order.append(order.pop(axes[0]))
        self.space = tuple(shape[a] for a in order)
        place = [-1 if n == 1 else order.index(a) for a, n in enumerate(shape)]
        keep = top.params.get("keepdims", False)
        kept = [-1 if a in axes else place[a] for a in range(len(shape))]
        self.members[top] = tuple(
            c for a, c in enumerate(kept) if keep or a not in axes
        )
        if [order.index(a) for a in axes] == [self.inner]:
            self.along.add(top)
        else:
            self.totals.add(top)
        self.arguments[top] = tuple(place)
        self._argument(top.inputs[0], tuple(place))

    def _begin_with_scatter(self) -> None:
        """Take the shape of what is added as the space."""
        given, *indices = self.top.inputs
        self.space = given.shape
        place = natural(self.space)
        self.members[self.top] = of_whole(self.top, place)
        self.totals.add(self.top)
        self.arguments[self.top] = place
        self._argument(given, place)
        for position, index in enumerate(indices, 1):
            self._argument(index, of_index(self.top, position, place))

    def _pull(self, node: Node, coords: Coords) -> None:
        """Make a node a member, and its arguments as far as possible."""
        self.members[node] = coords
        if is_reduction(node):
            if not self._fits(node, coords):
                self.longer = True
                self.space = (*self.space, _length(node))
            self.along.add(node)
        for position, source in enumerate(node.inputs):
            where = of_argument(node, position, coords, self.inner)
            assert where is not None  # `_is_near` lets no other reduction in
            if is_reduction(node):
                self.arguments[node] = where
            if is_pick(node) and not position:
                self._from_memory(source, where)
            else:
                self._argument(source, where)

    def _from_memory(self, source: Node, coords: Coords) -> None:
        """Take what is read at computed places from outside."""
        if source in self.members:
            self._tear(source)
        else:
            self.outside.setdefault(source, set()).add(coords)

    def _argument(self, source: Node, coords: Coords) -> None:
        """Take an argument into the draft, or note that it comes from outside."""
        if source in self.members:
            if self.members[source] != coords:
                self._tear(source)
        elif source in self.outside:
            if coords not in self.outside[source]:
                self.outside[source].add(coords)
        elif self._is_near(source, coords):
            self._pull(source, coords)
        else:
            self.outside[source] = {coords}

    def _tear(self, source: Node) -> None:
        """Put a node apart that is needed in two ways: it goes through memory."""
        self.apart.add(source)
        self.torn = True

    def _is_near(self, source: Node, coords: Coords) -> bool:
        """Whether an argument is to be computed in this group."""
        if source.is_leaf or source not in self.known.printed or source in self.apart:
            return False
        if is_layout(source):
            return True
        if self.known.is_there(source) or is_scatter(source):
            return False
        if len(self.members) >= MOST_NODES:
            return False
        if not is_reduction(source):
            return True
        return self._fits(source, coords) or self._may_lengthen(source)

    def _fits(self, node: Node, coords: Coords) -> bool:
        """Whether a reduction runs along the inner axis of the space as it is."""
        return (
            bool(self.space)
            and of_argument(node, 0, coords, self.inner) is not None
            and _length(node) == self.space[-1] != 1
        )

    def _may_lengthen(self, node: Node) -> bool:
        """Whether the space may get the axis of a reduction as its inner one."""
        last = len(node.inputs[0].shape) - 1
        first = not (self.longer or self.along or self.totals)
        return first and reduced_axes(node) == (last,) and _length(node) != 1


def _length(node: Node) -> int:
    """Return the length of the first axis that a reduction reduces."""
    return node.inputs[0].shape[reduced_axes(node)[0]]
