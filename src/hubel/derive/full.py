"""Full Jacobians: where there is no structure to keep, the faster way is the better."""

from __future__ import annotations

from collections.abc import Sequence

from hubel.derive.effort import CALL, Effort, Flow
from hubel.gates._einsum import split
from hubel.graph.cost import operations
from hubel.graph.node import Node

_HANDLING = 20 * CALL
"""Operations that could be done while a local gradient is made and multiplied."""

_KEPT = ("elementwise", "reduction", "product")
"""The kinds of gates whose results hang on all that one of their arguments hangs on."""


def is_full(flow: Flow, source: Node, outputs: Sequence[Node]) -> bool:
    """Whether all results hang on all inputs, and not through a few numbers only.

    A product that sums over a whole argument mixes all of it; what follows is mixed.
    """
    few = min(source.size, sum([node.size for node in outputs]))
    plain, mixed = {source}, set[Node]()
    for node, places in flow.items():
        if node.size < few:
            continue
        sources = [node.inputs[i] for i in places]
        if any(s in mixed for s in sources):
            if node.gate.facts.kind in _KEPT:
                mixed.add(node)
        elif all(s in plain for s in sources):
            if any(_sums_over(node, i) for i in places):
                mixed.add(node)
            elif node.gate.facts.kind == "elementwise" and node.shape == source.shape:
                plain.add(node)
    return all(node in mixed for node in outputs)


def _sums_over(node: Node, position: int) -> bool:
    """Whether a product sums over all axes of one argument."""
    letters = node.gate.facts.letters
    subscripts = letters(node) if letters else ""
    if not subscripts:
        return False
    words, output = split(subscripts)
    return not set(words[position]) & set(output)


def sweeps_are_faster(flow: Flow, effort: Effort) -> bool:
    """Whether sweeps take less than products of matrices along the graph.

    These save the first of the products, or the last, and multiply by every matrix but
    one.
    """
    products = [operations(n) for n in flow if n.gate.facts.letters] or [0.0]
    whole = sum(products)
    onward = effort.columns * (whole - products[0])
    backward = effort.rows * (whole - products[-1])
    along = (len(flow) - 1) * _HANDLING + min(onward, backward)
    return min(effort.all_forward, effort.all_reverse) < along
