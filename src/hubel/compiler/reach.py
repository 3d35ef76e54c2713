"""Reach: between which whole numbers all elements of a value lie, whatever is given.

They follow from how a value is computed and not from what a check has found: code that
relies on them is safe even where a check has failed.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from hubel.graph.node import CONSTANT, Node

Pair = tuple[int, int]
DEEPEST = 12
"""So far back a value is followed."""


def reach(node: Node, depth: int = 0) -> Pair:
    """Return the least and the largest number that a value may hold.

    Parameters
    ----------
    node : Node
        Of whole numbers or bools.
    depth : int
        How many steps back the caller has gone already.
    """
    if node.dtype.kind == "b":
        return 0, 1
    limits = np.iinfo(node.dtype)
    every = int(limits.min), int(limits.max)
    if node.gate is CONSTANT:
        known: Any = np.asarray(node.known)
        return (int(known.min()), int(known.max())) if known.size else (0, 0)
    rule = _RULES.get(node.gate.name)
    if rule is None or depth > DEEPEST:
        return every
    whole = all(i.dtype.kind in "iub" for i in node.inputs)
    if not whole and node.gate.name not in _PLACES:
        return every
    found = rule(node, lambda i: reach(node.inputs[i], depth + 1))
    fits = every[0] <= found[0] <= found[1] <= every[1]
    return found if fits else every  # beyond the dtype numbers start again


Rule = Callable[[Node, Callable[[int], Pair]], Pair]


def _same(node: Node, of: Callable[[int], Pair]) -> Pair:
    return of(0)


def _place(node: Node, of: Callable[[int], Pair]) -> Pair:
    axis: int = node.params["axis"]
    return 0, max(node.inputs[0].shape[axis] - 1, 0)


def _add(node: Node, of: Callable[[int], Pair]) -> Pair:
    (a, b), (c, d) = of(0), of(1)
    return a + c, b + d


def _subtract(node: Node, of: Callable[[int], Pair]) -> Pair:
    (a, b), (c, d) = of(0), of(1)
    return a - d, b - c


def _multiply(node: Node, of: Callable[[int], Pair]) -> Pair:
    corners = [x * y for x in of(0) for y in of(1)]
    return min(corners), max(corners)


def _maximum(node: Node, of: Callable[[int], Pair]) -> Pair:
    (a, b), (c, d) = of(0), of(1)
    return max(a, c), max(b, d)


def _minimum(node: Node, of: Callable[[int], Pair]) -> Pair:
    (a, b), (c, d) = of(0), of(1)
    return min(a, c), min(b, d)


def _remainder(node: Node, of: Callable[[int], Pair]) -> Pair:
    """Divided by a positive number, what remains is below it; by zero it is zero."""
    least, most = of(1)
    return min(least + 1, 0), max(most - 1, 0)


def _quotient(node: Node, of: Callable[[int], Pair]) -> Pair:
    """Return the reach of a quotient, whose divisor is best a positive number."""
    (a, b), (c, d) = of(0), of(1)
    if c < 1:
        return -1 - max(abs(a), abs(b)), 1 + max(abs(a), abs(b))
    corners = [x // y for x in (a, b) for y in (c, d)]
    return min(corners), max(corners)


def _either(node: Node, of: Callable[[int], Pair]) -> Pair:
    (a, b), (c, d) = of(1), of(2)
    return min(a, c), max(b, d)


_PLACES = frozenset({"argmax", "argmin"})
_LAYOUTS = "astype broadcast_to copy gather reshape slice transpose"
_RULES: dict[str, Rule] = {
    "add": _add,
    "argmax": _place,
    "argmin": _place,
    "floor_divide": _quotient,
    "maximum": _maximum,
    "minimum": _minimum,
    "multiply": _multiply,
    "remainder": _remainder,
    "subtract": _subtract,
    "where": _either,
    **dict.fromkeys(_LAYOUTS.split(), _same),
}
"""How the reach of a gate follows from that of its arguments."""
