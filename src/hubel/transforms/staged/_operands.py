"""Mistakes in what a gradient is computed from: another array, or an older one."""

from __future__ import annotations

from collections.abc import Iterator
from operator import itemgetter

import numpy as np

from hubel.graph.node import Node
from hubel.transforms.staged._case import Case, Explanation, place
from hubel.transforms.staged._circuit import Array, Send, close


def stale(case: Case) -> Iterator[Explanation]:
    """Explain a gradient computed from another gradient than the one it needs."""
    senders = set(case.senders)
    for wanted in case.sheet.handed:
        if wanted is not case.handed:
            for node in senders.intersection(wanted.nodes):
                for value, name in _like(case, node):
                    if case.fits(case.predicted({}, {node: value})):
                        yield Explanation(
                            f"is computed from {name}, which is not the gradient of "
                            f"{wanted.stage}"
                        )


def _like(case: Case, node: Node) -> list[tuple[Array, str]]:
    """List the student's other gradients, and values, that have the shape of a node.

    The oldest come first: a copy is called after what it was copied from.
    """
    held = [(h.label, h.versions) for h in case.sheet.handed if h is not case.handed]
    values = case.sheet.arrays.items() if case.right.size > 1 else ()
    found: list[tuple[int, Array, str]] = []
    for name, versions in [*held, *values]:
        for version in versions:
            if np.shape(version.value) == node.shape:
                number = version.line[1] if version.line else 0
                line = f" of line {number}" if number else ""
                found.append((number, version.value, f"{name}{line}"))
    return [(value, name) for _, value, name in sorted(found, key=itemgetter(0))]


def operands(case: Case) -> Iterator[Explanation]:
    """Explain a product that was differentiated with another factor."""
    for node in case.nearest:
        if len(node.inputs) != 2:
            continue
        for operand in dict.fromkeys(node.inputs):
            for other, name in _others(case, operand):
                faults = {node: _with_operand(case, node, operand, other)}
                if case.fits(case.predicted(faults)):
                    meant = case.sheet.names.get(operand)
                    instead = f", not {meant}," if meant else ""
                    yield Explanation(
                        f"is computed with {name}{instead} at {node.gate.name} "
                        f"{place(node.line)}",
                        faults,
                    )


def _others(case: Case, operand: Node) -> Iterator[tuple[Array, str]]:
    """List the arrays that may have been taken for an operand."""
    value = case.sheet.circuit.values[operand]
    own = case.sheet.names.get(operand, "the operand")
    if value.ndim == 2 and value.shape[0] == value.shape[1]:
        yield value.T, f"{own}.T where {own} belongs, or without its .T"
    for name, versions in case.sheet.arrays.items():
        for number, version in enumerate(versions):
            other = version.value
            if np.shape(other) == value.shape and not close(other, value, 1e-12):
                changed = number > 0 and version.line is not None
                when = f" as changed at line {version.line[1]}" if changed else ""  # type: ignore[index]
                yield other, f"{name}{when}"


def _with_operand(case: Case, node: Node, operand: Node, other: Array) -> Send:
    """Send as if one of the inputs had been another array."""
    circuit = case.sheet.circuit
    args = [other if i is operand else circuit.values[i] for i in node.inputs]
    return lambda g: circuit.send(node, g, tuple(args))
