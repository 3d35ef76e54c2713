"""The student's forward computation as a circuit, and reverse sweeps with faults in it.

A fault is another way for a node to send its upstream gradient to its inputs. What a
student wrote is recognised as the sweep with that fault.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from hubel.derive.reverse import match
from hubel.graph.node import CONSTANT, Node
from hubel.graph.walk import dependents

ROUNDING = 1e-6
"""Smaller gradients count as being of this size: terms of size 1 may cancel in them."""

Array = Any
Part = tuple[Node, Array]
Send = Callable[[Array], Sequence[Part]]
"""Upstream gradient of a node to what it sends to which of its inputs."""


@dataclass(frozen=True, eq=False)
class Circuit:
    """Recorded nodes with their values, from inputs to the loss.

    Attributes
    ----------
    nodes : tuple of Node
        What the loss depends on, in topological order.
    values : dict of Node to array
        What the forward computation put on each node.
    loss : Node
        A scalar.
    """

    nodes: tuple[Node, ...]
    values: Mapping[Node, Array]
    loss: Node

    def send(
        self,
        node: Node,
        g: Array,
        args: tuple[Array, ...] | None = None,
        out: Array = None,
    ) -> list[Part]:
        """Multiply an upstream gradient by the local gradients of a node.

        ``args`` and ``out`` are what the node is taken to have computed, where that
        is not what it did compute.
        """
        given = tuple(self.values[i] for i in node.inputs) if args is None else args
        result = self.values[node] if out is None else out
        parts: list[Part] = []
        for position, source in enumerate(node.inputs):
            if carries(source):
                rule = node.gate.rule(position)
                part = rule.pull(position, g, result, given, node.params)
                if part is not None:
                    parts.append((source, match(part, source)))
        return parts

    def sweep(
        self,
        start: Mapping[Node, Array],
        *,
        given: Mapping[Node, Array] | None = None,
        faults: Mapping[Node, Send] | None = None,
        towards: set[Node] | None = None,
    ) -> dict[Node, Array]:
        """Sweep backward and return what arrives at each node.

        Parameters
        ----------
        start : mapping of Node to array
            Where the sweep begins, and with what.
        given : mapping of Node to array
            What nodes send on in place of what arrives at them.
        faults : mapping of Node to Send
            How nodes send, where that is not as they should.
        towards : set of Node
            The nodes that matter; all by default.
        """
        given, faults = given or {}, faults or {}
        found = dict(start)
        with np.errstate(all="ignore"):
            for node in reversed(self.nodes):
                g = given.get(node, found.get(node))
                if g is None or not node.inputs:
                    continue
                send = faults.get(node)
                for source, part in send(g) if send else self.send(node, g):
                    if towards is None or source in towards:
                        known = found.get(source)
                        found[source] = part if known is None else known + part
        return found

    def gradients(
        self,
        given: Mapping[Node, Array] | None = None,
        faults: Mapping[Node, Send] | None = None,
        towards: set[Node] | None = None,
    ) -> dict[Node, Array]:
        """Sweep backward from the loss."""
        start = {self.loss: np.ones(())}
        return self.sweep(start, given=given, faults=faults, towards=towards)

    def above(self, node: Node) -> set[Node]:
        """Return the node and all that depend on it."""
        return dependents([node], self.nodes)


def carries(node: Node) -> bool:
    """Whether a gradient can arrive at a node."""
    return node.gate is not CONSTANT and node.dtype.kind == "f"


def zeros(node: Node) -> Array:
    """Return the gradient of a node that the loss does not depend on."""
    return np.zeros(node.shape)


def close(a: Array, b: Array, rtol: float) -> bool:
    """Whether two arrays of one shape agree, measured by their greatest elements."""
    a, b = np.asarray(a, float), np.asarray(b, float)
    if a.shape != b.shape:
        return False
    if not (np.isfinite(a).all() and np.isfinite(b).all()):
        return False
    size = max(np.abs(a).max(initial=ROUNDING), np.abs(b).max(initial=0))
    return bool(np.abs(a - b).max(initial=0) <= rtol * size)
