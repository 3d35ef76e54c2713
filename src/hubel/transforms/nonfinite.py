"""Find the first gate that makes NaN or infinity from finite numbers."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from contextlib import contextmanager
from threading import get_ident
from typing import Any

import numpy as np

from hubel.graph.node import Node, Rule
from hubel.graph.observer import OBSERVERS, Push
from hubel.graph.registry import Value
from hubel.tracing.tree import flatten
from hubel.transforms.blame import Findings, Range, bad, blame, concrete

DERIVED = 100_000
"""Nodes of derivatives that are remembered with what they are a derivative of."""


@contextmanager
def trace_nonfinite(*, raises: bool = True) -> Generator[Findings]:
    """Watch for the first gate, forward or backward, that makes NaN or infinity.

    Everything that hubel runs in the ``with`` block, in this thread, is watched: eager
    derivatives, sweeps of graphs, compiled functions and training. A compiled call
    runs as always; only when its result is not finite it is repeated gate by gate.

    Parameters
    ----------
    raises : bool
        Whether to raise the first finding; otherwise they are collected.

    Yields
    ------
    Findings
        Its ``report`` is a tuple of what was found, in order. Each finding names the
        gate, whether its value, its derivative or its tangent is at fault, the first
        bad index, the ranges of what went in, and the user's line.

    Raises
    ------
    NonFiniteError
        At the first finding, if ``raises``.

    Notes
    -----
    A gate is found if what went in was finite. Infinity that is put in on purpose, and
    NaN that an argument holds already, pass unnoticed. An infinite local gradient that
    meets a zero upstream gradient does no harm and is not found either. What NumPy
    computes outside traced functions is not seen.

    Examples
    --------
    >>> import numpy as np
    >>> from hubel.transforms import grad
    >>> with trace_nonfinite(raises=False) as watch:
    ...     slope = grad(lambda x: np.sqrt(x).sum())(np.array([1.0, 0.0]))
    >>> found = watch.report[0]
    >>> found.gate, found.direction, found.index
    ('sqrt', 'backward', (1,))
    """
    findings = Findings(raises)
    thread = get_ident()
    outer = OBSERVERS.get(thread)
    OBSERVERS[thread] = _Watch(findings)
    try:
        with np.errstate(all="ignore"):  # what is found says more than a warning
            yield findings
    finally:
        if outer is None:
            del OBSERVERS[thread]
        else:
            OBSERVERS[thread] = outer


class _Watch:
    """The observer of one context.

    Inside a rule that is itself recorded, infinity may come and go (the gate ``chain``
    annihilates it); there only what the rule brings in the end counts.
    """

    def __init__(self, findings: Findings) -> None:
        self.findings = findings
        self.inside: list[Node] = []  # nodes whose rules are running, innermost last
        self.derived: dict[
            Node, Node
        ] = {}  # node of a derivative -> derivative of what
        self.whole: dict[Node, bool] = {}  # whether all parts of a gradient were finite

    def found(
        self,
        node: Node,
        direction: str,
        value: Value,
        given: Iterable[tuple[str, Value]],
        position: int | None = None,
    ) -> None:
        """Blame a node if what it was given is finite."""
        known = [(what, concrete(each)) for what, each in given]
        if any(bad(each) for _, each in known):
            return
        ranges = tuple(Range.of(what, each) for what, each in known if each is not None)
        source, depth = node, 0
        while source.line is None and source in self.derived:
            source, depth = self.derived[source], depth + 1
        of = source.gate.name if depth else ""
        line, gate = source.line, node.gate.name
        self.findings.note(blame(gate, direction, value, ranges, position, of, line))

    def computed(self, node: Node, value: Value, args: Sequence[Value]) -> None:
        """Check the value that a gate gave."""
        if self.inside:
            if len(self.derived) >= DERIVED:
                self.derived.clear()
            self.derived[node] = self.inside[-1]
        elif bad(value):
            self.found(node, "forward", value, _arguments(args))

    def pulling(self, node: Node, position: int, rule: Rule) -> Rule:
        """Put a rule that checks in place of a rule."""
        return _WatchedRule(self, node, rule)

    def pull(
        self,
        node: Node,
        rule: Rule,
        position: int,
        g: Value,
        out: Value,
        args: tuple[Value, ...],
    ) -> Value | None:
        """Run a rule and check what it brings."""
        self.inside.append(node)
        try:
            part = rule.pull(position, g, out, args, node.params)
        finally:
            self.inside.pop()
        value = concrete(part)
        fine = not bad(value)
        source = node.inputs[position]
        self.whole[source] = fine and self.whole.get(source, True)
        if not (fine or self.inside):
            given = [("upstream gradient", g), *_arguments(args), ("result", out)]
            self.found(node, "backward", value, given, position)
        return part

    def pulled(self, gradients: Mapping[Node, Value]) -> None:
        """Look for sums of gradients that overflow although their parts are finite."""
        for node, g in gradients.items():
            value = concrete(g)
            if self.whole.pop(node, False) and bad(value) and not self.inside:
                self.found(node, "sum", value, ())

    def pushing(self, push: Push) -> Push:
        """Run and check what makes the tangent of a node."""

        def checked(
            node: Node, values: Mapping[Node, Value], tangents: dict[Node, Value]
        ) -> Value | None:
            self.inside.append(node)
            try:
                tangent = push(node, values, tangents)
            finally:
                self.inside.pop()
            value = concrete(tangent)
            if bad(value) and not self.inside:
                moved = [tangents[i] for i in node.inputs if i in tangents]
                args = [values[i] for i in node.inputs]
                given = [*_arguments(args), ("result", values[node])]
                self.found(node, "tangent", value, [*_tangents(moved), *given])
            return tangent

        return checked

    def ran(
        self,
        name: str,
        inputs: Sequence[Value],
        run: Callable[[], Any],
        again: Sequence[Callable[[], Any]],
    ) -> Any:
        """Run a compiled call; repeat it gate by gate if its result is not finite."""
        result = run()
        wrong = next((x for x in flatten(result)[0] if bad(x)), None)
        if wrong is None or any(bad(x) for x in inputs):
            return result
        before = self.findings.count
        for repeat in again:
            repeat()
            if self.findings.count > before:
                return result
        ranges = tuple(Range.of(what, x) for what, x in _arguments(inputs))
        plan = f"the plan of {name}"
        self.findings.note(blame(plan, "forward", wrong, ranges, None, "", None))
        return result


class _WatchedRule(Rule):
    """A rule under observation."""

    __slots__ = ("node", "rule", "watch")

    def __init__(self, watch: _Watch, node: Node, rule: Rule) -> None:
        self.watch = watch
        self.node = node
        self.rule = rule

    def pull(
        self,
        position: int,
        g: Value,
        out: Value,
        args: tuple[Value, ...],
        params: dict[str, Any],
    ) -> Value | None:
        """Run the rule and check what it brings."""
        return self.watch.pull(self.node, self.rule, position, g, out, args)


def _arguments(args: Sequence[Value]) -> list[tuple[str, Value]]:
    return [(f"argument {i}", each) for i, each in enumerate(args)]


def _tangents(moved: Sequence[Value]) -> list[tuple[str, Value]]:
    return [("tangent", each) for each in moved]
