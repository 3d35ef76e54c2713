"""Locate: in whose memory a value lies where a layout change copies nothing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from hubel.compiler.coords import OTHERS, strides_of
from hubel.graph.node import Node


@dataclass(frozen=True, slots=True)
class Location:
    """Where the elements of a value are.

    Attributes
    ----------
    root : Node
        The value that owns the memory.
    offset : int
        Elements from its start.
    strides : tuple of int
        Elements from one to the next along each axis.
    """

    root: Node
    offset: int
    strides: tuple[int, ...]


def locate(order: Iterable[Node]) -> dict[Node, Location]:
    """Find the location of every node, by trying views on arrays that are not touched.

    A node whose root is itself needs memory of its own, unless it stays in a kernel.
    """
    found: dict[Node, Location] = {}
    trial: dict[Node, Any] = {}
    for node in order:
        found[node] = Location(node, 0, strides_of(node.shape))
        if not node.gate.facts.view or node.gate.name in OTHERS or not node.size:
            continue
        source = node.inputs[0]
        base = trial.get(source)
        if base is None:
            base = np.empty(source.shape, source.dtype)
        rest = [np.empty(i.shape, i.dtype) for i in node.inputs[1:]]
        result = node.gate.forward(base, *rest, **node.params)
        if result.dtype == base.dtype and np.may_share_memory(result, base):
            trial[source], trial[node] = base, result
            found[node] = _within(found[source], base, result)
    return found


def _within(base: Location, array: Any, view: Any) -> Location:
    size = array.itemsize
    start = view.__array_interface__["data"][0] - array.__array_interface__["data"][0]
    strides = tuple(
        0 if n == 1 else s // size
        for s, n in zip(view.strides, view.shape, strict=True)
    )
    return Location(base.root, base.offset + start // size, strides)
