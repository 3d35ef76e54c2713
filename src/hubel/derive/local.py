"""Local gradients: the Jacobian of one node with respect to one of its inputs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from hubel.derive.forward import push
from hubel.derive.lines import along_lines
from hubel.derive.moves import broadcasting, moving, reducing
from hubel.derive.products import multiplying
from hubel.derive.reverse import pull
from hubel.gates.define import Pair
from hubel.graph.node import Node
from hubel.graph.registry import Value
from hubel.structure import Applied, Diagonal, Operator, Zero, identity

Array = np.ndarray[Any, Any]
Values = Mapping[Node, Value]

FINDERS = (reducing, moving, multiplying, along_lines)
"""What a gate's facts and rules may say of its structure; the first one that fits."""


def local_gradient(node: Node, position: int, values: Values) -> float | Operator:
    """Return d(node)/d(its input at ``position``), with its structure.

    Returns
    -------
    number or Operator
        A number where both are scalars; else what :func:`local_operator` returns.
    """
    local = local_operator(node, position, values)
    if node.shape == () == node.inputs[position].shape:
        return local.todense().item()
    return local


def local_operator(node: Node, position: int, values: Values) -> Operator:
    """Return d(node)/d(its input at ``position``) as an operator.

    Returns
    -------
    Operator
        ``Diagonal`` (or the identity) for a gate that works element by element, with a
        ``Selection`` where its argument is broadcast; ``Selection`` and ``Scatter`` for
        what moves or sums elements; ``Kronecker``, ``BlockDiagonal`` or ``Dense`` for
        products; else an operator known by its two products.
    """
    source = node.inputs[position]
    if not is_differentiable(node, position):
        return Zero(node.shape, source.shape, dtype_between(source, node))
    with np.errstate(all="ignore"):
        if node.gate.facts.kind == "elementwise" and _is_diagonal(node, position):
            return _elementwise(node, position, values)
        if node.dtype.kind == source.dtype.kind == "f":
            for find in FINDERS:
                local = find(node, position, values)
                if local is not None:
                    return local.reshaped(node.shape, source.shape)
    return applied(node, position, values)


def is_differentiable(node: Node, position: int) -> bool:
    """Whether a node's derivative in one of its inputs may be other than zero."""
    inexact = node.dtype.kind in "fc" and node.inputs[position].dtype.kind in "fc"
    return inexact and not node.gate.rule(position).zero


def dtype_between(source: Node, node: Node) -> np.dtype[Any]:
    """Return the dtype of the derivatives of a node with respect to another one."""
    if source.dtype == node.dtype and node.dtype.kind in "fc":
        return node.dtype
    kinds = [n.dtype for n in (source, node) if n.dtype.kind in "fc" and not n.weak]
    return np.result_type(*(kinds or [np.float64]))


def _is_diagonal(node: Node, position: int) -> bool:
    """Whether one number an element is all there is to know."""
    source = node.inputs[position]
    if node.dtype.kind == source.dtype.kind == "f":
        return True
    rule = node.gate.rule(position)
    return node.dtype == source.dtype and not rule.joint and not isinstance(rule, Pair)


def _elementwise(node: Node, position: int, values: Values) -> Operator:
    """Return the partial derivatives, behind the broadcasting of the argument."""
    source = node.inputs[position]
    dtype = dtype_between(source, node)
    ones = np.ones(node.shape, node.dtype)
    args = tuple([values[i] for i in node.inputs])
    rule = node.gate.rule(position)
    partials = rule.pull(position, ones, values[node], args, node.params)
    local: Operator
    if partials is ones:
        local = identity(node.shape, dtype)
    elif partials is None:
        return Zero(node.shape, source.shape, dtype)
    else:
        real = dtype.kind == "f"  # as that of the imaginary part, which is complex
        found: Array = np.real(partials) if real else np.asarray(partials)
        if found.shape != node.shape:
            found = np.broadcast_to(found, node.shape)
        local = Diagonal(found).astype(dtype)
    if source.shape == node.shape:
        return local
    return local @ broadcasting(source.shape, node.shape, dtype)


def applied(node: Node, position: int, values: Values) -> Applied:
    """Return a local gradient that is known by its two products."""
    source = node.inputs[position]
    own, place, known = alone(node, position, values)

    def pushed(tangent: Value) -> Any:
        found = push([own], known, {place: tangent})
        return np.asarray(found.get(own, np.zeros(own.shape, own.dtype)))

    def pulled(upstream: Value) -> Any:
        found = pull([own], known, {own: upstream}, {place})
        return np.asarray(found.get(place, np.zeros(place.shape, place.dtype)))

    dtype = dtype_between(source, node)
    return Applied(node.shape, source.shape, pushed, pulled, dtype)


def alone(
    node: Node, position: int, values: Values
) -> tuple[Node, Node, dict[Node, Value]]:
    """Copy a node so that its input at ``position`` is used in this place only."""
    own = Node(node.gate, node.inputs, node.params, node.shape, node.dtype, node.weak)
    source = node.inputs[position]
    place = Node(source.gate, (), {}, source.shape, source.dtype, source.weak)
    inputs = list(node.inputs)
    inputs[position] = place
    own.inputs = tuple(inputs)
    known = {i: values[i] for i in node.inputs}
    known.update({place: values[source], own: values[node]})
    return own, place, known
