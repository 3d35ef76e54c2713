"""Gates that move or sum elements: Selection and Scatter, found by running them.

A linear gate that is run on the positions of its argument's elements says where each
of its results comes from; its transpose says where each element goes. A second run, on
random numbers, tells moving from everything else that is linear.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from hubel.gates._sum import reduced_shape
from hubel.gates.define import normal_axes, shape_of
from hubel.graph.node import Node
from hubel.graph.registry import Value
from hubel.streams import stream
from hubel.structure import Operator, Scatter, Selection, identity

Array = np.ndarray[Any, Any]
Shape = tuple[int, ...]


def broadcasting(shape: Shape, wanted: Shape, dtype: np.dtype[Any]) -> Selection:
    """Return the selection that broadcasts one shape to another.

    >>> broadcasting((2,), (3, 2), np.dtype(float)).index
    array([0, 1, 0, 1, 0, 1])
    """
    positions = np.arange(int(np.prod(shape, dtype=np.intp))).reshape(shape)
    return Selection(np.broadcast_to(positions, wanted), shape, np.ones((), dtype))


def reducing(
    node: Node, position: int, values: Mapping[Node, Value]
) -> Operator | None:
    """Return a reduction over axes: each element reaches one result, by its partial."""
    if node.gate.facts.kind != "reduction":
        return None
    source = node.inputs[position]
    ones = np.ones(node.shape, node.dtype)
    args = tuple([values[i] for i in node.inputs])
    rule = node.gate.rule(position)
    partials = rule.pull(position, ones, values[node], args, node.params)
    axes = normal_axes(node.params["axis"], len(source.shape))
    kept = reduced_shape(source.shape, axes, True)
    index = np.broadcast_to(np.arange(node.size).reshape(kept), source.shape)
    scale = _scale(np.asarray(partials), source.shape).astype(node.dtype, copy=False)
    return Scatter(index, node.shape, scale)


def _scale(partials: Array, shape: Shape) -> Array:
    """Return one number where all are the same number in memory."""
    spread = np.broadcast_to(partials, shape)
    if spread.size and not any(spread.strides):
        return spread[(0,) * spread.ndim]
    return spread.reshape(-1)


def moving(node: Node, position: int, values: Mapping[Node, Value]) -> Operator | None:
    """Return what a linear gate picks, or where it puts what it adds, if it does."""
    source = node.inputs[position]
    if not node.gate.rule(position).joint or not node.size or not source.size:
        return None
    index = _picked(node, position, values)
    if index is not None and np.array_equal(index.reshape(-1), np.arange(source.size)):
        return identity(source.shape, node.dtype)
    if index is not None:
        return Selection(index, source.shape, np.ones((), node.dtype))
    index = _placed(node, position, values)
    if index is not None:
        return Scatter(index, node.shape, np.ones((), node.dtype))
    return None


def _picked(node: Node, position: int, values: Mapping[Node, Value]) -> Array | None:
    """Return the position that each result comes from, -1 where it is zero."""
    args = [
        np.zeros(source.shape) if node.gate.rule(i).joint else values[source]
        for i, source in enumerate(node.inputs)
    ]

    def run(probe: Array) -> Value:
        return node.gate.forward(
            *args[:position], probe, *args[position + 1 :], **node.params
        )

    trusted = node.gate.facts.view
    return _probed(run, node.inputs[position].shape, node.shape, trusted)


def _placed(node: Node, position: int, values: Mapping[Node, Value]) -> Array | None:
    """Return the result that each element goes to, -1 where it is not used."""
    rule, params = node.gate.rule(position), node.params
    args = tuple([values[i] for i in node.inputs])

    def run(probe: Array) -> Value:
        return rule.pull(position, probe, values[node], args, params)

    return _probed(run, node.shape, node.inputs[position].shape, False)


def _probed(run: Any, given: Shape, wanted: Shape, trusted: bool) -> Array | None:
    """Return the position that each result of a linear map picks, if it picks."""
    count = int(np.prod(given, dtype=np.intp))
    found = run(np.arange(1.0, count + 1).reshape(given))
    if shape_of(found) != wanted or np.asarray(found).dtype.kind != "f":
        return None
    index: Array = np.asarray(found, np.intp) - 1
    if index.min() < -1 or index.max() >= count or not np.array_equal(index + 1, found):
        return None
    if trusted:
        return index
    # One spare place at the end is what -1 picks: zero.
    numbers = np.append(stream(0, "structure probe", count).random(count) + 1, 0.0)
    again = run(numbers[:-1].reshape(given))
    return index if np.array_equal(numbers[index], again) else None
