"""Sparsity: which elements of an output depend on which elements of a source.

Each gate's own structure (:mod:`hubel.derive.link_rules`) is carried along the graph by
sets of elements, kept as sparse rows or as bits. The result covers the true pattern:
it may have places too many, where entries cancel, and never one too few.
Source: Griewank & Walther, Evaluating Derivatives (2008), section 7.1.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from hubel.derive.dependence import Dependence
from hubel.derive.link_rules import Known, link_of
from hubel.derive.links import Link
from hubel.graph.node import Node
from hubel.graph.registry import Value
from hubel.graph.walk import topological_order
from hubel.structure.pattern import Pattern

Links = dict[Node, tuple[tuple[Node, Link], ...]]
"""The inputs through which each node depends on the source, and how; an input comes
once for each argument that it is."""


def pattern_of(
    nodes: Sequence[Node],
    values: Mapping[Node, Value],
    source: Node,
    output: Node,
    local: bool = False,
) -> Pattern:
    """Return which elements of an output may depend on which elements of a source.

    Parameters
    ----------
    nodes : sequence of Node
        In topological order.
    values : mapping of Node to value
        What the forward sweep put on the nodes; read only if ``local``.
    source, output : Node
        Elements count in C order.
    local : bool
        Whether only this point counts: a ``where`` takes its branch, and a partial that
        is exactly 0 here cuts. By default the pattern holds at every point.

    Returns
    -------
    Pattern
        Of shape (output size, source size).

    Examples
    --------
    >>> import numpy as np
    >>> from hubel.tracing.program import trace_program
    >>> graph = trace_program(lambda x: x[1:] * x[:-1], (np.ones(3),), {}).graph
    >>> pattern = pattern_of(graph.nodes, {}, graph.inputs["x"], graph.outputs["out"])
    >>> pattern.todense().astype(int)
    array([[1, 1, 0],
           [0, 1, 1]])
    """
    found = dependences(nodes, values, source, [output], local)
    if output not in found:
        return Pattern.at([], [], (output.size, source.size))
    return found[output].pattern()


def dependences(
    nodes: Sequence[Node],
    values: Mapping[Node, Value],
    source: Node,
    outputs: Iterable[Node],
    local: bool = False,
) -> dict[Node, Dependence]:
    """Return what each node between a source and outputs depends on.

    Nodes that depend on nothing are absent.
    """
    links = links_between(nodes, values, source, outputs, local)
    return carried(links, source)


def links_between(
    nodes: Sequence[Node],
    values: Mapping[Node, Value],
    source: Node,
    outputs: Iterable[Node],
    local: bool = False,
) -> Links:
    """Return the links of the nodes on a way from the source to the outputs."""
    known = Known(values, local)
    wanted = set(topological_order(outputs))
    links: Links = {}
    for node in nodes:
        if node not in wanted or node is source:
            continue
        ways = [
            (i, link)
            for k, i in enumerate(node.inputs)
            if (i in links or i is source) and (link := link_of(node, k, known))
        ]
        if ways:
            links[node] = tuple(ways)
    return links


def carried(links: Links, source: Node) -> dict[Node, Dependence]:
    """Carry the dependence on a source along links in topological order."""
    found = {source: Dependence.identity(source.size)}
    for node, ways in links.items():
        total: Dependence | None = None
        for argument, link in ways:
            part = link.apply(found[argument])
            total = part if total is None else total.united(part)
        assert total is not None  # a node has links only if it has ways
        found[node] = total
    return found
