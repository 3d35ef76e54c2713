"""Sparse derivatives of functions of vectors: coloured once, then run as plans."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any

from hubel.compiler.numpy_plan import NumpyPlan
from hubel.compiler.passes import run_passes
from hubel.compiler.plan import make_plan
from hubel.derive.choice import choose
from hubel.derive.compressed import Compression, compressed_graph, hessian_graph
from hubel.derive.interactions import hessian_pattern_of
from hubel.derive.sparsity import pattern_of
from hubel.errors import DifferentiationError, TraceError
from hubel.graph.graph import CoreGraph, build
from hubel.graph.node import describe
from hubel.structure import Sparse
from hubel.structure.pattern import Pattern
from hubel.tracing.program import argument_names, is_number, trace_program
from hubel.tracing.signature import signature

Function = Callable[..., Any]
Derived = tuple[CoreGraph, Pattern]
"""A graph with the entries of a matrix among its outputs, and their places."""

KEPT = 32
"""Plans kept per function; the oldest goes first."""


class SparsePlans:
    """A derivative with one plan for each signature of the arguments.

    Parameters
    ----------
    f : callable
        Of arrays and trees, to an array; it is traced with shapes, so the pattern is
        that of all values.
    place : int
        The position of the array to differentiate with respect to.
    derive : callable
        Makes a graph that computes the derivative: `sparse_jacobian` or
        `sparse_hessian`.
    """

    def __init__(
        self, f: Function, place: int, derive: Callable[[CoreGraph, str], Derived]
    ) -> None:
        self._f = f
        self._place = place
        self._derive = derive
        self._plans: dict[Hashable, tuple[NumpyPlan, Pattern]] = {}

    def __call__(self, *args: Any) -> tuple[Any, Sparse]:
        """Return the first output of the plan, and the derivative."""
        leaves: list[Any] = []
        key = signature(args, leaves)
        plan, pattern = self._plans.get(key) or self._make(key, args)
        first, entries = plan([leaf for leaf in leaves if is_number(leaf)])
        return first, Sparse(pattern, entries)

    def _make(self, key: Hashable, args: tuple[Any, ...]) -> tuple[NumpyPlan, Pattern]:
        program = trace_program(self._f, args, {})
        if program.captures:
            raise TraceError(
                "a function with a plan of its own captures a traced value",
                remedy="give that value as an argument",
            )
        graph, pattern = self._derive(
            program.graph, argument_names(self._f, args, {})[self._place]
        )
        plan = NumpyPlan(make_plan(run_passes(graph)))
        if len(self._plans) >= KEPT:
            self._plans.pop(next(iter(self._plans)))
        self._plans[key] = plan, pattern
        return plan, pattern


def sparse_jacobian(graph: CoreGraph, source: str) -> Derived:
    """Derive the graph of the output ``out`` and its Jacobian's entries."""
    ends = graph.inputs[source], graph.outputs["out"]
    pattern = pattern_of(graph.nodes, {}, *ends)
    plan = Compression(pattern, choose(pattern).coloring)
    return compressed_graph(graph, source, "out", plan), pattern


def sparse_hessian(graph: CoreGraph, source: str) -> Derived:
    """Derive the graph of the scalar output ``out`` and its Hessian's entries."""
    start, end = graph.inputs[source], graph.outputs["out"]
    if end.shape:
        raise DifferentiationError(
            f"the Hessian of a function that returned {describe(end)}",
            remedy="give a function of one number, or weights for its elements",
        )
    pattern = hessian_pattern_of(graph.nodes, {}, start, end)
    plan = Compression(pattern, choose(pattern, symmetric=True).coloring)
    outputs = hessian_graph(graph, source, "out", plan).outputs
    pair = {"out": outputs["out"], "entries": outputs["entries"]}
    return build(graph.inputs, pair), pattern
