"""Check that a graph is well formed."""

from __future__ import annotations

from hubel.errors import GraphError
from hubel.graph.graph import CoreGraph
from hubel.graph.node import INPUT, Node, describe


def verify(graph: CoreGraph) -> None:
    """Raise ``GraphError`` unless the graph is what passes may rely on.

    Every node comes after its inputs and has the spec that its gate's rule gives;
    inputs are exactly the input nodes; names are unique.
    """
    seen: set[Node] = set()
    for node in graph.nodes:
        name = graph.names.get(node)
        if name is None:
            raise GraphError(f"a node of gate {node.gate.name} has no name")
        if node in seen:
            raise GraphError(f"{name} is listed twice")
        if any(i not in seen for i in node.inputs):
            raise GraphError(f"{name} comes before one of its inputs")
        seen.add(node)
        if node.is_leaf:
            continue
        spec = node.gate.infer(*[i.spec for i in node.inputs], **node.params)
        if (spec.shape, spec.dtype) != (node.shape, node.dtype):
            raise GraphError(
                f"{name} is {describe(node)}, its gate {node.gate.name} gives "
                f"{describe(spec)}"
            )
    given = {n for n in graph.nodes if n.gate is INPUT}
    if given != set(graph.inputs.values()):
        raise GraphError("the input nodes are not the named inputs")
    if any(n not in seen for n in graph.outputs.values()):
        raise GraphError("an output is not among the nodes")
    if len(set(graph.names.values())) != len(graph.names):
        raise GraphError("two nodes have one name")
