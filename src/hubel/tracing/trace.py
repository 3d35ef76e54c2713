"""A trace: what a function did to traced values, recorded as nodes.

With values, the function runs once on real numbers and Python's ``if`` and ``for``
see them. With shapes, it runs on values that are not known, and gives one graph for
all values of those shapes.
"""

from __future__ import annotations

import itertools
import threading
from types import TracebackType
from typing import Any

import numpy as np

from hubel.errors import HubelError, TraceError
from hubel.graph.evaluate import settle
from hubel.graph.node import (
    Gate,
    Node,
    Spec,
    constant_node,
    input_node,
    make_node,
    spec_of,
)
from hubel.graph.observer import OBSERVERS, observer
from hubel.graph.registry import Value
from hubel.graph.source import Line, line_of, user_line, written
from hubel.graph.term import Term
from hubel.tracing.capture import COPIED, Guard, copied
from hubel.tracing.traced import Traced, unseen

ARRAY: Any = np.ndarray
SPECIFIED: Any = (np.ndarray, Spec)
SHAPED: Any = (np.ndarray, Term, np.generic)
_LEVELS = itertools.count(1)
_ACTIVE = threading.local()


class Trace:
    """A recording of gates applied to traced values.

    Parameters
    ----------
    with_values : bool
        Whether values are computed as the function runs.

    Attributes
    ----------
    level : int
        Later traces have higher levels, so a trace started inside another one is
        recognised as the inner of the two: no perturbation confusion.
    nodes : list of Node
        In the order of recording, which is topological.
    values : dict of Node to value
        Empty for a trace with shapes.
    nested : bool
        Whether values are terms themselves, of a trace or graph around this one.
    instead : Trace or None
        The trace that records in the place of this one for a while.
    """

    def __init__(self, with_values: bool) -> None:
        self.with_values = with_values
        self.level = next(_LEVELS)
        self.nodes: list[Node] = []
        self.values: dict[Node, Value] = {}
        self.guards: list[Guard] = []
        self.open = False
        self.nested = False
        self.instead: Trace | None = None
        self._unwritten: list[tuple[Traced, Line | None]] = []

    def __enter__(self) -> Trace:
        self.open = True
        stack: list[Trace] = _ACTIVE.__dict__.setdefault("stack", [])
        stack.append(self)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.open = False
        _ACTIVE.stack.pop()
        if error is None:
            self.check_written()
        cause = error.__cause__ if isinstance(error, ValueError) else None
        if isinstance(cause, TraceError):
            # NumPy reports a[i] = traced as "setting an array element with a
            # sequence"; what the traced value itself said is what helps.
            raise cause from None
        if isinstance(error, HubelError) and not error.where:
            where = written(line_of(traceback))
            told = type(error)(error.problem, remedy=error.remedy, where=where)
            raise told.with_traceback(traceback) from error.__cause__

    def input(self, value: Value) -> Traced:
        """Make a traced value of an argument: a value, or a Spec with shapes."""
        node = input_node(value if isinstance(value, SPECIFIED) else spec_of(value))
        self.nodes.append(node)
        if not self.with_values:
            return Traced(self, node, None)
        self.values[node] = value = self._kept(value, "a traced function")
        return Traced(self, node, value)

    def constant(self, value: Value) -> Traced:
        """Make a traced value of a constant, such as an array to be filled."""
        node = self._constant(value, "hb.array")
        return Traced(self, node, self.values.get(node))

    def record(
        self, gate: Gate, args: tuple[Value, ...], params: dict[str, Any]
    ) -> Traced:
        """Apply a gate and note that it was applied."""
        if self.instead is not None:
            return self.instead.record(gate, args, params)
        if not self.open:
            raise ended(gate.name)
        try:
            if self.with_values:
                return self._run(gate, args, params)
            sources = tuple([self._source(arg, gate.name) for arg in args])
            node = make_node(gate, sources, params, user_line())
        except HubelError as error:
            if error.where:
                raise
            where = written(user_line())
            raise type(error)(error.problem, remedy=error.remedy, where=where) from None
        self.nodes.append(node)
        return Traced(self, node, None)

    def _source(self, arg: Value, use: str) -> Node:
        own = isinstance(arg, Traced) and arg.recorder is self
        return arg.node if own else self._constant(arg, use)

    def _run(
        self, gate: Gate, args: tuple[Value, ...], params: dict[str, Any]
    ) -> Traced:
        """Compute the value and make the node of it: the eager hot path."""
        inputs: list[Node] = []
        known: list[Value] = []
        for arg in args:
            if isinstance(arg, Traced) and arg.recorder is self:
                inputs.append(arg.node)
                known.append(arg.value)
            else:
                inputs.append(self._constant(arg, gate.name))
                known.append(arg)
        sources = tuple(inputs)
        run = gate if self.nested else gate.forward
        try:
            value: Any = run(*known, **params) if params else run(*known)
        except (ValueError, TypeError, IndexError):
            make_node(gate, sources, params)  # the shape rule explains most failures
            raise
        weak = False
        if gate.facts.operator and sources[0].weak and sources[-1].weak:
            weak = True
            value = settle(value, weak)
        known_spec = value if isinstance(value, SHAPED) else spec_of(value)
        shape, dtype = known_spec.shape, known_spec.dtype
        node = Node(gate, sources, params, shape, dtype, weak, None, user_line(5))
        self.nodes.append(node)
        self.values[node] = value
        if OBSERVERS and (watch := observer()):
            watch.computed(node, value, known)
        return Traced(self, node, value)

    def _constant(self, value: Value, use: str) -> Node:
        node = constant_node(value)
        node.constant = self._kept(node.constant, use)
        if self.with_values:
            self.values[node] = node.constant
        return node

    def _kept(self, value: Value, use: str) -> Value:
        """Protect an array against later changes from outside."""
        if not isinstance(value, ARRAY):
            if isinstance(value, Term):
                self.nested = True
            return self._alive(value, use) if isinstance(value, Traced) else value
        if value.dtype == object:
            raise TraceError(
                f"{use} was given an array of Python objects",
                where=written(user_line()),
                remedy="make one array of numbers with np.stack or hb.array",
            )
        if value.nbytes <= COPIED or not self.with_values:
            return copied(value)
        self.guards.append(Guard(value, use, user_line(4)))
        return value

    def _alive(self, value: Traced, use: str) -> Traced:
        """Protect a traced value of another trace, which has to be running."""
        if not value.recorder.open:
            raise ended(use)
        return value.snapshot()

    def remember(self, value: Traced) -> None:
        """Note the result of ``view op= other``, to be written into the base."""
        self._unwritten.append((value, user_line()))

    def forget(self, value: Traced) -> None:
        """Note that a value is being written into an array."""
        if self._unwritten:
            self._unwritten = [x for x in self._unwritten if x[0] is not value]

    def check_written(self) -> None:
        """Raise ``TraceError`` if a view was changed and its base was not."""
        for _, line in self._unwritten:
            raise unseen(line)

    def drop(self) -> None:
        """Let go of what was recorded, which may hold what holds the trace."""
        self.nodes.clear()
        self.values.clear()

    def check_captured(self) -> None:
        """Raise ``MutationError`` if a captured array has changed."""
        for guard in self.guards:
            guard.check()


def ended(use: str) -> TraceError:
    """Make the error of a traced value that outlived its trace."""
    return TraceError(
        f"{use} was given a traced value after its trace had ended",
        where=written(user_line()),
        remedy="return values from the traced function; do not keep them in "
        "globals or attributes",
    )


def open_traces() -> list[Trace]:
    """List the traces of this thread that are open, the innermost last."""
    return list(_ACTIVE.__dict__.get("stack", []))


def innermost() -> Trace | None:
    """Return the trace that was entered last in this thread, if any is open."""
    stack: list[Trace] = _ACTIVE.__dict__.get("stack", [])
    return stack[-1] if stack else None
