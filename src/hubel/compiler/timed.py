"""Timed steps: what each piece of a plan does and how long that takes."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from hubel.compiler.numpy_plan import NumpyPlan
from hubel.compiler.plan import Plan
from hubel.graph.cost import operations, traffic
from hubel.graph.node import CONSTANT, Node

SHORT = 20e-6
"""What takes less is done several times in a row, to be measured well."""
MOST_TIMES = 1000
PATIENCE = 0.4
"""Seconds for all rounds together; there are two at least and `ROUNDS` at most."""
ROUNDS = 60

Array = Any
Repeat = Callable[[int], float]
"""Does a step so many times and returns the seconds that it took."""


@dataclass(frozen=True, slots=True)
class Work:
    """What a step does.

    Attributes
    ----------
    operations : float
    nbytes : int
        Each array that is read and each that is written, once.
    dtype : str
        ``float32`` or ``float64``: what most of the operations are done in.
    """

    operations: float
    nbytes: int
    dtype: str


@dataclass(frozen=True, slots=True)
class Timed:
    """A step with its work and its time.

    Attributes
    ----------
    title : str
    kind : str
        ``kernel``, ``product`` or ``NumPy``.
    work : Work
    seconds : float
        The least of several times.
    """

    title: str
    kind: str
    work: Work
    seconds: float


def work_of_gate(node: Node) -> Work:
    """Count the work of a gate that NumPy runs, by what the gate says of itself."""
    return Work(operations(node), traffic(node), float_of(node.dtype.name))


def float_of(dtype: str) -> str:
    """Return the float dtype whose peak is the limit of work in a dtype."""
    wide = dtype in ("float64", "int64", "uint64", "complex128")
    return "float64" if wide else "float32"


def time_rounds(steps: Sequence[Repeat]) -> list[float]:
    """Return the least time of each step, which are done in order, round after round.

    So each step finds in the caches what a real call would have left there, but for
    those so short that they are done several times in a row.
    """
    once = [step(1) for step in steps]
    once = [min(a, step(1)) for a, step in zip(once, steps, strict=True)]
    times = [min(MOST_TIMES, max(1, round(SHORT / max(t, 1e-8)))) for t in once]
    found = [float("inf")] * len(steps)
    end = time.perf_counter() + PATIENCE
    for number in range(ROUNDS):
        if number >= 2 and time.perf_counter() > end:
            break
        for i, step in enumerate(steps):
            found[i] = min(found[i], step(times[i]) / times[i])
    return found


def repeated(call: Callable[[], object]) -> Repeat:
    """Return what calls a function of Python's so many times."""

    def run(times: int) -> float:
        start = time.perf_counter()
        for _ in range(times):
            call()
        return time.perf_counter() - start

    return run


def own_copies(inputs: Sequence[Array]) -> list[Array]:
    """Copy the arrays among the inputs, so that steps may write into them."""
    arrays = [x.__class__ is np.ndarray for x in inputs]
    pairs = zip(inputs, arrays, strict=True)
    return [np.array(x, order="C") if is_array else x for x, is_array in pairs]


def time_gates(plan: Plan, inputs: Sequence[Array]) -> list[Timed]:
    """Time each gate of a plan as NumPy runs it.

    Parameters
    ----------
    plan : Plan
    inputs : sequence of array
        The values of the graph's inputs; nothing is written into them.
    """
    given = dict(zip(plan.graph.inputs.values(), own_copies(inputs), strict=True))
    values: dict[Node, Array] = dict(given)
    nodes: list[Node] = []
    calls: list[Repeat] = []
    with np.errstate(all="ignore"):
        for node in plan.order:
            if node.gate is CONSTANT:
                values[node] = node.known
            elif not node.is_leaf:
                values[node], call = _call(node, values)
                if plan.homes[node].kind != "view":
                    nodes.append(node)
                    calls.append(repeated(call))
        seconds = time_rounds(calls)
    return [
        Timed(_title(node), _kind(node), work_of_gate(node), each)
        for node, each in zip(nodes, seconds, strict=True)
    ]


def time_plan(plan: Plan, inputs: Sequence[Array]) -> float:
    """Time a call of the whole plan on NumPy."""
    whole, own = NumpyPlan(plan), own_copies(inputs)
    (seconds,) = time_rounds([repeated(lambda: whole(own))])
    return seconds


def _call(node: Node, values: dict[Node, Array]) -> tuple[Array, Callable[[], object]]:
    """Return a node's value, and what computes it again."""
    given = [values[i] for i in node.inputs]
    value = node.gate.forward(*given, **node.params)
    if node.weak:
        value = value.item() if hasattr(value, "item") else value

    if node.gate.facts.fills and not node.weak:
        out = np.empty(node.shape, node.dtype)
        return value, lambda: node.gate.forward(*given, **node.params, out=out)
    return value, lambda: node.gate.forward(*given, **node.params)


def _title(node: Node) -> str:
    shapes = ", ".join(" x ".join(map(str, i.shape)) or "1" for i in node.inputs)
    return f"{node.gate.name} of {shapes}"


def _kind(node: Node) -> str:
    return "product" if node.gate.facts.kind == "product" else "NumPy"
