"""Narrow: index arrays that are known are kept as numbers of 32 bits.

A loop takes as many elements at a time as there is room for of its widest numbers.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from hubel.compiler.picks import is_pick
from hubel.compiler.rewrite import rewrite, with_inputs
from hubel.graph.graph import CoreGraph
from hubel.graph.node import CONSTANT, Node, constant_node

LIMITS = np.iinfo(np.int32)


def narrow(graph: CoreGraph) -> CoreGraph:
    """Give known index arrays fewer bits."""
    return rewrite(graph, _narrowed)


def _narrowed(node: Node, inputs: tuple[Node, ...]) -> Node:
    if is_pick(node):
        inputs = (inputs[0], *[_small(index) for index in inputs[1:]])
    return with_inputs(node, inputs)


def _small(index: Node) -> Node:
    if index.gate is not CONSTANT or index.dtype.itemsize <= 4 or not index.size:
        return index
    value: Any = index.constant
    if value.min() < LIMITS.min or value.max() > LIMITS.max:
        return index
    return constant_node(value.astype(np.int32))
