"""Local gradients: the Jacobian of one node with respect to one of its inputs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from hubel.derive.forward import push
from hubel.derive.reverse import pull
from hubel.graph.node import Node
from hubel.graph.registry import Value
from hubel.structure import Applied, Diagonal, Operator


def local_gradient(
    node: Node, position: int, values: Mapping[Node, Value]
) -> float | Operator:
    """Return d(node)/d(its input at ``position``), with its structure.

    Returns
    -------
    number or Operator
        A number where both are scalars; a ``Diagonal`` where the gate works element by
        element on equal shapes; else an operator known by its two products.
    """
    source = node.inputs[position]
    alone = node.gate.facts.kind == "elementwise" or node.shape == ()
    if alone and source.shape == node.shape:
        partials = _pulled(node, position, values, np.ones(node.shape, node.dtype))
        return partials.item() if node.shape == () else Diagonal(partials)
    return Applied(
        node.shape,
        source.shape,
        lambda tangent: _pushed(node, position, values, tangent),
        lambda upstream: _pulled(node, position, values, upstream),
    )


def _alone(node: Node, position: int, values: Mapping[Node, Value]) -> Any:
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


def _pulled(
    node: Node, position: int, values: Mapping[Node, Value], upstream: Value
) -> Any:
    own, place, known = _alone(node, position, values)
    found = pull([own], known, {own: upstream}, {place})
    return np.asarray(found.get(place, np.zeros(place.shape, place.dtype)))


def _pushed(
    node: Node, position: int, values: Mapping[Node, Value], tangent: Value
) -> Any:
    own, place, known = _alone(node, position, values)
    found = push([own], known, {place: tangent})
    return np.asarray(found.get(own, np.zeros(own.shape, own.dtype)))
