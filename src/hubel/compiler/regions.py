"""Regions: group the gates that one kernel can compute, and order the groups.

A node waits until something needs it that no kernel computes with it: an output, a
matrix product, a gate that NumPy runs. Then it is placed, and pulls what it is made of
into its group, as long as that runs over the same space. A group that reads what an
earlier group computes joins it where nothing comes between the two.

Groups and the other steps are numbered in an order in which they can run: a node is
placed in a step only if all that it needs lies in that step or in earlier ones. So no
cycle can arise, and nothing is searched for one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from hubel.compiler.coords import (
    Coords,
    Shape,
    is_printed,
    of_argument,
)
from hubel.compiler.draft import MOST_NODES, Draft
from hubel.compiler.locate import Location, locate
from hubel.compiler.picks import is_scatter, of_index
from hubel.compiler.schedule import readers
from hubel.graph.graph import CoreGraph
from hubel.graph.node import Node

MOST_ARRAYS = 28
"""Larger kernels take longer to compile than they save."""


@dataclass(frozen=True, slots=True, eq=False)
class Group:
    """The nodes of one kernel.

    Attributes
    ----------
    number : int
        The position among the steps.
    space : tuple of int
    members : dict of Node to coordinates
    totals : set of Node
        Reductions that are complete only when the whole kernel has run.
    arguments : dict of Node to coordinates
        Of what each reduction reduces, or scatter adds.
    """

    number: int
    space: Shape
    members: dict[Node, Coords] = field(default_factory=dict[Node, Coords])
    totals: set[Node] = field(default_factory=set[Node])
    arguments: dict[Node, Coords] = field(default_factory=dict[Node, Coords])

    @property
    def inner(self) -> int:
        """The inner axis."""
        return len(self.space) - 1

    def of(self, node: Node, position: int) -> Coords:
        """Return the coordinates of an argument of a member."""
        known = self.arguments.get(node)
        if known is not None and is_scatter(node) and position:
            return of_index(node, position, known)
        if known is None:
            known = of_argument(node, position, self.members[node], self.inner)
        assert known is not None  # every reduction has its argument's
        return known


@dataclass(frozen=True, slots=True)
class Regions:
    """A graph cut into steps.

    Attributes
    ----------
    steps : list of Group or Node
        A node is a step that no kernel does: a product, or a gate of NumPy.
    places : dict of Node to int
        The step that computes a node; views and leaves have none.
    locations : dict of Node to Location
    written : dict of Node to Node
        Outputs to the donated inputs in which their kernels may compute them.
    """

    steps: list[Group | Node]
    places: dict[Node, int]
    locations: dict[Node, Location]
    written: dict[Node, Node]


def find_regions(
    graph: CoreGraph, order: Sequence[Node], writes: Mapping[str, str]
) -> Regions:
    """Cut a graph whose gates are primitives, or are left to NumPy.

    Parameters
    ----------
    graph : CoreGraph
    order : sequence of Node
        A schedule that respects ``writes``.
    writes : mapping of str to str
        Output name to the name of the donated input that it is to be written into.
    """
    cutter = _Cutter(graph, order, writes)
    for node in order:
        if not node.is_leaf and not cutter.waits(node):
            cutter.place(node)
    for node in graph.outputs.values():
        cutter.place(node)
    written = {writer: given for writer, (given, _) in cutter.readers.items()}
    return Regions(cutter.steps, cutter.places, cutter.locations, written)


class _Cutter:
    def __init__(
        self, graph: CoreGraph, order: Sequence[Node], writes: Mapping[str, str]
    ) -> None:
        self.locations = locate(order)
        self.steps: list[Group | Node] = []
        self.places: dict[Node, int] = {}
        self.position = {node: i for i, node in enumerate(order)}
        self.readers = {
            graph.outputs[name]: (
                graph.inputs[given],
                readers(graph, graph.inputs[given]),
            )
            for name, given in reversed(list(writes.items()))  # of two, the first
        }
        self.printed = {n for n in order if not n.is_leaf and is_printed(n)}

    def waits(self, node: Node) -> bool:
        """Whether a node may wait for one that needs it."""
        return node in self.printed or self.locations[node].root is not node

    def root(self, node: Node) -> Node:
        """Return the node in whose memory a value lies."""
        return self.locations[node].root

    def is_there(self, node: Node) -> bool:
        """Whether a value is in memory, or in a kernel, already."""
        if node in self.places:
            return True
        root = self.root(node)
        return root.is_leaf or root in self.places

    def place(self, node: Node) -> None:
        """Give a node, or what it is a view of, its step."""
        if self.is_there(node):
            return
        if self.root(node) is not node:
            self.place(self.root(node))
        elif node in self.printed:
            self._grow(node)
        else:
            for source in node.inputs:
                self.place(source)
            self.places[node] = len(self.steps)
            self.steps.append(node)

    # Groups -----------------------------------------------------------------------

    def _grow(self, top: Node) -> None:
        """Place a node together with what it can be computed with."""
        apart: set[Node] = set()
        while not self.is_there(top):
            draft = Draft(self, top, apart)
            if draft.torn:
                continue
            waiting = [n for n in draft.outside if not self.is_there(n)]
            waiting += self._before(draft.members)
            if not waiting:
                self._settle(draft)
            apart.update(waiting)
            for node in waiting:
                self.place(node)

    def _before(self, members: Mapping[Node, Coords]) -> list[Node]:
        """Find what must run before members overwrite donated arrays.

        Readers that need the new value come later in the order.
        """
        found: list[Node] = []
        for writer, (_, all_readers) in self.readers.items():
            if writer in members:
                end = self.position[writer]
                found += [
                    r
                    for r in all_readers
                    if r not in members
                    and not self.is_there(r)
                    and self.position[r] < end
                ]
        return found

    def _settle(self, draft: Draft) -> None:
        """Join a group, or make a new one."""
        earliest = self._earliest(draft)
        for number in range(len(self.steps) - 1, max(earliest, 0) - 1, -1):
            group = self.steps[number]
            if isinstance(group, Group) and self._join(draft, group):
                return
        whole = _together(draft, Group(len(self.steps), draft.space), draft.axes)
        for writer in [w for w in self.readers if w in draft.members]:
            if not self._may_write(writer, whole):
                del self.readers[writer]  # it will be copied
        self.steps.append(whole)
        self._note(draft, whole)

    def _earliest(self, draft: Draft) -> int:
        """Return the last step on which a draft depends."""
        needed = [self.places.get(self.root(n), -1) for n in draft.outside]
        needed += [self.places.get(n, -1) for n in draft.outside]
        for writer, (_, all_readers) in self.readers.items():
            if writer in draft.members:
                needed += [
                    self.places.get(r, -1)
                    for r in all_readers
                    if r not in draft.members
                ]
        return max(needed, default=-1)

    def _join(self, draft: Draft, group: Group) -> bool:
        """Add a draft to a group if both can run in one kernel."""
        axes = _match(draft, group)
        if axes is None or len(group.members) + len(draft.members) > MOST_NODES:
            return False
        if not self._agree(draft, group, axes):
            return False
        whole = _together(draft, group, axes)
        for writer in self.readers:
            if writer in whole.members and not self._may_write(writer, whole):
                return False
        self.steps[group.number] = whole
        self._note(draft, whole)
        return True

    def _note(self, draft: Draft, group: Group) -> None:
        """Write down where the members of a draft are computed."""
        for node in draft.members:
            own = self.root(node) is node
            if node is draft.top or (own and not draft.again(node)):
                self.places[node] = group.number

    def _agree(self, draft: Draft, group: Group, axes: Coords) -> bool:
        """Whether what a draft reads is in the group as it is needed, or elsewhere."""
        shared = False
        for node, coords in draft.outside.items():
            if node in group.members:
                alike = all(group.members[node] == _moved(c, axes) for c in coords)
                if node in group.totals or not alike:
                    return False
                shared = True
            elif self.places.get(self.root(node), -1) == group.number:
                return False
        along = draft.along - {draft.top} if draft.along else draft.along
        if along and axes[draft.inner] != group.inner:
            return False
        if draft.top.gate.name.startswith("arg") and axes[draft.inner] != group.inner:
            return False
        if draft.top in draft.totals | draft.along and not _covers(axes, group):
            return False
        if is_scatter(draft.top) and not _covers(axes, group, whole=True):
            return False
        arrays = {self.root(n) for n in draft.outside if n.size > 1}
        theirs = self._arrays(group)
        few = len(arrays | theirs) <= MOST_ARRAYS
        return few and (shared or not arrays.isdisjoint(theirs))

    def _arrays(self, group: Group) -> set[Node]:
        """Return the memory that a group reads."""
        return {
            self.root(i)
            for n in group.members
            for i in n.inputs
            if i.size > 1 and i not in group.members
        }

    def _may_write(self, writer: Node, group: Group) -> bool:
        """Whether a donated array is read in a group just where it is written."""
        given, all_readers = self.readers[writer]
        where = group.members[writer]
        once = all(a in where or n == 1 for a, n in enumerate(group.space))
        for reader in all_readers:
            if reader not in group.members:
                continue
            if not once:  # written at one point of the space, and read at the next
                return False
            for position, source in enumerate(reader.inputs):
                if source is given and group.of(reader, position) != where:
                    return False
                hidden = self.root(source) is given and source not in group.members
                if source is not given and hidden:
                    return False
        return True


def _together(draft: Draft, group: Group, axes: Coords) -> Group:
    """Return a group with the members of a draft."""
    members, arguments = dict(group.members), dict(group.arguments)
    for node, coords in draft.members.items():
        members.setdefault(node, _moved(coords, axes))
    for node, coords in draft.arguments.items():
        arguments.setdefault(node, _moved(coords, axes))
    totals = group.totals | draft.totals
    if draft.top in draft.along and axes[draft.inner] != group.inner:
        totals = totals | {draft.top}
    return Group(group.number, group.space, members, totals, arguments)


def _moved(coords: Coords, axes: Coords) -> Coords:
    return tuple(c if c < 0 else axes[c] for c in coords)


def _match(draft: Draft, group: Group) -> Coords | None:
    """Lay the axes of a draft on those of a group, so that shared values agree."""
    axes: list[int | None] = [None] * len(draft.space)
    for node, ways in draft.outside.items():
        for ours, theirs in zip(min(ways), group.members.get(node, ()), strict=False):
            if ours >= 0:
                axes[ours] = theirs
    for a, length in enumerate(draft.space):
        if axes[a] is None:
            axes[a] = _free_axis(a - len(draft.space), length, group.space, axes)
    found = [a for a in axes if a is not None]
    used = [a for a in found if a >= 0]
    if len(found) < len(axes) or len(set(used)) < len(used):
        return None
    for a, length in zip(found, draft.space, strict=True):
        if (1 if a < 0 else group.space[a]) != length:
            return None
    return tuple(found)


def _covers(axes: Coords, group: Group, *, whole: bool = False) -> bool:
    """Whether a point of a draft's space is met once in a group's, or once a row."""
    space = group.space if whole else group.space[:-1]
    return all(a in axes or n == 1 for a, n in enumerate(space))


def _free_axis(
    from_end: int, length: int, space: Shape, taken: list[int | None]
) -> int | None:
    """Choose an axis of a space, if possible at the same distance from the end."""
    if length == 1:
        return -1
    places = [len(space) + from_end, *range(len(space))]
    for place in places:
        if 0 <= place and space[place] == length and place not in taken:
            return place
    return None
