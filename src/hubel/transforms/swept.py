"""What stands on the wires of a drawing: what sweeps found, or rounded as on slides."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from hubel.derive.reverse import pull, zeros
from hubel.errors import GraphError, OptionError
from hubel.graph.graph import CoreGraph
from hubel.graph.node import Node
from hubel.graph.registry import Value


@dataclass(frozen=True, eq=False)
class Swept:
    """The values and upstream gradients of a graph's nodes; empty before a sweep."""

    values: Mapping[Node, Value]
    gradients: Mapping[Node, Value]

    def value(self, node: Node) -> Value:
        """Return what the forward sweep put on a node; None before it."""
        return self.values.get(node)

    def gradient(self, node: Node) -> Value:
        """Return the upstream gradient of a node; None where there is none."""
        if not self.gradients or node.dtype.kind not in "fc":
            return None
        return self.gradients.get(node, zeros(node))

    def partial(self, node: Node, position: int) -> Value:
        """Return what a node passes back to one of its inputs; None for nothing."""
        source = node.inputs[position]
        upstream = self.gradient(node)
        if upstream is None or not node.inputs or source.dtype.kind not in "fc":
            return None
        return partial(node, position, self.values, upstream)


def partial(
    node: Node, position: int, values: Mapping[Node, Value], upstream: Value
) -> Value:
    """Multiply the upstream gradient of a node by one of its local gradients."""
    source, rule = node.inputs[position], node.gate.rule(position)
    if rule.held:
        found = pull((node,), values, {node: upstream})
        return found.get(source, zeros(source))
    args = tuple(values[each] for each in node.inputs)
    with np.errstate(all="ignore"):
        part = rule.pull(position, upstream, values[node], args, node.params)
    return zeros(source) if part is None else part


def rounded(core: CoreGraph, values: Mapping[Node, Value], digits: int) -> Swept:
    """Sweep both ways as one does on paper: each number is rounded before its use.

    Raises
    ------
    OptionError
        For a graph with arrays or with several outputs.
    """
    if any(node.shape for node in core.nodes) or len(core.outputs) != 1:
        raise OptionError(
            'rounding="slide" is for graphs of numbers with one output',
            remedy='use rounding="exact", which is the default',
        )
    if not values:
        raise GraphError("a drawing that rounds needs the values of a forward sweep")

    def short(value: Any) -> Any:
        return float(round(float(value), digits)) if _is_real(value) else value

    found: dict[Node, Value] = {}
    for node in core.nodes:
        if node.is_leaf:
            found[node] = short(values[node])
        else:
            args = [found[each] for each in node.inputs]
            with np.errstate(all="ignore"):  # an infinite value is shown as one
                found[node] = short(node.gate.forward(*args, **node.params))
    (output,) = core.outputs.values()
    gradients: dict[Node, Value] = {output: np.float64(1.0)}
    for node in reversed(core.nodes):
        if node not in gradients:
            continue
        for position, source in enumerate(node.inputs):
            if source.dtype.kind == "f":
                part = partial(node, position, found, gradients[node])
                gradients[source] = short(gradients.get(source, 0.0) + short(part))
    return Swept(found, gradients)


def _is_real(value: Value) -> bool:
    return isinstance(value, (float, np.floating))
