"""Compressed Jacobians are the dense ones, however they are brought together."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings

from hubel.compiler.passes import run_passes
from hubel.derive.bicoloring import bicolor
from hubel.derive.coloring import color_columns, color_rows, color_symmetric
from hubel.derive.compressed import (
    Compression,
    compressed_graph,
    compressed_jacobian,
    hessian_graph,
)
from hubel.derive.groups import Coloring
from hubel.derive.interactions import hessian_pattern_of
from hubel.derive.sparsity import pattern_of
from hubel.errors import ShapeError
from hubel.graph.evaluate import evaluate
from hubel.structure import Pattern
from hubel.tracing.program import trace_program
from tests.compiler.programs import PROGRAMS, inputs_of
from tests.derive.test_sparsity import dense

COLORINGS: dict[str, Callable[[Pattern], Coloring]] = {
    "columns": color_columns,
    "rows": color_rows,
    "both": bicolor,
}


def stepped(x: Any) -> Any:
    return np.roll(x, 1) * np.tanh(x) - np.roll(x, -1) ** 2


@pytest.mark.parametrize("name", COLORINGS)
@given(case=PROGRAMS)
@settings(max_examples=20)
def test_random_programs(name: str, case: tuple[Any, int]) -> None:
    graph, seed = case
    inputs = inputs_of(graph, seed)
    values = evaluate(graph, inputs)
    output_name, output = next(iter(graph.outputs.items()))
    for source_name, source in graph.inputs.items():
        true = dense(graph, inputs, source, output)
        pattern = pattern_of(graph.nodes, {}, source, output)
        plan = Compression(pattern, COLORINGS[name](pattern))
        found = compressed_jacobian(graph.nodes, values, source, output, plan)
        np.testing.assert_allclose(found.matrix(), true, rtol=1e-10, atol=1e-12)
        derived = run_passes(compressed_graph(graph, source_name, output_name, plan))
        swept = evaluate(derived, inputs)
        entries = swept[derived.outputs["entries"]]
        np.testing.assert_allclose(entries, found.values, rtol=1e-10, atol=1e-12)
        again = swept[derived.outputs[output_name]]
        np.testing.assert_allclose(again, values[output], rtol=1e-12)


def test_functions_and_reuse() -> None:
    pattern = Pattern.of(np.eye(6) + np.eye(6, k=1) + np.eye(6)[[0] * 6])
    plan = Compression(pattern, bicolor(pattern))
    saved = Coloring.from_arrays(plan.coloring.arrays())
    again = Compression(Pattern.from_arrays(pattern.arrays()), saved)
    for seed in range(3):
        matrix = np.random.default_rng(seed).normal(size=(6, 6)) * pattern.todense()
        for one in (plan, again):
            found = one.jacobian(lambda t, a=matrix: a @ t, lambda u, a=matrix: u @ a)
            np.testing.assert_allclose(found.matrix(), matrix)


def test_complex_sources() -> None:
    graph = trace_program(
        lambda z: z * np.exp(z[::-1]), (np.ones(4, complex),), {}
    ).graph
    source, output = graph.inputs["z"], graph.outputs["out"]
    pattern = pattern_of(graph.nodes, {}, source, output)
    z = np.random.default_rng(0).normal(size=(2, 4)) @ np.eye(4)
    values = evaluate(graph, {"z": z[0] + 1j * z[1]})
    at = values[source]
    true = np.diag(np.exp(at[::-1])) + np.fliplr(np.diag(at * np.exp(at[::-1])))
    for color in (color_columns, color_rows):
        plan = Compression(pattern, color(pattern))
        found = compressed_jacobian(graph.nodes, values, source, output, plan)
        np.testing.assert_allclose(found.matrix(), true)


def rosenbrock(x: Any) -> Any:
    return (100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2).sum()


def hubbed(x: Any) -> Any:
    return (np.sin(x) * x[0]).sum() + (x**3).sum()


@pytest.mark.parametrize(("f", "sweeps"), [(rosenbrock, 3), (hubbed, 2)])
def test_hessians(f: Callable[[Any], Any], sweeps: int) -> None:
    n = 12
    graph = trace_program(f, (np.ones(n),), {}).graph
    source, output = graph.inputs["x"], graph.outputs["out"]
    pattern = hessian_pattern_of(graph.nodes, {}, source, output)
    plan = Compression(pattern, color_symmetric(pattern))
    assert plan.coloring.sweeps == sweeps
    derived = run_passes(hessian_graph(graph, "x", "out", plan))
    x = np.random.default_rng(4).normal(size=n)
    values = evaluate(derived, {"x": x})
    gradient, step = derived.outputs["gradient"], 1e-5

    def slope(at: np.ndarray) -> np.ndarray:
        return evaluate(derived, {"x": at})[gradient]

    true = np.stack(
        [(slope(x + e) - slope(x - e)) / (2 * step) for e in step * np.eye(n)], axis=1
    )
    found = np.zeros((n, n))
    found[pattern.places()] = values[derived.outputs["entries"]]
    np.testing.assert_allclose(found, true, rtol=1e-6, atol=1e-6 * abs(true).max())
    np.testing.assert_array_equal(found, found.T)


def test_constant_output() -> None:
    graph = trace_program(lambda x: np.floor(x), (np.ones(3),), {}).graph
    pattern = pattern_of(graph.nodes, {}, graph.inputs["x"], graph.outputs["out"])
    plan = Compression(pattern, color_columns(pattern))
    derived = compressed_graph(graph, "x", "out", plan)
    values = evaluate(derived, {"x": np.ones(3)})
    assert values[derived.outputs["entries"]].shape == (0,)


def test_refusals() -> None:
    pattern = Pattern.of(np.eye(4) + np.eye(4, k=1))
    coloring = color_columns(pattern)
    with pytest.raises(ShapeError, match="apart"):
        Compression(pattern | Pattern.full((4, 4)), coloring)
    with pytest.raises(ShapeError, match="Colour this pattern"):
        Compression(Pattern.of(np.eye(3)), coloring)
    with pytest.raises(ShapeError, match="jvp="):
        Compression(pattern, coloring).jacobian()
