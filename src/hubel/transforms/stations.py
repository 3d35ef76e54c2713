"""From the nodes of a graph to the stations of a drawing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from hubel.errors import OptionError
from hubel.graph.graph import CoreGraph
from hubel.graph.node import Node, describe
from hubel.graph.registry import Value
from hubel.transforms.groups import Group, grouped
from hubel.transforms.signs import amount, shape, sign
from hubel.transforms.swept import Swept
from hubel.view import Diagram, Kind, Station

_MOST_DIGITS = 17


@dataclass(frozen=True, eq=False)
class Shown:
    """A diagram, and what each of its stations stands for."""

    diagram: Diagram
    pieces: tuple[Node | Group, ...]


@dataclass(frozen=True)
class Style:
    """How a graph is drawn: digits, how many pieces at most, texts at branches."""

    digits: int = 2
    limit: int = 300
    branches: bool = False

    def __post_init__(self) -> None:
        if not 0 <= self.digits <= _MOST_DIGITS:
            raise OptionError(
                f"{self.digits} digits behind the point",
                remedy=f"give from 0 to {_MOST_DIGITS} digits; no more of them count",
            )
        if self.limit < 1:
            raise OptionError(
                f"a drawing of at most {self.limit} pieces",
                remedy="give a limit from 1",
            )


def show(
    core: CoreGraph,
    swept: Swept,
    style: Style,
    nodes: Sequence[Node] | None = None,
    title: str = "Computational graph",
) -> Shown:
    """Make the diagram of a graph, or of some of its nodes and what they read.

    Parameters
    ----------
    core : CoreGraph
        The graph.
    swept : Swept
        What is written on the wires.
    style : Style
        How.
    nodes : sequence of Node, optional
        In topological order; everything by default.
    title : str
        What the drawing is called.
    """
    chosen = core.nodes if nodes is None else nodes
    inside = set(chosen)
    needed = dict.fromkeys(
        source for node in chosen for source in _wired(node) if source not in inside
    )
    outside = [source for source in core.nodes if source in needed]
    wired = {source for node in chosen for source in _wired(node)}
    outputs = set(core.outputs.values())
    own = [n for n in chosen if n.known is None or n in wired or n in outputs]
    pieces = [*outside, *grouped(own, max(style.limit - len(outside), 1))]
    writer = _Writer(core, swept, style, frozenset(outside))
    stations = writer.stations(pieces)
    return Shown(Diagram(stations, title=title, branches=style.branches), tuple(pieces))


def _wired(node: Node) -> tuple[Node, ...]:
    """Return the inputs of a node that have wires."""
    return tuple(node.inputs[i] for i in sign(node)[1])


@dataclass(frozen=True, eq=False)
class _Writer:
    """Writes stations one after the other, each after what it is computed from."""

    core: CoreGraph
    swept: Swept
    style: Style
    outside: frozenset[Node]
    home: dict[Node, int] = field(default_factory=dict[Node, int])

    def stations(self, pieces: Sequence[Node | Group]) -> tuple[Station, ...]:
        """Write every piece."""
        found: list[Station] = []
        for place, piece in enumerate(pieces):
            if isinstance(piece, Group):
                found.append(self._layer(piece))
                self.home.update(dict.fromkeys(piece.nodes, place))
            else:
                found.append(self._one(piece))
                self.home[piece] = place
        return tuple(found)

    def _one(self, node: Node) -> Station:
        """Write an input, a constant or a gate."""
        name = self.core.names[node]
        notes = (f"{name}: {node.gate.name}, {describe(node)}", *self._where(node))
        if node in self.outside or not node.inputs:
            kind = "constant" if node.known is not None else "input"
            label = name if kind == "input" or node.shape else self._amount(node.known)
            return self._station(node, label, kind, (), notes)
        label, ports = sign(node)
        inputs = tuple(self.home[node.inputs[i]] for i in ports)
        partials: tuple[str, ...] = ()
        if self.style.branches:
            parts = (self.swept.partial(node, i) for i in ports)
            partials = tuple(self._amount(part) for part in parts)
        return self._station(node, label, "gate", inputs, notes, partials)

    def _station(
        self,
        node: Node,
        label: str,
        kind: Kind,
        inputs: tuple[int, ...],
        notes: tuple[str, ...],
        partials: tuple[str, ...] = (),
    ) -> Station:
        value = self.swept.value(node)
        hidden = kind == "constant" and not node.shape
        return Station(
            label,
            kind,
            inputs,
            name=self.core.names[node],
            value="" if hidden else self._amount(value),
            gradient="" if kind == "constant" else self._gradient(node),
            shape=shape(node),
            partials=partials,
            notes=notes,
            output=self._output(node),
        )

    def _layer(self, group: Group) -> Station:
        """Write many nodes as one; its wire shows the last of them that is read."""
        inside = set(group.nodes)
        sources = dict.fromkeys(
            self.home[source]
            for node in group.nodes
            for source in _wired(node)
            if source not in inside
        )
        last = group.nodes[-1]
        if not last.inputs:
            return Station(group.label, "layer", name=group.label)
        outputs = [name for node in group.nodes if (name := self._output(node))]
        return Station(
            group.label,
            "layer",
            tuple(sources),
            name=group.label,
            value=self._amount(self.swept.value(last)),
            gradient=self._gradient(last),
            shape=shape(last),
            notes=(f"{len(group.nodes)} gates", *self._where(last)),
            output=", ".join(outputs),
        )

    def _amount(self, value: Value) -> str:
        return amount(value, self.style.digits)

    def _gradient(self, node: Node) -> str:
        return self._amount(self.swept.gradient(node))

    def _output(self, node: Node) -> str:
        """Return under which names a node leaves the graph."""
        return ", ".join(n for n, out in self.core.outputs.items() if out is node)

    def _where(self, node: Node) -> tuple[str, ...]:
        """Return the user's line that made a node, if it is known."""
        if node.line is None:
            return ()
        file, line = node.line
        return (f"{Path(file).name}, line {line}",)
