"""To primitives: take gates apart into those that compiling backends print."""

from __future__ import annotations

from hubel.compiler.primitives import DTYPES
from hubel.compiler.rewrite import rewrite, with_inputs
from hubel.graph.graph import CoreGraph
from hubel.graph.node import Node
from hubel.graph.registry import GATES


def to_primitives(graph: CoreGraph) -> CoreGraph:
    """Replace the gates that are made of simpler ones by those, down to the last.

    A gate stays whole where a value of it has a dtype that backends do not print: it
    is then one call of NumPy, and not one for each part.
    """
    while (after := rewrite(graph, _apart)).names.keys() != graph.names.keys():
        graph = after
    return graph


def _apart(node: Node, inputs: tuple[Node, ...]) -> Node:
    node = with_inputs(node, inputs)
    native = node.gate.facts.native
    if native is None or any(n.dtype.name not in DTYPES for n in (node, *inputs)):
        return node
    found: Node | None = native(*inputs, **node.params)
    if found is None:
        return node
    made = found
    if made.weak and not node.weak:
        made = GATES["copy"](made)
    if made.spec != node.spec:
        return node
    give_line(made, node)
    return made


def give_line(made: Node, node: Node) -> None:
    """Give the nodes between a node's inputs and what it became the node's line."""
    known, new = set(node.inputs), [made]
    while new:
        each = new.pop()
        if each not in known and not each.is_leaf:
            known.add(each)
            each.line = node.line
            new.extend(each.inputs)
