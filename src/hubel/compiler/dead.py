"""Dead code: drop what no output depends on."""

from __future__ import annotations

from hubel.graph.graph import CoreGraph, build


def dead(graph: CoreGraph) -> CoreGraph:
    """Keep the inputs and what the outputs depend on, in a fresh order."""
    return build(graph.inputs, graph.outputs)
