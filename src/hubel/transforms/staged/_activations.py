"""Mistakes in the local gradient of an activation function.

An activation is one gate, or a chain of gates such as 1 / (1 + exp(-x)), that acts on
elements of one array. Its local gradient is one number per element.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from hubel.graph.node import Node
from hubel.transforms.staged._case import Case, Explanation, place
from hubel.transforms.staged._circuit import Array, Circuit, Send, carries, close

FORMULAS: dict[str, Callable[[Array], Array]] = {
    "{0} * (1 - {0})": lambda v: v * (1 - v),
    "1 - {0} ** 2": lambda v: 1 - v * v,
}
"""Local gradients that are written in the output: of the sigmoid and of tanh."""


@dataclass(frozen=True)
class Activation:
    """A chain of elementwise gates from one node to another.

    Attributes
    ----------
    source, out : Node
        Where it begins and ends.
    slope : array
        The local gradient, element by element.
    chain : list of Node
        The gates, the last one first.
    """

    source: Node
    out: Node
    slope: Array
    chain: list[Node]


def activations(case: Case) -> Iterator[Explanation]:
    """Explain a local gradient that is missing, or taken of the wrong array."""
    for out in case.nearest:
        for chain in chains(case.sheet.circuit, out):
            each = _activation(case.sheet.circuit, out, chain)
            if each is not None and each.source in case.above:
                for slope, text in _slopes(case, each):
                    faults = {out: _with_slope(each.source, slope)}
                    if case.fits(case.predicted(faults)):
                        yield Explanation(text, faults)


def chains(circuit: Circuit, out: Node) -> Iterator[list[Node]]:
    """Find the gate, and the longest chain of gates, that end in a node."""
    chain: list[Node] = []
    node = out
    while (source := _only_source(node)) is not None:
        chain.append(node)
        if len(chain) == 1:
            yield list(chain)
        node = source
    if len(chain) > 1:
        yield chain


def _only_source(node: Node) -> Node | None:
    """Return the one array on whose elements an elementwise gate acts."""
    sources = {i for i in node.inputs if carries(i)}
    if node.gate.facts.kind != "elementwise" or len(sources) != 1:
        return None
    source = sources.pop()
    return source if source.shape == node.shape else None


def _activation(circuit: Circuit, out: Node, chain: list[Node]) -> Activation | None:
    source = _only_source(chain[-1])
    if source is None:
        return None
    found = circuit.sweep({out: np.ones(out.shape)}, towards={source, *chain})
    slope = found.get(source)
    return None if slope is None else Activation(source, out, slope, chain)


def _with_slope(source: Node, slope: Array) -> Send:
    """Send through an activation as if it had another local gradient."""
    return lambda g: [(source, g * slope)]


def _slopes(case: Case, each: Activation) -> Iterator[tuple[Array, str]]:
    """List wrong local gradients, with what is said of them."""
    known = case.sheet.names.get(each.out) if len(each.chain) > 1 else None
    gate = f"{known or each.out.gate.name} {place(each.out.line)}"
    masks = np.isin(each.slope, (0.0, 0.5, 1.0)).all()
    yield from _masks(case, each, gate) if masks else _smooth(case, each, gate)


def _masks(case: Case, each: Activation, gate: str) -> Iterator[tuple[Array, str]]:
    yield (
        np.ones(each.slope.shape),
        f"lacks the mask of {gate}: where its input is not positive, nothing passes "
        "(its output is never negative: < 0 finds nothing in it, >= 0 everything)",
    )
    yield 1 - each.slope, f"has the mask of {gate} the wrong way round"
    g = case.arriving.get(each.out)
    masks = [("the gradient", g)] if g is not None else []
    for name, versions in case.sheet.arrays.items():
        masks += [(name, version.value) for version in versions]
    for name, array in masks:
        if np.shape(array) == each.slope.shape:
            yield (
                (array > 0).astype(float),
                f"is masked where {name} is positive, in place of the input of {gate}",
            )


def _smooth(case: Case, each: Activation, gate: str) -> Iterator[tuple[Array, str]]:
    source, out = (case.sheet.circuit.values[n] for n in (each.source, each.out))
    yield np.ones(each.slope.shape), f"lacks the local gradient of {gate}"
    again = _slope_at(case.sheet.circuit, each, out)
    yield again, f"takes the local gradient of {gate}, at its output, not its input"
    for formula, slope in FORMULAS.items():
        if close(slope(out), each.slope, case.sheet.rtol):
            yield (
                slope(source),
                f"takes {formula.format('input')} as the local gradient of {gate}; it "
                f"is {formula.format('output')}",
            )
    with np.errstate(all="ignore"):
        yield 1 / each.slope, f"is divided by the local gradient of {gate}"
    yield each.slope**2, f"has the local gradient of {gate} twice"
    yield -each.slope, f"has the wrong sign in the local gradient of {gate}"


def _slope_at(circuit: Circuit, each: Activation, at: Array) -> Array:
    """Take the local gradient of an activation at other values."""
    values = {**circuit.values, each.source: at}
    with np.errstate(all="ignore"):
        for node in reversed(each.chain):
            args = [values[i] for i in node.inputs]
            values[node] = np.asarray(node.gate.forward(*args, **node.params))
    moved = Circuit(circuit.nodes, values, circuit.loss)
    start = {each.out: np.ones(each.out.shape)}
    found = moved.sweep(start, towards={each.source, *each.chain})
    return found.get(each.source, np.zeros(each.slope.shape))
