"""Large graphs in few pieces: the nodes of one line of the user's program together."""

from __future__ import annotations

import linecache
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain

from hubel.graph.node import Node

_LONGEST = 34
_MOST = 60
"""A loop is one line too, so a piece of one line has no more gates than this."""


@dataclass(frozen=True, eq=False)
class Group:
    """Nodes that are drawn as one, in topological order.

    Attributes
    ----------
    nodes : tuple of Node
        What is inside.
    label : str
        The line of the program that made them, or how many they are.
    """

    nodes: tuple[Node, ...]
    label: str


def grouped(nodes: Sequence[Node], limit: int) -> list[Node | Group]:
    """Join neighbours in a topological order until at most `limit` pieces are left.

    Each piece is an interval of the order, so that no two pieces wait for each other.
    Nodes of one line join first; a product begins a piece where there are no lines.

    Parameters
    ----------
    nodes : sequence of Node
        In topological order; leaves stay as they are where there is room.
    limit : int
        At least 1.
    """
    if len(nodes) <= limit:
        return list(nodes)
    leaves: list[Node | Group] = [node for node in nodes if node.is_leaf]
    inner = [node for node in nodes if not node.is_leaf]
    if len(leaves) > max(limit // 2, 1):
        leaves = [_group([n for n in nodes if n.is_leaf], inputs=True)]
    pieces: list[list[Node]] = []
    for node in inner:
        if not pieces or len(pieces[-1]) == _MOST or _begins(node, pieces[-1][-1]):
            pieces.append([])
        pieces[-1].append(node)
    room = max(limit - len(leaves), 1)
    size = -(-len(pieces) // room)
    joined = [
        list(chain.from_iterable(pieces[i : i + size]))
        for i in range(0, len(pieces), size)
    ]
    return [*leaves, *(_group(p) if len(p) > 1 else p[0] for p in joined)]


def _begins(node: Node, last: Node) -> bool:
    """Whether a node begins a new piece after another."""
    if node.line != last.line:
        return True
    return node.line is None and node.gate.facts.kind == "product"


def _group(nodes: Sequence[Node], *, inputs: bool = False) -> Group:
    """Make a group, with the text of its line where that is known."""
    line = nodes[0].line
    if inputs:
        return Group(tuple(nodes), f"{len(nodes)} inputs")
    if line is not None and all(node.line == line for node in nodes):
        text = " ".join(linecache.getline(*line).split())
        if text:
            short = text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
            return Group(tuple(nodes), short)
    return Group(tuple(nodes), f"{len(nodes)} gates")
