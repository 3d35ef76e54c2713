"""The graph: nodes in topological order with named inputs and outputs; plain data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from hubel.errors import GraphError
from hubel.graph.node import CONSTANT, INPUT, Node
from hubel.graph.walk import topological_order


@dataclass(frozen=True, slots=True, eq=False)
class CoreGraph:
    """Nodes in topological order, inputs and outputs by name; immutable.

    Attributes
    ----------
    inputs : dict of str to Node
        In the order of the function's arguments.
    outputs : dict of str to Node
        What a forward sweep returns.
    nodes : tuple of Node
        Every node that an output depends on, and every input, each after what it is
        computed from.
    names : dict of Node to str
        A deterministic name for every node.
    """

    inputs: dict[str, Node]
    outputs: dict[str, Node]
    nodes: tuple[Node, ...]
    names: dict[Node, str]


def build(
    inputs: Mapping[str, Node],
    outputs: Mapping[str, Node],
    given: Mapping[Node, str] | None = None,
) -> CoreGraph:
    """Order and name the nodes between inputs and outputs.

    Parameters
    ----------
    inputs, outputs : mapping of str to Node
        Names are identifiers, optionally with dots and indices.
    given : mapping of Node to str, optional
        Names that the user gave to inner nodes.
    """
    order = topological_order([*inputs.values(), *outputs.values()])
    stray = [n for n in order if n.gate is INPUT and n not in set(inputs.values())]
    if stray:
        raise GraphError(f"{len(stray)} input nodes of the outputs have no name")
    return CoreGraph(
        dict(inputs), dict(outputs), order, _names(inputs, order, given or {})
    )


def _names(
    inputs: Mapping[str, Node], order: tuple[Node, ...], given: Mapping[Node, str]
) -> dict[Node, str]:
    """Name inputs as given, others by gate and count: ``add``, ``add_2``, ``c1``."""
    names: dict[Node, str] = {node: name for name, node in inputs.items()}
    for node, name in given.items():
        names.setdefault(node, name)
    taken = set(names.values())
    counts: dict[str, int] = {}
    for node in order:
        if node in names:
            continue
        stem = "c" if node.gate is CONSTANT else node.gate.name
        while True:
            counts[stem] = counts.get(stem, 0) + 1
            count = counts[stem]
            name = stem if count == 1 and stem != "c" else f"{stem}_{count}"
            if name not in taken:
                break
        taken.add(name)
        names[node] = name
    return names
