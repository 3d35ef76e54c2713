"""Gates that work along one axis, each line by itself: one block for each line."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from hubel.gates.define import normal_axis
from hubel.graph.node import Node
from hubel.graph.registry import Value
from hubel.structure import BlockDiagonal, Dense, Operator, Selection, compose

Array = np.ndarray[Any, Any]

_LONGEST = 256
"""Longer lines are left to sweeps, which need not write their square down."""


def along_lines(
    node: Node, position: int, values: Mapping[Node, Value]
) -> Operator | None:
    """Return the blocks of a gate of that kind, one tangent for each place of a line.

    All lines get their tangents at once, because none sees another.
    """
    source = node.inputs[position]
    if not node.gate.facts.lines or position > 0 or source.shape != node.shape:
        return None
    axis = normal_axis(node.params.get("axis", -1), len(node.shape))
    length = node.shape[axis]
    if not 0 < length <= _LONGEST or not node.size:
        return None
    columns = [_pushed(node, values, axis, place) for place in range(length)]
    blocks = np.stack(columns, axis=-1).reshape(-1, length, length)
    core = Dense(blocks[0]) if len(blocks) == 1 else BlockDiagonal(blocks)
    if axis == len(node.shape) - 1:
        return core
    positions = np.moveaxis(np.arange(node.size).reshape(node.shape), axis, -1)
    last = Selection(positions, node.shape, np.ones((), node.dtype))
    return compose([last.T, core, last])


def _pushed(node: Node, values: Mapping[Node, Value], axis: int, place: int) -> Array:
    """Return what a tangent at one place of every line brings, with lines last."""
    tangent = np.zeros(node.shape, node.dtype)
    np.moveaxis(tangent, axis, -1)[..., place] = 1
    rule, args = node.gate.rule(0), tuple([values[i] for i in node.inputs])
    if rule.joint:
        moved: Any = node.gate.forward(tangent, *args[1:], **node.params)
    else:
        moved = rule.push(0, tangent, values[node], args, node.params)
    return np.moveaxis(np.broadcast_to(moved, node.shape), axis, -1)
