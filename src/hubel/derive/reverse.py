"""Reverse mode: bring upstream gradients from the outputs to every node.

The same sweep runs on arrays (eager gradients), on traced values (gradients of
gradients) and on nodes (a graph of the gradient), because rules are written in gates.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from hubel.errors import DifferentiationError
from hubel.gates._sum import unbroadcast
from hubel.gates.define import dtype_of, shape_of
from hubel.graph.graph import CoreGraph, build
from hubel.graph.node import (
    CONSTANT,
    INPUT,
    Node,
    Rule,
    Spec,
    Use,
    constant_node,
    input_node,
)
from hubel.graph.observer import observer
from hubel.graph.registry import GATES, Value
from hubel.graph.walk import dependents

Gradients = dict[Node, Value]


def pull(
    nodes: Sequence[Node],
    values: Mapping[Node, Value],
    upstream: Mapping[Node, Value],
    active: set[Node] | None = None,
) -> Gradients:
    """Sweep backward over nodes in topological order.

    Parameters
    ----------
    nodes : sequence of Node
        In topological order.
    values : mapping of Node to value
        What the forward sweep put on each node.
    upstream : mapping of Node to value
        The upstream gradient of each output.
    active : set of Node, optional
        The nodes to bring gradients to; all that are not constants by default.

    Returns
    -------
    dict of Node to value
        The upstream gradient of every node that has one; a node that no output
        depends on through a non-zero derivative is absent.
    """
    try:
        return _sweep(nodes, values, upstream, active)
    except DifferentiationError:
        # A gate has no derivative by one of its arguments, which is no harm where that
        # argument passes no gradient on to an input.
        needed = _passing(nodes)
        needed = needed if active is None else needed & active
        return _sweep(nodes, values, upstream, needed)


def _sweep(
    nodes: Sequence[Node],
    values: Mapping[Node, Value],
    upstream: Mapping[Node, Value],
    active: set[Node] | None,
) -> Gradients:
    """Sweep once; see :func:`pull`."""
    gradients: Gradients = dict(upstream)
    held: dict[Node, list[Use]] = {}
    watch = observer()
    with np.errstate(all="ignore"):
        for node in reversed(nodes):
            if node in held:
                _settle(gradients, {node: held.pop(node)})
            g = gradients.get(node)
            if g is None or not node.inputs:
                continue
            args = tuple([values[source] for source in node.inputs])
            out, rules = values[node], node.gate.rules
            for position, source in enumerate(node.inputs):
                if (
                    source.gate is CONSTANT
                    or source.dtype.kind not in "fc"
                    or (active is not None and source not in active)
                ):
                    continue
                rule = rules[position] if position < len(rules) else rules[-1]
                if watch:
                    rule = watch.pulling(node, position, rule)
                if rule.held:
                    use = Use(rule, position, g, out, args, node.params)
                    held.setdefault(source, []).append(use)
                    continue
                part = rule.pull(position, g, out, args, node.params)
                if part is not None:
                    _add(gradients, source, part)
        _settle(gradients, held)
        if watch:
            watch.pulled(gradients)
    return gradients


def _add(gradients: Gradients, source: Node, part: Value) -> None:
    """Add what one use brings to a node."""
    if shape_of(part) != source.shape or dtype_of(part) != source.dtype:
        part = match(part, source)
    known = gradients.get(source)
    gradients[source] = part if known is None else GATES["add"](known, part)


def _settle(gradients: Gradients, held: Mapping[Node, Sequence[Use]]) -> None:
    """Add what was held back for some nodes: of each rule, all uses at once."""
    for source, uses in held.items():
        by_rule: dict[Rule, list[Use]] = {}
        for use in uses:
            by_rule.setdefault(use.rule, []).append(use)
        for rule, alike in by_rule.items():
            _add(gradients, source, rule.pull_all(alike))


def _passing(nodes: Sequence[Node]) -> set[Node]:
    """Find the nodes from which a gradient reaches an input."""
    passing: set[Node] = set()
    for node in nodes:
        if node.gate is INPUT or any(
            source in passing and not node.gate.rule(position).zero
            for position, source in enumerate(node.inputs)
        ):
            passing.add(node)
    return passing


def _carries(node: Node) -> bool:
    """Whether gradients can flow to a node: not a constant, not an integer."""
    return node.gate is not CONSTANT and node.dtype.kind in "fc"


def match(g: Value, node: Node) -> Value:
    """Give a gradient the shape and dtype of the value that it belongs to."""
    if shape_of(g) != node.shape:
        g = unbroadcast(g, node.shape)
    if dtype_of(g) != node.dtype:
        if node.dtype.kind == "f" and dtype_of(g).kind == "c":
            g = GATES["real"](g)
        g = GATES["astype"](g, dtype=node.dtype)
    return g


def zeros(node: Node) -> Value:
    """Return the gradient of a node that the output does not depend on."""
    return np.zeros(node.shape, node.dtype)[()]


def gradient_graph(graph: CoreGraph, wrt: Iterable[str] | None = None) -> CoreGraph:
    """Derive the graph of the gradients of a graph's outputs.

    Inputs are those of ``graph`` and, for each output ``y``, its upstream gradient
    ``d_y``; outputs are ``d_x`` for each input x of ``wrt``.
    """
    wanted = [n for n in (wrt or graph.inputs) if _carries(graph.inputs[n])]
    seeds = {
        f"d_{name}": input_node(Spec(node.shape, node.dtype))
        for name, node in graph.outputs.items()
    }
    upstream: dict[Node, Any] = {}
    for (_, node), seed in zip(graph.outputs.items(), seeds.values(), strict=True):
        upstream[node] = upstream[node] + seed if node in upstream else seed
    active = dependents([graph.inputs[n] for n in wanted], graph.nodes)
    found = pull(graph.nodes, {n: n for n in graph.nodes}, upstream, active)
    outputs = {f"d_{n}": _as_node(found, graph.inputs[n]) for n in wanted}
    return build({**graph.inputs, **seeds}, outputs)


def _as_node(found: Gradients, node: Node) -> Node:
    gradient = found.get(node)
    if gradient is None:
        gradient = zeros(node)
    return gradient if isinstance(gradient, Node) else constant_node(gradient)
