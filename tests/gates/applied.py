"""Run functions of NumPy on traced values, with and without their values."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from hubel.graph.evaluate import evaluate
from hubel.graph.graph import build
from hubel.graph.node import constant_node, spec_of
from hubel.tracing.trace import Trace
from hubel.tracing.traced import Traced
from hubel.tracing.tree import flatten


def results(f: Callable[..., Any], *args: Any) -> list[Any]:
    """Trace with values; return the values of the results."""
    with Trace(with_values=True) as trace, np.errstate(all="ignore"):
        given = flatten(f(*[trace.input(arg) for arg in args]))[0]
    return [each.value if isinstance(each, Traced) else each for each in given]


def evaluated_results(f: Callable[..., Any], *args: Any) -> list[Any]:
    """Trace with shapes; evaluate the graph."""
    with Trace(with_values=False) as trace:
        inputs = [trace.input(spec_of(arg)) for arg in args]
        given = flatten(f(*inputs))[0]
    named = {f"x{i}": handle.node for i, handle in enumerate(inputs)}
    nodes = [h.node if isinstance(h, Traced) else constant_node(h) for h in given]
    outputs = {f"y{i}": node for i, node in enumerate(nodes)}
    with np.errstate(all="ignore"):
        graph = build(named, outputs)
        values = evaluate(graph, dict(zip(named, args, strict=True)))
    return [values[node] for node in outputs.values()]


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
