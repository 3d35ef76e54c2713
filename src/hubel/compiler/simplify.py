"""Simplify from the facts that stand on the gates."""

from __future__ import annotations

import numpy as np

from hubel.compiler.rewrite import rewrite, with_inputs
from hubel.graph.graph import CoreGraph
from hubel.graph.node import CONSTANT, Node, make_node

CHECKED = 4096
"""Constants of more elements than this are not looked into."""


def simplify(graph: CoreGraph) -> CoreGraph:
    """Remove gates that change nothing and join layout changes in a row."""
    return rewrite(graph, _simpler)


def _simpler(node: Node, inputs: tuple[Node, ...]) -> Node:
    node = with_inputs(node, inputs)
    facts = node.gate.facts
    kept = _without_unit(node)
    if kept is not None:
        return kept
    if facts.identity is not None and facts.identity(node) and _same(node, inputs[0]):
        return inputs[0]
    if facts.through is not None and (shorter := facts.through(node)) is not None:
        return _simpler(shorter, shorter.inputs)
    if facts.compose is not None and inputs[0].gate is node.gate:
        inner = inputs[0]
        params = facts.compose(node.params, inner.params)
        return _simpler(
            make_node(node.gate, inner.inputs, params, node.line), inner.inputs
        )
    return node


def _without_unit(node: Node) -> Node | None:
    """Return the operand that the unit leaves as it is."""
    unit = node.gate.facts.unit
    if unit is None or len(node.inputs) != 2:
        return None
    left, right = node.inputs
    if _is_everywhere(right, unit) and _same(node, left):
        return left
    if (
        node.gate.facts.commutative
        and _is_everywhere(left, unit)
        and _same(node, right)
    ):
        return right
    return None


def _same(a: Node, b: Node) -> bool:
    return a.shape == b.shape and a.dtype == b.dtype and a.weak == b.weak


def _is_everywhere(node: Node, number: float) -> bool:
    """Whether a node is a constant that is this number, sign and all, everywhere."""
    if node.gate is not CONSTANT:
        return False
    value = np.asarray(node.constant)
    if value.size and not any(value.strides):
        value = value.reshape(-1)[:1]
    if value.size > CHECKED or not np.all(value == number):
        return False
    if value.dtype.kind == "c":
        return number != 0
    return bool(np.all(np.signbit(value) == np.signbit(number)))
