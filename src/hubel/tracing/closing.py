"""Closing: record a function with what it captures of other traces as inputs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Any

from hubel.graph.node import Gate, Node, Spec, input_node, spec_of
from hubel.graph.registry import Value
from hubel.graph.term import Term
from hubel.tracing.trace import Trace, open_traces
from hubel.tracing.traced import Traced


class Closing(Trace):
    """A trace that takes the place of others: their values are inputs of it.

    While it is entered, what is done to values of the other traces alone is recorded
    here too, so that the function can run again when those have ended.

    Parameters
    ----------
    with_values : bool
        Whether values are computed: then those of the other traces have to be known.
    instead_of : sequence of Trace
        The traces whose place it takes.
    given : mapping of Node to value, optional
        Values to compute with in place of those that the other traces' nodes had.

    Attributes
    ----------
    others : sequence of Trace
        Those whose place it takes, while it does.
    sources : dict of Node to (Term, Node)
        For each node of another trace that was met, a term that stands for it, and the
        input here.
    """

    def __init__(
        self,
        with_values: bool,
        instead_of: Sequence[Trace],
        given: Mapping[Node, Value] | None = None,
    ) -> None:
        super().__init__(with_values)
        self.sources: dict[Node, tuple[Term, Node]] = {}
        self._given = given or {}
        self.others = instead_of
        self._before: list[Trace | None] = []

    def __enter__(self) -> Closing:
        self._before = [trace.instead for trace in self.others]
        for trace in self.others:
            trace.instead = self
        super().__enter__()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        for trace, before in zip(self.others, self._before, strict=True):
            trace.instead = before
        self.others = ()
        super().__exit__(kind, error, traceback)

    def record(
        self, gate: Gate, args: tuple[Value, ...], params: dict[str, Any]
    ) -> Traced:
        """Apply a gate, to inputs where its arguments are of other traces."""
        if self.instead is None:
            args = tuple([self.own(arg) for arg in args])
        return super().record(gate, args, params)

    def own(self, value: Value) -> Value:
        """Give the input that stands for a value of another trace; others stay."""
        if not isinstance(value, Term) or not self._replaces(value):
            return value
        node = node_of(value)
        if node not in self.sources:
            self.sources[node] = (_kept(value), self._new_input(value, node))
        here = self.sources[node][1]
        return Traced(self, here, self.values.get(here))

    def _replaces(self, value: Term) -> bool:
        if not isinstance(value, Traced):
            return True
        return _instead_of(value) is self or value.node in self._given

    def _new_input(self, value: Term, node: Node) -> Node:
        here = input_node(value.spec if isinstance(value, Node) else spec_of(value))
        self.nodes.append(here)
        if self.with_values:
            known = self._given[node] if node in self._given else base_of(value)
            self.nested = self.nested or isinstance(known, Term)
            self.values[here] = known
        return here

    def argument(self, value: Value) -> Traced:
        """Make an input of an array or number that nobody else changes."""
        node = input_node(value if isinstance(value, Spec) else spec_of(value))
        self.nodes.append(node)
        if self.with_values:
            self.nested = self.nested or isinstance(value, Term)
            self.values[node] = value
        return Traced(self, node, self.values.get(node))


def _instead_of(value: Term) -> Trace | None:
    """Return the trace that records in the place of the value's own."""
    recorder = value.recorder if isinstance(value, Traced) else None
    return recorder.instead if isinstance(recorder, Trace) else None


def node_of(value: Term) -> Node:
    """Return the node that a term stands for."""
    return value.node if isinstance(value, Traced) else value  # type: ignore[return-value]


def _kept(value: Term) -> Term:
    """Keep a handle from changing when it is written to."""
    return value.snapshot() if isinstance(value, Traced) else value


def traces_around() -> list[Trace]:
    """List the traces that are open, and those whose place they take."""
    found: dict[Trace, None] = {}
    waiting = open_traces()
    while waiting:
        trace = waiting.pop()
        found[trace] = None
        if isinstance(trace, Closing):
            waiting += [other for other in trace.others if other not in found]
    return list(found)


def base_of(value: Value) -> Value:
    """Return the array behind a traced value of traces with values; None if unknown."""
    while isinstance(value, Traced):
        if not value.recorder.with_values:
            return None
        value = value.value
    return None if isinstance(value, Term) else value
