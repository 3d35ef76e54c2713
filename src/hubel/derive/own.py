"""Gates of the user's own, written as in the lecture: forward and backward."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple, cast

import numpy as np

from hubel.derive.reverse import pull as pull_back
from hubel.errors import DifferentiationError, GateError, TraceError
from hubel.gates.define import dtype_of, shape_of
from hubel.graph.node import (
    KNOWN,
    Facts,
    Node,
    Rule,
    Spec,
    constant_node,
    describe,
    input_node,
    make_node,
    spec_of,
)
from hubel.graph.node import Gate as GateRecord
from hubel.graph.registry import Value
from hubel.graph.term import Term
from hubel.graph.walk import topological_order


class Gate:
    """A gate of one's own: ``forward`` computes, ``backward`` multiplies upstream.

    ``forward`` may save what ``backward`` needs with ``self.save(...)`` and find it
    in ``self.saved``. An instance is called on arrays, inside any function that is
    differentiated or compiled. Forward mode follows by transposing ``backward``, which
    is linear in the upstream gradient; where the bodies are NumPy that can be traced,
    so do second derivatives.

    Examples
    --------
    >>> class Multiply(Gate):
    ...     def forward(self, x, y):
    ...         self.save(x, y)
    ...         return x * y
    ...
    ...     def backward(self, upstream):
    ...         x, y = self.saved
    ...         return upstream * y, upstream * x
    >>> from hubel.transforms import grad
    >>> grad(lambda x, y: Multiply()(x, y), (0, 1))(3.0, -4.0)
    (-4.0, 3.0)
    """

    saved: tuple[Any, ...] = ()

    def save(self, *values: Any) -> None:
        """Keep values for ``backward``."""
        self.saved = values

    def forward(self, *args: Any) -> Any:
        """Compute the result; to be written by the subclass."""
        raise GateError(f"{type(self).__name__} has no forward method")

    def backward(self, upstream: Any) -> Any:
        """Return upstream gradient times local gradient, one per argument."""
        raise GateError(f"{type(self).__name__} has no backward method")

    def __call__(self, *args: Any) -> Any:
        """Apply the gate to arrays, or record it when one of them is traced."""
        return _record_of(self)(*args)


def _record_of(own: Gate) -> GateRecord:
    """Make the gate record of one application."""
    bodies = _Bodies(own)
    facts = Facts(opaque=True, weight=2)
    return GateRecord(
        bodies.name, bodies.forward, bodies.infer, (_OwnRule(bodies),), facts
    )


class _Ran(NamedTuple):
    """A run of forward: its arguments, the instance that saved, and the result."""

    args: tuple[Value, ...]
    instance: Gate
    result: Any


class _Bodies:
    """The user's two methods, run on a copy of the instance for each application."""

    def __init__(self, own: Gate) -> None:
        self.own = own
        self.name = type(own).__name__
        self._last: _Ran | None = None

    def forward(self, *args: Value) -> Any:
        """Run the user's forward; keep what it saved for the backward that follows."""
        ran = self._run(args)
        if any(isinstance(a, Term) for a in args):
            return ran.result
        self._last = ran
        return ran.result

    def _run(self, args: tuple[Value, ...]) -> _Ran:
        instance = copy.copy(self.own)
        result = instance.forward(*args)
        if not any(isinstance(a, Term) for a in args):
            result = np.asarray(result)[()]
        return _Ran(args, instance, result)

    def ran(self, args: tuple[Value, ...]) -> _Ran:
        """Return a run of forward on these arguments.

        The last one serves once: by the next backward the same arrays may hold other
        numbers.
        """
        last, self._last = self._last, None
        if last and len(last.args) == len(args) and all(map(_is, last.args, args)):
            return last
        return self._run(args)

    def infer(self, *specs: Spec) -> Spec:
        """Find the shape of the result from the body, on nodes or on ones."""
        try:
            result = self._run(tuple(input_node(s) for s in specs)).result
            if isinstance(result, Node):
                return Spec(result.shape, result.dtype)
        except TraceError:
            pass
        with np.errstate(all="ignore"):
            ones = tuple([np.ones(s.shape, s.dtype)[()] for s in specs])
            result = self._run(ones).result
        return Spec(np.shape(result), np.asarray(result).dtype)

    def gradients(self, g: Value, args: tuple[Value, ...]) -> tuple[Value | None, ...]:
        """Run ``backward``, with ``forward`` before it unless it has just run."""
        ran = self.ran(args)
        try:
            return self.gradients_of(ran, g)
        except TraceError:
            if not any(isinstance(a, Term) for a in args):
                self._last = ran  # for opaque code, which is what comes next
            raise

    def gradients_of(self, ran: _Ran, g: Value) -> tuple[Value | None, ...]:
        """Run ``backward`` after a certain run of ``forward``."""
        args = ran.args
        given: Any = copy.copy(ran.instance).backward(g)
        found = cast("tuple[Any, ...]", given if isinstance(given, tuple) else (given,))
        if len(found) != len(args):
            raise GateError(
                f"{self.name}.backward returned {len(found)} gradients for "
                f"{len(args)} arguments",
                remedy="return one gradient per argument of forward, None for those "
                "without one",
            )
        return tuple([self._part(k, x, g, args[k]) for k, x in enumerate(found)])

    def _part(self, position: int, part: Value, g: Value, arg: Value) -> Value | None:
        """Check a gradient: of its argument's shape, or the result's if broadcast."""
        if part is None or (isinstance(part, int | float) and part == 0):
            return None
        if not isinstance(part, KNOWN):
            part = np.asarray(part)
        if shape_of(part) not in (shape_of(arg), shape_of(g)):
            raise GateError(
                f"{self.name}.backward returned {describe(spec_of(part))} for argument "
                f"{position}, which is {describe(spec_of(arg))}",
                remedy="return a gradient of the argument's shape",
            )
        return part


def _is(a: Value, b: Value) -> bool:
    return a is b


@dataclass(slots=True)
class _Pulled:
    """What one run of ``backward`` gave, while a sweep takes it piece by piece."""

    g: Value
    args: tuple[Value, ...]
    gradients: tuple[Value | None, ...]
    position: int = -1

    def serves(self, position: int, g: Value, args: tuple[Value, ...]) -> bool:
        """Whether the same sweep asks: it takes positions in ascending order."""
        same = self.g is g and all(map(_is, self.args, args))
        return same and position > self.position


class _OwnRule(Rule):
    """The rule of every argument of a user's gate."""

    __slots__ = ("_pulled", "bodies")

    def __init__(self, bodies: _Bodies) -> None:
        self.bodies = bodies
        self._pulled: _Pulled | None = None

    def pull(
        self,
        position: int,
        g: Value,
        out: Value,
        args: tuple[Value, ...],
        params: dict[str, Any],
    ) -> Value | None:
        """Run the user's backward: traced where it can be, else as one opaque gate."""
        known = self._pulled
        if known is None or not known.serves(position, g, args):
            known = _Pulled(g, args, self._gradients(g, args))
        known.position = position
        # The last argument has its gradient: keep nothing.
        self._pulled = known if position < len(args) - 1 else None
        return known.gradients[position]

    def _gradients(self, g: Value, args: tuple[Value, ...]) -> tuple[Value | None, ...]:
        try:
            return self.bodies.gradients(g, args)
        except TraceError:
            backward = [self._opaque(i, "backward") for i in range(len(args))]
            return tuple(gate(g, *args) for gate in backward)

    def push(
        self,
        position: int,
        t: Value,
        out: Value,
        args: tuple[Value, ...],
        params: dict[str, Any],
    ) -> Value | None:
        """Transpose the user's backward."""
        try:
            return self._transposed(position, t, out, args)
        except TraceError:
            return self._opaque(position, "tangent")(t, *args)

    def _transposed(
        self, position: int, t: Value, out: Value, args: tuple[Value, ...]
    ) -> Value | None:
        """Pull the tangent back through ``backward``, as a graph of the upstream."""
        upstream = _BodyNode.of(input_node(Spec(shape_of(out), dtype_of(out))))
        gradient = self.bodies.gradients(upstream, args)[position]
        if gradient is None:
            return None
        if not isinstance(gradient, Node):
            raise TraceError("the gradient does not depend on the upstream gradient")
        nodes = topological_order([gradient])
        values = _values(nodes, upstream, np.zeros(upstream.shape, upstream.dtype))
        return pull_back(nodes, values, {gradient: t}).get(upstream)

    def _opaque(self, position: int, direction: str) -> GateRecord:
        """Make the gate of one argument's derivative, run as opaque code."""
        bodies = self.bodies

        def infer(g: Spec, *specs: Spec) -> Spec:
            if direction == "tangent":
                return bodies.infer(*specs)
            return Spec(specs[position].shape, specs[position].dtype)

        def backward(g: Value, *args: Value) -> Any:
            found = bodies.gradients(g, args)[position]
            return (
                np.zeros_like(args[position])
                if found is None
                else np.asarray(found)[()]
            )

        def tangent(t: Value, *args: Value) -> Any:
            return _row_by_row(bodies, position, t, args)

        body: Callable[..., Any] = tangent if direction == "tangent" else backward
        name = f"{bodies.name}.{direction}"
        return GateRecord(
            name, body, infer, (_Refused(bodies.name),), Facts(opaque=True)
        )


class _BodyNode(Node):
    """A node of a body that is being transposed: inner to every running trace."""

    __slots__ = ()
    level = 1 << 62

    @classmethod
    def of(cls, node: Node) -> _BodyNode:
        """Copy a node."""
        return cls(
            node.gate, node.inputs, node.params, node.shape, node.dtype, node.weak
        )

    def apply(
        self, gate: GateRecord, args: tuple[Value, ...], params: dict[str, Any]
    ) -> _BodyNode:
        """Make a node of the same body; everything else is a constant of it."""
        inputs = tuple(
            a if isinstance(a, _BodyNode) else constant_node(a) for a in args
        )
        return self.of(make_node(gate, inputs, params))


def _values(nodes: tuple[Node, ...], upstream: Node, zero: Value) -> dict[Node, Value]:
    """Evaluate the graph of a backward body at upstream gradient zero."""
    values: dict[Node, Value] = {upstream: zero}
    for node in nodes:
        if node is upstream:
            continue
        if node.is_leaf:
            values[node] = node.constant
        else:
            values[node] = node.gate(*[values[i] for i in node.inputs], **node.params)
    return values


def _row_by_row(
    bodies: _Bodies, position: int, t: Value, args: tuple[Value, ...]
) -> Any:
    """Find the tangent of the result by one backward per element of the result.

    They all follow one forward.
    """
    ran = bodies.ran(args)
    out = np.asarray(ran.result)
    tangent = np.zeros(out.shape, np.result_type(out, t))
    unit = np.zeros(out.shape, out.dtype)
    for k in np.ndindex(out.shape):
        unit[k] = 1
        row = bodies.gradients_of(ran, unit[()])[position]
        unit[k] = 0
        tangent[k] = 0 if row is None else np.sum(np.asarray(row) * t)
    return tangent[()]


class _Refused(Rule):
    """A derivative that opaque code cannot give."""

    __slots__ = ("name",)

    def __init__(self, name: str) -> None:
        self.name = name

    def pull(
        self,
        position: int,
        g: Value,
        out: Value,
        args: tuple[Value, ...],
        params: dict[str, Any],
    ) -> Value:
        """Raise the error that names the gate."""
        raise DifferentiationError(
            f"a second derivative of {self.name}, whose body cannot be traced",
            remedy="write its forward and backward with NumPy functions that have a "
            "gate, and without float(), math or item assignment to plain arrays",
        )

    def push(
        self,
        position: int,
        t: Value,
        out: Value,
        args: tuple[Value, ...],
        params: dict[str, Any],
    ) -> Value:
        """Raise the same error."""
        return self.pull(position, t, out, args, params)
