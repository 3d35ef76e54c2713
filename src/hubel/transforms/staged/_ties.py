"""Subgradients: at an exact tie of a kinked gate every value in between is right."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from hubel.graph.node import Node
from hubel.transforms.staged._circuit import Array, Circuit, carries, close

MOST = 256
"""Tied elements that are considered."""


@dataclass(frozen=True, slots=True)
class Freedom:
    """What may be added to the gradients that a node sends, at one tied element.

    Attributes
    ----------
    parts : dict of Node to array
        Added once: the whole difference between the two sides of the kink.
    low, high : float
        How often it may be added.
    """

    parts: dict[Node, Array]
    low: float
    high: float


def accepts(
    circuit: Circuit,
    node: Node,
    arriving: Mapping[Node, Array],
    gradient: Array,
    wrong: Array,
    rtol: float,
) -> bool:
    """Whether a gradient is right for some choice at the ties on the way to it.

    Parameters
    ----------
    circuit : Circuit
    node : Node
        Whose gradient it is.
    arriving : mapping of Node to array
        What arrives at every node.
    gradient : array
        The gradient with hubel's own choices.
    wrong : array
        The gradient in question.
    """
    if wrong.shape != gradient.shape:
        return False
    above = circuit.above(node)
    columns: list[Array] = []
    bounds: list[tuple[float, float]] = []
    for freedom in freedoms(circuit, above, arriving):
        start = {n: p for n, p in freedom.parts.items() if n in above}
        moved = circuit.sweep(start, towards=above).get(node)
        if moved is not None and np.abs(moved).max(initial=0) > 0:
            columns.append(moved.ravel())
            bounds.append((freedom.low, freedom.high))
        if len(columns) > MOST:
            return False
    return bool(columns) and _within(gradient, wrong, columns, bounds, rtol)


def _within(
    gradient: Array,
    wrong: Array,
    columns: list[Array],
    bounds: list[tuple[float, float]],
    rtol: float,
) -> bool:
    """Solve for the choices, starting from the middle, and check their bounds."""
    matrix = np.stack(columns, axis=1)
    low, high = np.array(bounds).T
    middle = (low + high) / 2
    rest = (wrong - gradient).ravel() - matrix @ middle
    solve: Any = np.linalg.lstsq
    chosen: Array = np.clip(middle + solve(matrix, rest, rcond=None)[0], low, high)
    return close(gradient + (matrix @ chosen).reshape(gradient.shape), wrong, rtol)


def freedoms(
    circuit: Circuit, above: set[Node], arriving: Mapping[Node, Array]
) -> Iterator[Freedom]:
    """Find the tied elements of all kinked gates to which a gradient arrives."""
    for node in circuit.nodes:
        kink = KINKS.get(node.gate.name)
        g = arriving.get(node)
        if kink is not None and g is not None and node in above:
            args = [circuit.values[i] for i in node.inputs]
            yield from kink(node, g, args, circuit.values[node])


Kink = Callable[[Node, Array, list[Array], Array], Iterator[Freedom]]


def _at(node: Node, index: tuple[int, ...], number: Array) -> Array:
    """Make an array of one number, of the shape of a node."""
    full = np.zeros(node.shape)
    full[index] = number
    return full


def _step(low: float, high: float) -> Kink:
    """Make the freedom of a gate with one kink at 0: its slope is in between."""

    def kink(node: Node, g: Array, args: list[Array], out: Array) -> Iterator[Freedom]:
        for index in np.argwhere((args[0] == 0) & (g != 0)):
            at = tuple(index)
            yield Freedom({node.inputs[0]: _at(node, at, g[at])}, low, high)

    return kink


def _pair(node: Node, g: Array, args: list[Array], out: Array) -> Iterator[Freedom]:
    """Shift the gradient of a tie between the two arguments of maximum or minimum."""
    a, b = np.broadcast_arrays(*args)
    for index in np.argwhere((a == b) & (g != 0)):
        at, parts = tuple(index), dict[Node, Array]()
        for source, sign in zip(node.inputs, (1, -1), strict=True):
            if carries(source):
                place = _broadcast_index(at, source.shape)
                parts[source] = parts.get(source, 0) + _at(source, place, sign * g[at])
        yield Freedom(parts, -0.5, 0.5)


def _broadcast_index(at: tuple[int, ...], shape: tuple[int, ...]) -> tuple[int, ...]:
    last = at[len(at) - len(shape) :]
    return tuple(0 if length == 1 else i for i, length in zip(last, shape, strict=True))


def _reduced(node: Node, g: Array, args: list[Array], out: Array) -> Iterator[Freedom]:
    """Shift the gradient between the tied elements of a max or min over axes."""
    axes = tuple(node.params["axis"])
    source = node.inputs[0]
    spread = [1 if i in axes else length for i, length in enumerate(source.shape)]
    g = np.broadcast_to(g.reshape(spread), source.shape)
    tied = args[0] == out.reshape(spread)
    first: dict[tuple[int, ...], tuple[int, ...]] = {}
    for index in np.argwhere(tied & (g != 0)):
        at = tuple(index)
        group = tuple(i for axis, i in enumerate(at) if axis not in axes)
        if group in first:
            part = _at(source, at, g[at]) - _at(source, first[group], g[at])
            yield Freedom({source: part}, -0.5, 0.5)
        first.setdefault(group, at)


KINKS: dict[str, Kink] = {
    "relu": _step(0.0, 1.0),
    "leaky_relu": _step(0.0, 1.0),
    "absolute": _step(-1.0, 1.0),
    "maximum": _pair,
    "minimum": _pair,
    "max": _reduced,
    "min": _reduced,
}
"""For each kinked gate, what is free where it is tied."""
