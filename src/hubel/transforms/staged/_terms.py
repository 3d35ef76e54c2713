"""Mistakes in one of the terms that add up to a gradient.

A value that is used several times gets a gradient from each use. Taking one use away
gives its part; what the student has too much or too little is compared with the parts.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from hubel.graph.node import Node
from hubel.graph.source import Line
from hubel.transforms.staged._case import Case, Explanation, collinear, place
from hubel.transforms.staged._circuit import Array, Send, close


@dataclass(frozen=True)
class Use:
    """One use of a value on the way to the loss.

    Attributes
    ----------
    nodes : list of Node
        The gate, or in a loop the gates of one line.
    source : Node or None
        The input that counts; None for all.
    """

    nodes: list[Node]
    source: Node | None = None

    def times(self, case: Case, factor: float) -> dict[Node, Send]:
        """Make the nodes send some multiple to the input that counts."""
        return {node: _scaled(case, node, self.source, factor) for node in self.nodes}


def terms(case: Case, nice: bool) -> Iterator[Explanation]:
    """Explain a term that is missing, counted twice, or off by a factor."""
    off = case.wrong - case.right
    for use, part in parts(case):
        factor = collinear(off, part, case.sheet.rtol)
        if factor is not None and _is_nice(case, factor) == nice:
            faults = use.times(case, 1 + factor)
            yield Explanation(_text(case, use.nodes[0], part, 1 + factor), faults)


def parts(case: Case) -> Iterator[tuple[Use, Array]]:
    """Find the parts of a gradient: what it loses when one use sends nothing."""
    seen: list[Array] = []
    for use in uses(case):
        part = case.right - case.predicted(use.times(case, 0.0))
        size = np.abs(part).max(initial=0)
        whole = close(part, case.right, case.sheet.rtol)
        tiny = size <= 1e-12 * np.abs(case.right).max(initial=0)
        if not (whole or tiny or any(close(part, each, 1e-9) for each in seen)):
            seen.append(part)
            yield use, part


def uses(case: Case) -> Iterator[Use]:
    """List what a gradient comes through: single gates, then lines of a loop."""
    for node in case.nearest:
        for source in dict.fromkeys(node.inputs):
            if source in case.above:
                yield Use([node], source)
    lines: dict[tuple[Line | None, str], list[Node]] = {}
    for node in case.senders:
        lines.setdefault((node.line, node.gate.name), []).append(node)
    for nodes in lines.values():
        if len(nodes) > 1:
            yield Use(nodes)


def extra(case: Case) -> Iterator[Explanation]:
    """Explain a multiple of the value itself: a penalty that the loss does not have."""
    value = case.sheet.circuit.values[case.node]
    factor = collinear(case.wrong - case.right, value, case.sheet.rtol)
    if factor is not None and value.size > 1:
        known = case.sheet.numbers.name(factor)
        what = known if known else f"{factor:.6g}"
        yield Explanation(
            f"has {what} * {case.name_of(case.node)} too much: a regularisation that "
            "the loss does not have"
        )


def _is_nice(case: Case, factor: float) -> bool:
    """Whether a term is missing or doubled, or off by a number that is known."""
    known = case.sheet.numbers.is_nice(1 + factor)
    return abs(factor + 1) < 1e-6 or known


def _scaled(case: Case, node: Node, source: Node | None, factor: float) -> Send:
    """Make a node send some multiple to one of its inputs, or to all."""
    circuit = case.sheet.circuit

    def send(g: Array) -> list[tuple[Node, Array]]:
        sent = circuit.send(node, g)
        meant = node.inputs if source is None else (source,)
        return [(i, factor * p if i in set(meant) else p) for i, p in sent]

    return send


def _text(case: Case, node: Node, part: Array, factor: float) -> str:
    value = case.sheet.circuit.values[case.node]
    labels = labelled(case, part)
    where = place(node.line)
    if labels:
        what = f"what belongs at the labels, [range(N), {labels}],"
        hint = f" (d{case.sheet.names.get(case.node, '')}[range(N), {labels}] -= ...)"
    elif collinear(part, value, case.sheet.rtol) is not None:
        what, hint = f"the gradient of the regularisation {where},", ""
    else:
        what = f"the part that comes through {node.gate.name} {where},"
        hint = ": the gradients of all uses of a value add up, += and not ="
    if abs(factor) < 1e-6:
        return f"lacks a term: {what} is missing{hint}"
    if abs(factor - 2) < 1e-6:
        return f"has a term twice: {what} is 2 times too large"
    return f"has a wrong term: {what} {case.sheet.numbers.times(factor)}"


def labelled(case: Case, part: Array) -> str | None:
    """Return the input of labels outside of which a part is zero."""
    for name, labels in case.sheet.labels.items():
        if fits_labels(labels, part):
            mask = np.zeros(part.shape, bool)
            mask[np.arange(len(labels)), labels] = True
            outside = np.abs(part[~mask]).max(initial=0)
            if part.any() and outside <= 1e-9 * np.abs(part).max():
                return name
    return None


def fits_labels(labels: Array, part: Array) -> bool:
    """Whether the labels choose a column in each row."""
    if part.ndim != 2 or labels.shape != part.shape[:1]:
        return False
    count = part.shape[1]
    return bool(((labels >= -count) & (labels < count)).all())
