"""Judge the stages in backward order, each by what the stages after it hand over."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from hubel.graph.node import Node
from hubel.transforms.staged._case import Case, Handed, Sheet
from hubel.transforms.staged._circuit import Array, Send, carries, close, zeros
from hubel.transforms.staged._explain import explain
from hubel.transforms.staged._report import Stage
from hubel.transforms.staged._ties import accepts

FURTHER = 8
"""Nodes behind a stage whose gradient its variable may go on to hold."""

Gradients = Mapping[Node, Array]


class Judge:
    """The verdicts so far.

    Attributes
    ----------
    right : dict of Node to array
        Gradients of the student's that are right: at a tie they fix the choice.
    wrong : list of two dicts of Node to array
        Those that are wrong: by the node that they were meant for, and by every node
        that the stage stood for.
    blamed : dict of str to Node
        The stages where a mistake was made.
    faults : dict of Node to Send
        The mistakes that are known as faults of the sweep.
    """

    def __init__(self, sheet: Sheet) -> None:
        self.sheet = sheet
        self.right: dict[Node, Array] = {}
        self.wrong: tuple[dict[Node, Array], dict[Node, Array]] = ({}, {})
        self.blamed: dict[str, Node] = {}
        self.faults: dict[Node, Send] = {}

    def stages(self) -> Iterator[Stage]:
        """Judge every stage, what is nearest to the loss first."""
        order = backward_order(self.sheet)
        for handed in sorted(self.sheet.handed, key=lambda h: order[h.nodes[-1]]):
            yield self._stage(handed)

    def _stage(self, handed: Handed) -> Stage:
        if not handed.versions or handed.versions[-1].value is None:
            return Stage(handed.label, "missing", np.inf, "is not given")
        last = handed.versions[-1]
        circuit = self.sheet.circuit
        truth = circuit.gradients(self.right)
        found = self._place(handed, truth)
        if found is not None:
            self.right[found] = last.value
            if not self._equal(found, truth, last.value):
                how = "takes its own side of an exact tie"
                return Stage(handed.label, "right", 0.0, how, last.line)
            error = relative_error(last.value, truth.get(found, zeros(found)))
            return Stage(handed.label, "right", error, line=last.line)
        source = handed.nodes[-1]
        error = relative_error(last.value, truth.get(source, zeros(source)))
        how = self._follows(handed)
        if how:
            return Stage(handed.label, "follows", error, how, last.line)
        return Stage(handed.label, "wrong", error, self._blame(handed), last.line)

    def _follows(self, handed: Handed) -> str:
        """Say from which mistake a gradient follows, if it is right apart from it."""
        for given in self._given():
            if not self.blamed:
                return ""
            local = self.sheet.circuit.gradients(given)
            if self._place(handed, local) is not None:
                return f"follows from {' and '.join(self._blamed_above(handed))}"
            faulty = self.sheet.circuit.gradients(given, self.faults)
            if self.faults and self._place(handed, faulty) is not None:
                return f"has the same mistake as {next(reversed(self.blamed))}"
        return ""

    def _given(self) -> list[dict[Node, Array]]:
        """List what may be taken for the gradients of the stages so far."""
        if not self.blamed:
            return [self.right]
        return [{**self.right, **wrong} for wrong in self.wrong]

    def _blamed_above(self, handed: Handed) -> list[str]:
        circuit = self.sheet.circuit
        above = {n for node in handed.nodes for n in circuit.above(node)}
        return [name for name, node in self.blamed.items() if node in above]

    def _place(self, handed: Handed, gradients: Gradients) -> Node | None:
        """Return the node of which the student's variable is the gradient."""
        nodes = list(reversed(handed.nodes))
        first = self._held_before(handed, gradients)
        if first is not None:
            nodes += further(first)
        for fits in (self._equal, self._tied):
            for node in nodes:
                if fits(node, gradients, handed.versions[-1].value):
                    return node
        return None

    def _held_before(self, handed: Handed, gradients: Gradients) -> Node | None:
        """Return the node whose gradient the variable held before it changed."""
        for version in handed.versions[:-1]:
            for node in reversed(handed.nodes):
                if self._equal(node, gradients, version.value):
                    return node
        return None

    def _equal(self, node: Node, gradients: Gradients, value: Array) -> bool:
        return close(value, gradients.get(node, zeros(node)), self.sheet.rtol)

    def _tied(self, node: Node, gradients: Gradients, value: Array) -> bool:
        known = gradients.get(node, zeros(node))
        circuit = self.sheet.circuit
        return accepts(circuit, node, gradients, known, value, self.sheet.rtol)

    def _twins(self, node: Node, gradients: Gradients) -> list[Node]:
        """List what is computed from a node and has the same gradient.

        Scores and scores less their maximum are twins, and a mistake of a softmax is
        simpler when it is seen from the second.
        """
        right = gradients.get(node, zeros(node))
        above = self.sheet.circuit.above(node) - {node}
        found = [n for n in self.sheet.circuit.nodes if n in above]
        return [n for n in found if n in gradients and self._equal(n, gradients, right)]

    def _blame(self, handed: Handed) -> str:
        """Explain a mistake, and hand the wrong gradient on to what follows."""
        givens = self._given()
        local = self.sheet.circuit.gradients(givens[0])
        last = handed.nodes[-1]
        twins = self._twins(last, local)
        nodes = [*reversed(handed.nodes), *twins, *further(last)]
        first = self._held_before(handed, local)
        if first is not None:
            nodes = [*further(first), first]
        value = handed.versions[-1].value
        case, found = explain(
            Case(self.sheet, handed, node, value, given)
            for given in (*givens, {})  # at last: as if no stage in between were named
            for node in nodes
        )
        self.faults |= found.faults
        self.blamed[handed.label] = case.node
        for wrong, meant in zip(self.wrong, ((), handed.nodes), strict=True):
            for node in (case.node, *meant):
                if node.shape == value.shape:
                    wrong[node] = value
        return found.text


def further(node: Node) -> list[Node]:
    """List the nodes of the same shape that a node is computed from, nearest first."""
    found, front = dict[Node, None](), [node]
    while front and len(found) < FURTHER:
        each = front.pop(0)
        for source in each.inputs:
            if carries(source) and source.shape == node.shape and source not in found:
                found[source] = None
                front.append(source)
    return list(found)


def backward_order(sheet: Sheet) -> dict[Node, tuple[int, bool]]:
    """Give every node its place in a reverse sweep: when its gradient is complete."""
    nodes = sheet.circuit.nodes
    first_use = {node: len(nodes) for node in nodes}
    for number, node in reversed(list(enumerate(nodes))):
        for source in node.inputs:
            first_use[source] = number
    return {node: (-use, not node.is_leaf) for node, use in first_use.items()}


def relative_error(a: Array, b: Array) -> float:
    """Return the largest relative error of an element; inf for another shape."""
    if a.shape != b.shape:
        return np.inf
    size = np.maximum(np.abs(a) + np.abs(b), 1e-8)
    return float((np.abs(a - b) / size).max(initial=0))
