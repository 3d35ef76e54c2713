"""Run functions of NumPy on traced values, with and without their values."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from hubel.graph.evaluate import evaluate
from hubel.graph.graph import CoreGraph, build
from hubel.graph.node import constant_node, spec_of
from hubel.tracing.trace import Trace
from hubel.tracing.traced import Traced
from hubel.tracing.tree import flatten
from tests.native import assert_rounded, native


def results(f: Callable[..., Any], *args: Any) -> list[Any]:
    """Trace with values; return the values of the results."""
    with Trace(with_values=True) as trace, np.errstate(all="ignore"):
        given = flatten(f(*[trace.input(arg) for arg in args]))[0]
    return [each.value if isinstance(each, Traced) else each for each in given]


def evaluated_results(f: Callable[..., Any], *args: Any) -> list[Any]:
    """Trace with shapes; evaluate the graph."""
    graph = traced(f, *args)
    with np.errstate(all="ignore"):
        values = evaluate(graph, dict(zip(graph.inputs, args, strict=True)))
    return [values[node] for node in graph.outputs.values()]


def traced(f: Callable[..., Any], *args: Any) -> CoreGraph:
    """Trace with shapes."""
    with Trace(with_values=False) as trace, np.errstate(all="ignore"):
        inputs = [trace.input(spec_of(arg)) for arg in args]
        given = flatten(f(*inputs))[0]
    named = {f"x{i}": handle.node for i, handle in enumerate(inputs)}
    nodes = [h.node if isinstance(h, Traced) else constant_node(h) for h in given]
    return build(named, {f"y{i}": node for i, node in enumerate(nodes)})


def assert_as_numpy(f: Callable[..., Any], *args: Any, exactly: bool = True) -> None:
    """Compare both ways of tracing with NumPy itself: values, dtypes and shapes."""
    with np.errstate(all="ignore"):
        expected = flatten(f(*args))[0]
    for found in (results(f, *args), evaluated_results(f, *args)):
        for value, true in zip(found, expected, strict=True):
            assert np.asarray(value).dtype == np.asarray(true).dtype
            assert np.shape(value) == np.shape(true)
            if exactly:
                np.testing.assert_array_equal(value, true)
            else:
                np.testing.assert_allclose(value, true, rtol=1e-6, atol=1e-12)


UNORDERED = {np.maximum, np.minimum, np.fmax, np.fmin}
"""Of zeros of both signs NumPy gives one or the other, by their place in the array."""


def assert_native(f: Callable[..., Any], *args: Any) -> None:
    """Compare machine code with NumPy itself, to a few ULP."""
    with np.errstate(all="ignore"):
        expected = flatten(f(*args))[0]
    graph = traced(f, *args)
    found = native(graph, dict(zip(graph.inputs, args, strict=True)))
    for value, true in zip(found.values(), expected, strict=True):
        assert_rounded(value, true, signs=f not in UNORDERED)
