"""Check hubel's own gradients of the stages by central differences."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from hubel.errors import DifferentiationError
from hubel.graph.node import Node
from hubel.graph.source import written
from hubel.streams import stream
from hubel.transforms.staged._circuit import Array, Circuit, zeros
from hubel.transforms.staged._ties import freedoms

STEPS = (1e-4, 1e-5, 1e-6)
"""The nearest kink may be within a larger step."""


def check_by_differences(
    circuit: Circuit, gradients: Mapping[Node, Array], stages: Mapping[Node, str]
) -> None:
    """Compare gradients with central differences along random directions.

    A stage with an exact tie after it is left out: there a difference looks at both
    sides of the kink.

    Raises
    ------
    DifferentiationError
        If hubel itself is wrong, as with a gate of one's own whose backward is.
    """
    random = stream(0, "check_staged", 1)
    for node, name in stages.items():
        direction = random.uniform(-1, 1, node.shape)
        above = circuit.above(node)
        if any(True for _ in freedoms(circuit, above, gradients)):
            continue
        ours = float(np.sum(gradients.get(node, zeros(node)) * direction))
        slopes = [_slope(circuit, node, above, direction, step) for step in STEPS]
        best = min(slopes, key=lambda slope: abs(slope - ours))
        size = abs(float(circuit.values[circuit.loss]))
        if abs(best - ours) > 1e-5 * max(abs(ours), abs(best)) + 1e-8 * (1 + size):
            raise DifferentiationError(
                f"the gradient of {name} that the graph gives is {ours:.6g} along a "
                f"random direction, differences give {best:.6g}",
                where=written(node.line),
                remedy="check the backward of gates of your own on the way to the "
                "loss, stop_gradient, and kinks very near to this point",
            )


def _slope(
    circuit: Circuit, node: Node, above: set[Node], direction: Array, step: float
) -> float:
    ahead, behind = (
        _loss(circuit, above, node, circuit.values[node] + sign * step * direction)
        for sign in (1, -1)
    )
    return (ahead - behind) / (2 * step)


def _loss(circuit: Circuit, above: set[Node], moved: Node, value: Array) -> float:
    """Compute the loss with another value on one node."""
    values = {**circuit.values, moved: value}
    with np.errstate(all="ignore"):
        for node in circuit.nodes:
            if node in above and node is not moved:
                args = [values[i] for i in node.inputs]
                values[node] = np.asarray(node.gate.forward(*args, **node.params))
    return float(values[circuit.loss])
