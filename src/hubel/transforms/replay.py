"""Repeat a call of a compiled function gate by gate, for whoever watches."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from hubel.graph.evaluate import evaluate
from hubel.graph.graph import CoreGraph
from hubel.tracing.program import argument_names, is_number
from hubel.tracing.trace import Trace
from hubel.tracing.tree import flatten, map_leaves, unflatten

ARRAY: Any = np.ndarray


def kept(tree: Any) -> Any:
    """Copy the arrays of a tree, because a donated array is overwritten."""
    return map_leaves(_copied, tree)


def _copied(value: Any) -> Any:
    return value.copy() if isinstance(value, ARRAY) else value


def call_traced(
    f: Callable[..., Any],
    args: tuple[Any, ...],
    kwargs: Mapping[str, Any],
    static: frozenset[str],
) -> None:
    """Call a function once on traced values: each gate runs by itself."""
    with Trace(with_values=True) as trace:

        def lift(name: str, value: Any) -> Any:
            if name in static:
                return value
            leaves, tree = flatten(value)
            return unflatten(
                tree, [trace.input(x) if is_number(x) else x for x in leaves]
            )

        named = zip(argument_names(f, args, kwargs), args, strict=True)
        positional = [lift(name, value) for name, value in named]
        f(*positional, **{name: lift(name, value) for name, value in kwargs.items()})


def call_graph(graph: CoreGraph, inputs: Sequence[Any]) -> None:
    """Evaluate the graph of a plan node by node."""
    with np.errstate(all="ignore"):
        evaluate(graph, dict(zip(graph.inputs, inputs, strict=True)))
