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
    CONSTANT,
    Gate,
    Node,
    Spec,
    constant_node,
    input_node,
    make_node,
    spec_of,
)
from hubel.graph.registry import Value
from hubel.tracing.capture import COPIED, Guard
from hubel.tracing.source import user_line, written
from hubel.tracing.traced import Traced

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
    """

    def __init__(self, with_values: bool) -> None:
        self.with_values = with_values
        self.level = next(_LEVELS)
        self.nodes: list[Node] = []
        self.values: dict[Node, Value] = {}
        self.guards: list[Guard] = []
        self.open = False

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

    def input(self, value: Value) -> Traced:
        """Make a traced value of an argument: a value, or a Spec with shapes."""
        spec = value if isinstance(value, Spec) else spec_of(value)
        node = input_node(spec)
        self.nodes.append(node)
        if self.with_values:
            value = self._kept(value, "a traced function")
            self.values[node] = value
            return Traced(self, node, value)
        return Traced(self, node, None)

    def constant(self, value: Value) -> Traced:
        """Make a traced value of a constant, such as an array to be filled."""
        node = self._constant(value, "hb.array")
        return Traced(self, node, self.values.get(node))

    def record(
        self, gate: Gate, args: tuple[Value, ...], params: dict[str, Any]
    ) -> Traced:
        """Apply a gate and note that it was applied."""
        if not self.open:
            raise TraceError(
                f"{gate.name} was given a traced value after its trace had ended",
                where=written(user_line()),
                remedy="return values from the traced function; do not keep them in "
                "globals or attributes",
            )
        try:
            return self._record(gate, args, params)
        except HubelError as error:
            if error.where:
                raise
            where = written(user_line())
            raise type(error)(error.problem, remedy=error.remedy, where=where) from None

    def _record(
        self, gate: Gate, args: tuple[Value, ...], params: dict[str, Any]
    ) -> Traced:
        inputs: list[Node] = []
        known: list[Value] = []
        for arg in args:
            if isinstance(arg, Traced) and arg.trace is self:
                inputs.append(arg.node)
                known.append(arg.value)
            else:
                node = self._constant(arg, gate.name)
                inputs.append(node)
                known.append(arg)
        sources = tuple(inputs)
        line = user_line(3)
        if not self.with_values:
            node = make_node(gate, sources, params, line)
            self.nodes.append(node)
            return Traced(self, node, None)
        value = self._compute(gate, sources, known, params)
        weak = False
        if gate.facts.operator:
            weak = all([source.weak for source in sources])
            value = settle(value, weak)
        if isinstance(value, np.ndarray | Traced | np.generic):
            node = Node(
                gate, sources, params, value.shape, value.dtype, weak, None, line
            )
        else:
            spec = spec_of(value)
            node = Node(gate, sources, params, spec.shape, spec.dtype, weak, None, line)
        self.nodes.append(node)
        self.values[node] = value
        return Traced(self, node, value)

    def _compute(
        self,
        gate: Gate,
        sources: tuple[Node, ...],
        known: list[Value],
        params: dict[str, Any],
    ) -> Value:
        """Run the forward function; let the shape rule explain a failure."""
        try:
            return gate(*known, **params)
        except (ValueError, TypeError, IndexError):
            make_node(gate, sources, params)
            raise

    def _constant(self, value: Value, use: str) -> Node:
        node = constant_node(value)
        node.constant = self._kept(node.constant, use)
        if self.with_values:
            self.values[node] = node.constant
        return node

    def _kept(self, value: Value, use: str) -> Value:
        """Protect an array against later changes from outside."""
        if not isinstance(value, np.ndarray):
            return value
        if value.dtype == object:
            raise TraceError(
                f"{use} was given an array of Python objects",
                where=written(user_line()),
                remedy="make one array of numbers with np.stack or hb.array",
            )
        if value.nbytes <= COPIED or not self.with_values:
            return value.copy()
        self.guards.append(Guard(value, use, user_line(4)))
        return value

    def check_captured(self) -> None:
        """Raise ``MutationError`` if a captured array has changed."""
        for guard in self.guards:
            guard.check()


def innermost() -> Trace | None:
    """Return the trace that was entered last in this thread, if any is open."""
    stack: list[Trace] = _ACTIVE.__dict__.get("stack", [])
    return stack[-1] if stack else None


def is_constant(value: Value) -> bool:
    """Whether a value does not depend on any traced argument."""
    return not isinstance(value, Traced) or value.node.gate is CONSTANT
