"""Fusion: group elementwise chains with the reductions that end them into kernels.

The grouping is kept in the plan; the NumPy backend still runs a kernel's nodes one by
one, a backend that compiles runs the kernel as one loop over its iteration space.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

from hubel.graph.node import Node


@dataclass(frozen=True, slots=True, eq=False)
class Kernel:
    """One piece of a plan.

    Attributes
    ----------
    nodes : tuple of Node
        In the order of execution; the body.
    space : tuple of int
        The iteration space: the shape that the body runs over.
    axes : tuple of int
        The axes of the space that a reduction at the end runs over.
    """

    nodes: tuple[Node, ...]
    space: tuple[int, ...]
    axes: tuple[int, ...] = ()

    @property
    def inputs(self) -> tuple[Node, ...]:
        """What the kernel reads from outside, in order of first use."""
        own = set(self.nodes)
        outside = dict.fromkeys(i for n in self.nodes for i in n.inputs if i not in own)
        return tuple(outside)


def fuse(order: Sequence[Node]) -> tuple[Kernel, ...]:
    """Group the nodes of a schedule into kernels, without changing their order.

    Neighbours join while they run over the same space; a reduction of what the group
    computes joins and ends it.
    """
    kernels: list[Kernel] = []
    group: list[Node] = []

    def close(axes: tuple[int, ...] = ()) -> None:
        if group:
            ended = axes or group[-1].gate.facts.kind == "reduction"
            space = group[-1].inputs[0].shape if ended else group[-1].shape
            kernels.append(Kernel(tuple(group), space, axes))
            group.clear()

    for node in order:
        if node.is_leaf:
            continue
        kind = node.gate.facts.kind
        if kind == "elementwise":
            if group and group[-1].shape != node.shape:
                close()
            group.append(node)
        elif kind == "reduction":
            source = node.inputs[0]
            if group and (source.shape != group[-1].shape or source not in set(group)):
                close()
            group.append(node)
            close(_axes(node))
        else:
            close()
            group.append(node)
            close()
    close()
    return tuple(kernels)


def _axes(node: Node) -> tuple[int, ...]:
    """Return the axes of a reduction: its ``axis`` parameter, a tuple or a number."""
    axis: Any = node.params.get("axis", ())
    return cast("tuple[int, ...]", axis) if isinstance(axis, tuple) else (axis,)
