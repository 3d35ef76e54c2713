"""Forward mode: bring tangents from the inputs to every node."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from hubel.gates._sum import broadcast_to
from hubel.gates.define import dtype_of, shape_of
from hubel.graph.graph import CoreGraph, build
from hubel.graph.node import Node, Spec, constant_node, input_node
from hubel.graph.observer import observer
from hubel.graph.registry import GATES, Value

Tangents = dict[Node, Value]


def push(
    nodes: Sequence[Node], values: Mapping[Node, Value], seeds: Mapping[Node, Value]
) -> Tangents:
    """Sweep forward over nodes in topological order.

    Parameters
    ----------
    nodes : sequence of Node
        In topological order.
    values : mapping of Node to value
        What the forward sweep put on each node.
    seeds : mapping of Node to value
        The tangents of the inputs; absent ones are zero.

    Returns
    -------
    dict of Node to value
        The tangent of every node that has one; absent means zero.
    """
    tangents: Tangents = dict(seeds)
    watch = observer()
    push_one = watch.pushing(_tangent) if watch else _tangent
    with np.errstate(all="ignore"):
        for node in nodes:
            if any(source in tangents for source in node.inputs):
                tangent = push_one(node, values, tangents)
                if tangent is not None:
                    tangents[node] = match(tangent, node)
    return tangents


def _tangent(
    node: Node, values: Mapping[Node, Value], tangents: Tangents
) -> Value | None:
    """Sum what the tangents of a node's inputs bring to it."""
    if node.dtype.kind not in "fc":
        return None
    args, out = tuple([values[i] for i in node.inputs]), values[node]
    last = node.gate.rules[-1]
    if last.together:
        moved = [tangents.get(source) for source in node.inputs]
        return last.push_all(moved, out, args, node.params)
    total: Value | None = None
    joint = False
    for position, source in enumerate(node.inputs):
        t = tangents.get(source)
        if t is None:
            continue
        rule = node.gate.rule(position)
        if rule.joint:
            joint = True
            continue
        part = rule.push(position, t, out, args, node.params)
        if part is not None:
            total = part if total is None else GATES["add"](total, part)
    if joint:
        part = _joint(node, args, tangents)
        total = part if total is None else GATES["add"](total, part)
    return total


def _joint(node: Node, args: tuple[Value, ...], tangents: Tangents) -> Value:
    """Apply a linear gate to the tangents of its linear arguments, zeros elsewhere."""
    moved = list(args)
    for position, source in enumerate(node.inputs):
        if node.gate.rule(position).joint:
            t = tangents.get(source)
            moved[position] = _zeros_like(args[position], node) if t is None else t
    return node.gate(*moved, **node.params)


def _zeros_like(arg: Value, node: Node) -> Value:
    return np.broadcast_to(np.zeros((), node.dtype), shape_of(arg))


def match(t: Value, node: Node) -> Value:
    """Give a tangent the shape and dtype of the value that it belongs to."""
    if shape_of(t) != node.shape:
        t = broadcast_to(t, shape=node.shape)
    if dtype_of(t) != node.dtype:
        t = GATES["astype"](t, dtype=node.dtype)
    return t


def tangent_graph(graph: CoreGraph) -> CoreGraph:
    """Derive the graph of the tangents of a graph's outputs.

    Inputs are those of ``graph`` and a tangent ``t_x`` for each input x that carries
    one; outputs are ``t_y`` for each output y.
    """
    seeds = {
        f"t_{name}": (node, input_node(Spec(node.shape, node.dtype)))
        for name, node in graph.inputs.items()
        if node.dtype.kind in "fc"
    }
    found = push(graph.nodes, {n: n for n in graph.nodes}, dict(seeds.values()))
    outputs = {f"t_{n}": _as_node(found, y) for n, y in graph.outputs.items()}
    given = {name: seed for name, (_, seed) in seeds.items()}
    return build({**graph.inputs, **given}, outputs)


def _as_node(found: Tangents, node: Node) -> Node:
    tangent = found.get(node)
    if tangent is None:
        tangent = np.zeros(node.shape, node.dtype)[()]
    return tangent if isinstance(tangent, Node) else constant_node(tangent)
