"""Run a student's forward and backward code and read what it computed, by name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, cast

import numpy as np

from hubel.errors import OptionError
from hubel.graph.node import Node
from hubel.streams import stream
from hubel.tracing.trace import Trace
from hubel.tracing.traced import Traced
from hubel.transforms.staged._call import (
    Function,
    Plain,
    Setting,
    call_backward,
    lent,
)
from hubel.transforms.staged._circuit import Circuit, carries
from hubel.transforms.staged._names import stage_of
from hubel.transforms.staged._watch import Version, Watch

NUMBERS: Any = (int, float, np.number, np.ndarray)
ARRAY: Any = np.ndarray
FLOATS: Any = (float, np.floating, np.ndarray)
MAPPING: Any = Mapping
TUPLE: Any = tuple
LARGE = 1 << 24
"""Bytes of the largest array that is compared with itself before every line."""
Versions = dict[str, list[Version]]


@dataclass(frozen=True, slots=True)
class Written:
    """What a student's code computed on plain arrays.

    Attributes
    ----------
    loss : array
        The first thing that the forward function returned.
    names : dict of str to list of Version
        What local variables stood for, in order.
    gradients : dict of str to list of Version
        What came back as gradients, by the names in the dict; empty if none did.
    upstream : array or None
        The gradient of the loss with respect to ``loss`` where that is not a scalar.
    """

    loss: Any
    names: Versions
    gradients: Versions
    upstream: Any


@dataclass(frozen=True, slots=True)
class Recorded:
    """What the forward computation is as a circuit.

    Attributes
    ----------
    circuit : Circuit
    stages : dict of str to list of Node
        For each name, the nodes on the way to the loss that it stood for, in order.
    """

    circuit: Circuit
    stages: dict[str, list[Node]]


def write(
    forward: Function,
    backward: Function | Mapping[str, Any] | None,
    use: Setting,
    own: dict[str, Any] | None,
) -> Written:
    """Run the student's code as it is."""
    named = use.named()
    copies = {k: v.copy() for k, v in named.items() if isinstance(v, ARRAY)}
    use = use.replaced(copies)
    functions = [f for f in (forward, backward) if callable(f)]
    upstream: Any = None
    with lent(forward, own, use.params), Watch(functions, _number) as watch:
        result = use.call(forward)
        loss, rest = taken_apart(result, watch)
        if np.ndim(loss):
            upstream = stream(0, "check_staged").normal(size=np.shape(loss))
        if callable(backward):
            known = {**named, **_entries(rest)}
            rest = call_backward(backward, known, rest, upstream)
    if isinstance(backward, MAPPING):
        rest = backward
    return Written(np.asarray(loss), watch.names, _gradients(rest, watch), upstream)


def taken_apart(result: Any, watch: Watch) -> tuple[Any, Any]:
    """Split what forward returned into the loss and the rest."""
    if isinstance(result, TUPLE) and result:
        first, *rest = result
        return first, rest[0] if len(rest) == 1 else tuple(rest)
    if isinstance(result, (*NUMBERS, Traced)):
        return result, ()
    if isinstance(result, MAPPING) and "loss" in result:
        return result["loss"], result
    if "loss" in watch.names:
        return watch.names["loss"][-1].value, result
    raise OptionError(
        f"the forward function returned {type(result).__name__}: which number is the "
        "loss?",
        remedy="return (loss, stages) or (loss, grads), or call it loss",
    )


def _entries(rest: Any) -> dict[str, Any]:
    held: Any = rest if isinstance(rest, MAPPING) else {}
    return {str(key): value for key, value in held.items()}


def _gradients(rest: Any, watch: Watch) -> Versions:
    """Read the dict of gradients: its entries, and how they came to be."""
    found: Versions = {}
    dicts: Any = rest if isinstance(rest, TUPLE) else (rest,)
    for held in dicts:
        if isinstance(held, MAPPING):
            found |= watch.entries.get(id(held), (held, {}))[1]
            for name, value in _entries(held).items():
                watch.note(found, name, value, None)
                found.setdefault(name, [Version(None, None)])
    return found


def _number(value: Any, last: Any) -> Any:
    """Copy numbers that are not what they were."""
    if not isinstance(value, NUMBERS):
        return None
    array = np.asarray(value)
    if array.dtype.kind not in "biuf" or array.nbytes > LARGE:
        return None
    if last is not None and last.shape == array.shape:
        if np.array_equal(last, array, equal_nan=True):
            return None
    return np.array(array, np.float64)


def record(
    forward: Function, use: Setting, own: dict[str, Any] | None, written: Written
) -> Recorded:
    """Run the forward function again, on traced values.

    Where the same function goes on to the gradients, and does there what cannot be
    traced, that does not matter: the loss is known by then. Where it computes both at
    once, as in a loop that adds rows of X to dW, only what has a gradient is traced.
    """
    wanted = wanted_names(written, use)
    arrays = {n for n, v in use.named().items() if isinstance(v, ARRAY)}
    attempts = [wanted | arrays, wanted] if wanted else [arrays]
    for names in attempts:
        seen = _Seen(written)
        trace = Trace(with_values=True)
        try:
            with trace:
                seen.run(trace, forward, use, own, names)
        except Exception:
            if seen.loss is None and names is attempts[-1]:
                raise
        if seen.loss is not None:
            return seen.recorded(trace)
    raise AssertionError("the last attempt gives a loss or an error")


class _Seen:
    """What a run on traced values has shown so far."""

    def __init__(self, written: Written) -> None:
        self.written = written
        self.inputs: dict[str, Node] = {}
        self.watch: Watch | None = None
        self.loss: Node | None = None

    def run(
        self,
        trace: Trace,
        forward: Function,
        use: Setting,
        own: dict[str, Any] | None,
        wanted: set[str],
    ) -> None:
        """Call the forward function."""

        def node_of(value: Any, last: Any) -> Node | None:
            mine = isinstance(value, Traced) and value.recorder is trace
            return value.node if mine and value.node is not last else None

        new = {n: _lifted(trace, n in wanted, v) for n, v in use.named().items()}
        self.inputs = {n: v.node for n, v in new.items() if isinstance(v, Traced)}
        use = use.replaced(new)
        with lent(forward, own, use.params), Watch([forward], node_of) as self.watch:
            try:
                result = use.call(forward)
            except Exception:
                self.loss = self._find(trace)
                raise
            loss, rest = taken_apart(result, self.watch)
            for name, value in _entries(rest).items():
                self.watch.mark(name, value)
            self.loss = self._objective(trace, loss)

    def _objective(self, trace: Trace, loss: Any) -> Node:
        """Return the scalar node whose gradients are wanted."""
        if isinstance(loss, Node):  # a local variable, as it was watched
            return loss
        if not isinstance(loss, Traced):
            raise OptionError(
                "the loss does not depend on any array whose gradient is given",
                remedy="pass parameters as inputs=, or as params= where they are kept",
            )
        if self.written.upstream is not None:
            loss = (loss * self.written.upstream).sum()
        return cast(Any, loss).node

    def _find(self, trace: Trace) -> Node | None:
        """Find the loss among the scalars seen, by its value."""
        known = self.written.loss
        for node in reversed(trace.nodes):
            if not node.shape and carries(node) and not node.is_leaf:
                if np.isclose(float(trace.values[node]), known, rtol=1e-12, atol=0):
                    return node
        return None

    def recorded(self, trace: Trace) -> Recorded:
        """Put the circuit and the names of its nodes together."""
        loss = cast(Node, self.loss)
        value = float(trace.values[loss])
        self._check_same(value)
        needed = _needed(trace.nodes, loss)
        values = {n: np.asarray(trace.values[n]) for n in trace.values}
        circuit = Circuit(tuple(n for n in trace.nodes if n in needed), values, loss)
        stages = {name: {node: None} for name, node in self.inputs.items()}
        for name, node in self._named():
            if node in needed and carries(node):
                stages.setdefault(name, {})[node] = None
        return Recorded(circuit, {name: list(held) for name, held in stages.items()})

    def _named(self) -> Iterator[tuple[str, Node]]:
        watch = cast(Watch, self.watch)
        for known in [watch.names, *[entry for _, entry in watch.entries.values()]]:
            for name, versions in known.items():
                for version in versions:
                    yield name, version.value

    def _check_same(self, value: float) -> None:
        known = self.written.loss
        if self.written.upstream is not None:
            known = (known * self.written.upstream).sum()
        if not np.isclose(value, float(known), rtol=1e-9, atol=1e-12, equal_nan=True):
            raise OptionError(
                f"two runs of the forward function gave {float(known)} and {value}",
                remedy="make it depend on its inputs alone: draw random numbers "
                "outside, or from a generator seeded inside",
            )


def _lifted(trace: Trace, wanted: bool, value: Any) -> Any:
    """Trace what a gradient is given for; let other arrays meet traced ones."""
    if wanted and isinstance(value, FLOATS):
        if np.asarray(value).dtype.kind == "f":
            return trace.input(value)
    if isinstance(value, ARRAY) and value.dtype.kind == "f":
        return value.copy().view(Plain)
    return value.copy() if isinstance(value, ARRAY) else value


def _needed(nodes: list[Node], loss: Node) -> set[Node]:
    """Return the loss and all that it depends on."""
    needed = {loss}
    for node in reversed(nodes):
        if node in needed:
            needed.update(node.inputs)
    return needed


def wanted_names(written: Written, use: Setting) -> set[str]:
    """Return the inputs and parameters whose gradients are given or expected."""
    named = use.named()
    given = {stage_of(name, named) for name in [*written.names, *written.gradients]}
    direct = set(written.gradients) & set(named)
    return {n for n in given | direct if n is not None} | set(use.params or {})
