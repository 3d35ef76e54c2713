"""The passes, in the order in which a graph goes through them."""

from __future__ import annotations

from collections.abc import Callable

from hubel.compiler.cse import cse
from hubel.compiler.dead import dead
from hubel.compiler.fold import fold
from hubel.compiler.inline import inline
from hubel.compiler.plain import plain
from hubel.compiler.simplify import simplify
from hubel.graph.graph import CoreGraph
from hubel.graph.verify import verify

Pass = Callable[[CoreGraph], CoreGraph]

PASSES: tuple[Pass, ...] = (inline, fold, simplify, cse, plain, dead)


def run_passes(graph: CoreGraph, checked: bool = False) -> CoreGraph:
    """Send a graph through every pass; with ``checked``, verify it after each."""
    for each in PASSES:
        graph = each(graph)
        if checked:
            verify(graph)
    return graph
