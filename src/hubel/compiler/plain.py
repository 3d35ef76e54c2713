"""Plain products in place of those that look for zeros, where none of them matters."""

from __future__ import annotations

from hubel.compiler.intervals import FLOATS, Intervals, Known
from hubel.compiler.rewrite import rewrite, with_inputs
from hubel.compiler.to_primitives import give_line
from hubel.graph.graph import CoreGraph
from hubel.graph.interval import has_zero, is_bounded
from hubel.graph.node import Node
from hubel.graph.registry import GATES


def plain(graph: CoreGraph) -> CoreGraph:
    """Multiply plainly where no factor is 0 while the other is infinite or NaN."""
    known = Intervals()

    def rule(node: Node, inputs: tuple[Node, ...]) -> Node:
        made = _plainer(with_inputs(node, inputs), known)
        known.of(made)  # in order, so that none is sought far back
        return made

    return rewrite(graph, rule)


def _plainer(node: Node, known: Intervals) -> Node:
    name, inputs = node.gate.facts.annihilates, node.inputs
    if not name or node.dtype not in FLOATS or _has_truth(inputs):
        return node
    g, p = map(known.of, inputs)
    if _meets(g, p) or _meets(p, g):
        return node
    made: Node = GATES[name](*inputs)
    if made.spec != node.spec:
        return node
    give_line(made, node)
    return made


def _has_truth(inputs: tuple[Node, ...]) -> bool:
    """Whether a factor is a bool: a choice is quicker than a product."""
    return any(each.dtype.kind == "b" for each in inputs)


def _meets(zero: Known, wild: Known) -> bool:
    """Whether one factor may be 0 where the other is infinite or NaN."""
    return has_zero(zero.interval) and not (
        is_bounded(wild.interval) and wild.nan <= zero.nan
    )
