"""One wrong gradient, with what is needed to find out how it came about."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from hubel.graph.node import Node
from hubel.graph.source import Line, written
from hubel.transforms.staged._circuit import Array, Circuit, Send, close, zeros
from hubel.transforms.staged._numbers import Numbers
from hubel.transforms.staged._watch import Version

SENDERS = 80
"""Gates nearest to a stage that are considered as the place of a mistake."""


@dataclass(frozen=True, slots=True)
class Handed:
    """A gradient as the student computed it.

    Attributes
    ----------
    label : str
        The student's name for it.
    stage : str
        The name of what it is the gradient of.
    nodes : list of Node
        What that name stood for, in order.
    versions : list of Version
        What the gradient's name stood for, in order; the last one counts.
    """

    label: str
    stage: str
    nodes: list[Node]
    versions: list[Version]


@dataclass(frozen=True)
class Sheet:
    """The whole exercise, for looking things up.

    Attributes
    ----------
    circuit : Circuit
    handed : list of Handed
    stages : dict of str to list of Node
        Every name with what it stood for.
    arrays : dict of str to list of Version
        What the student's variables stood for, and the inputs.
    labels : dict of str to array
        Inputs of integers, by name.
    numbers : Numbers
    rtol : float
    """

    circuit: Circuit
    handed: list[Handed]
    stages: Mapping[str, list[Node]]
    arrays: Mapping[str, list[Version]]
    labels: Mapping[str, Array]
    numbers: Numbers
    rtol: float

    @cached_property
    def names(self) -> dict[Node, str]:
        """What a node is called: as a stage with a gradient, if it is one."""
        found = {n: each.stage for each in self.handed for n in each.nodes}
        for name, nodes in self.stages.items():
            found = {**dict.fromkeys(nodes, name), **found}
        return found


@dataclass(frozen=True)
class Case:
    """A wrong gradient of one node.

    Attributes
    ----------
    sheet : Sheet
    handed : Handed
    node : Node
    wrong : array
        What the student has.
    given : dict of Node to array
        The gradients that the student has for stages nearer to the loss.
    """

    sheet: Sheet
    handed: Handed
    node: Node
    wrong: Array
    given: Mapping[Node, Array]

    @cached_property
    def right(self) -> Array:
        """What the student should have, given the stages nearer to the loss."""
        return self.predicted({})

    @cached_property
    def arriving(self) -> dict[Node, Array]:
        """What arrives at every node on the way, given those stages."""
        found = self.sheet.circuit.gradients(self.given, towards=self.above)
        return {**found, **self.given}

    @cached_property
    def above(self) -> set[Node]:
        """The node and all that depend on it."""
        return self.sheet.circuit.above(self.node)

    @cached_property
    def senders(self) -> list[Node]:
        """The nodes between this one and the given ones, nearest first."""
        reached, found = {self.node}, list[Node]()
        for node in self.sheet.circuit.nodes:
            if any(source in reached for source in node.inputs):
                found.append(node)
                if node not in self.given:
                    reached.add(node)
        return found

    @property
    def nearest(self) -> list[Node]:
        """The nearest of these nodes."""
        return self.senders[:SENDERS]

    def predicted(
        self,
        faults: Mapping[Node, Send],
        given: Mapping[Node, Array] | None = None,
    ) -> Array:
        """Return what the student would have with these faults."""
        found = self.sheet.circuit.gradients(
            {**self.given, **(given or {})}, faults, self.above
        )
        return found.get(self.node, zeros(self.node))

    def fits(self, array: Array) -> bool:
        """Whether an array is what the student has, and not what is right."""
        rtol = self.sheet.rtol
        return close(array, self.wrong, rtol) and not close(array, self.right, rtol)

    def name_of(self, node: Node) -> str:
        """Return the name of a node, or its gate's with the line."""
        known = self.sheet.names.get(node)
        return known or f"{node.gate.name} {place(node.line)}".strip()


@dataclass(frozen=True)
class Explanation:
    """How a wrong gradient came about.

    Attributes
    ----------
    text : str
        After "dW1", as a sentence without its full stop.
    faults : dict of Node to Send
        The mistake as faults of the sweep, which may explain later stages too.
    """

    text: str
    faults: Mapping[Node, Send] = field(default_factory=dict[Node, Send])


def place(line: Line | None) -> str:
    """Write where a gate is, as ``at line 3, `h = np.tanh(a)` ``."""
    if line is None:
        return ""
    source = written(line).removeprefix(f"{line[0]}:{line[1]}:").strip()
    return f"at line {line[1]}, `{source}`" if source else f"at line {line[1]}"


def greatest(array: Array) -> tuple[int, ...]:
    """Return the index of the greatest element."""
    found: Any = np.unravel_index(int(np.argmax(array)), np.shape(array))
    return tuple(int(i) for i in found)


def collinear(a: Array, b: Array, rtol: float) -> float | None:
    """Return c with a = c * b, if there is one."""
    dot: Any = np.vdot
    square = float(dot(b, b))
    if a.shape != b.shape or not square or not np.isfinite(square):
        return None
    c = float(dot(b, a)) / square
    if not np.isfinite(c) or np.abs(a - c * b).max() > rtol * np.abs(a).max(initial=0):
        return None
    return c
