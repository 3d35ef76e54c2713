"""Sizes: lengths that follow the number of examples, found by tracing several times.

A graph has one shape for every value. The same function traced for three numbers of
examples gives three graphs of equal structure; what differs among them follows the
number of examples, and has to do so linearly.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, cast

import numpy as np

from hubel.errors import ExportError
from hubel.graph.graph import CoreGraph
from hubel.graph.node import CONSTANT, Node
from hubel.graph.source import written

Counts = tuple[int, ...]
"""The numbers of examples that a function is traced for; one, if it is for one only."""

_PRIMES = 61, 67, 79, 83, 97, 101, 127, 131, 149, 151
_DIVISIBLE = 96, 120, 144, 168, 180, 216, 240, 252


def choose_counts(lengths: Collection[int]) -> Counts:
    """Choose numbers of examples that are not the length of anything else.

    Two have no divisors and one has many: what halves them, or asks whether they are
    even, comes to light.

    >>> choose_counts({100, 67})
    (61, 79, 96)
    """
    primes = [count for count in _PRIMES if count not in lengths]
    others = [count for count in _DIVISIBLE if count not in lengths]
    return (*[*primes, *_PRIMES][:2], [*others, *_DIVISIBLE][0])


@dataclass(frozen=True)
class Length:
    """``slope * n + offset``, where n is the number of examples."""

    slope: int | float
    offset: int | float


@dataclass(frozen=True)
class Share:
    """``total / n``, as in a mean over the examples."""

    total: float


@dataclass(frozen=True)
class Counted:
    """A constant that numbers its elements, 0, 1, 2 ..., in the shape of its step."""


Size = int | Length


@dataclass(frozen=True, eq=False)
class Step:
    """A node of all three graphs.

    Attributes
    ----------
    node : Node
        That of the first graph.
    inputs : tuple of Step
    shape : tuple of Size
    params : dict
        With a `Length` where a number differs.
    constant : array, number, Length, Share or Counted
        The value of a constant; one number may stand for all elements.
    """

    node: Node
    inputs: tuple[Step, ...]
    shape: tuple[Size, ...]
    params: dict[str, Any]
    constant: Any = None


def align(graphs: Sequence[CoreGraph], counts: Counts) -> dict[Node, Step]:
    """Find the step of each node of the first of equally structured graphs.

    Parameters
    ----------
    graphs : sequence of CoreGraph
        Of the same function.
    counts : tuple of int
        The number of examples of each.

    Raises
    ------
    ExportError
        If the graphs differ in more than lengths, or in lengths that do not follow the
        number of examples linearly.
    """
    if len({len(graph.nodes) for graph in graphs}) > 1:
        raise _unlike(None)
    places = [{n: i for i, n in enumerate(graph.nodes)} for graph in graphs]
    steps: dict[Node, Step] = {}
    for nodes in zip(*[graph.nodes for graph in graphs], strict=True):
        first = nodes[0]
        if len({_form(n, p) for n, p in zip(nodes, places, strict=True)}) > 1:
            raise _unlike(first)
        steps[first] = _step(nodes, tuple([steps[i] for i in first.inputs]), counts)
    return steps


def _form(node: Node, places: dict[Node, int]) -> tuple[Any, ...]:
    inputs = tuple([places[i] for i in node.inputs])
    return node.gate.name, node.dtype, node.weak, len(node.shape), inputs


def _step(nodes: tuple[Node, ...], inputs: tuple[Step, ...], counts: Counts) -> Step:
    first = nodes[0]
    try:
        shape = _merged([node.shape for node in nodes], counts)
        params = {
            key: _merged([n.params[key] for n in nodes], counts) for key in first.params
        }
        constant = _constant(nodes, counts) if first.gate is CONSTANT else None
    except ValueError:
        raise _unlike(first) from None
    return Step(first, inputs, shape, params, constant)


def _merged(values: Sequence[Any], counts: Counts) -> Any:
    """Merge what the graphs say: numbers that differ become a `Length`."""
    first = values[0]
    if all(type(v) is type(first) for v in values) and isinstance(first, tuple):
        rows = cast("Sequence[tuple[Any, ...]]", values)
        return tuple([_merged(column, counts) for column in zip(*rows, strict=True)])
    if all(value == first for value in values):
        return first
    if not all(type(v) in (int, float) for v in values):
        raise ValueError
    return _line(values, counts)


def _line(values: Sequence[Any], counts: Counts) -> Length:
    """Return the line through the numbers at the counts."""
    slope = (values[1] - values[0]) / (counts[1] - counts[0])
    offset = values[0] - slope * counts[0]
    if type(values[0]) is int:
        if slope != int(slope):
            raise ValueError
        slope, offset = int(slope), int(offset)
    if not np.isclose(slope * counts[2] + offset, values[2], rtol=1e-12, atol=0):
        raise ValueError
    return Length(slope, offset)


def _constant(nodes: tuple[Node, ...], counts: Counts) -> Any:
    """Merge constants; what follows the examples is one number, or numbers elements."""
    arrays = [np.asarray(node.known) for node in nodes]
    first = arrays[0]
    if all(np.array_equal(a, first, equal_nan=a.dtype.kind == "f") for a in arrays):
        return nodes[0].known
    if not first.size:
        return 0
    if all((a == np.arange(a.size).reshape(a.shape)).all() for a in arrays):
        return Counted()
    if not all((a == a.flat[0]).all() for a in arrays):
        raise ValueError
    numbers = [a.flat[0].item() for a in arrays]
    if len(set(numbers)) == 1:
        return numbers[0]
    total = numbers[0] * counts[0]
    rounding = 4 * np.finfo(first.dtype).eps if first.dtype.kind == "f" else 0
    if np.allclose(np.multiply(numbers, counts), total, rtol=rounding, atol=0):
        return Share(float(total))
    return _line(numbers, counts)


def _unlike(node: Node | None) -> ExportError:
    """Return the error that says where the graphs part."""
    what = "the function" if node is None else f"the gate {node.gate.name}"
    return ExportError(
        f"{what} does another thing for another number of examples",
        remedy="Let the first axis count the examples throughout, and lengths follow "
        "it linearly; or export for one number of examples, with batch=False.",
        where=written(node.line) if node is not None else "",
    )
