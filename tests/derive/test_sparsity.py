"""Patterns cover the true ones, and are exact on the usual programs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings

from hubel.derive.dependence import Dependence
from hubel.derive.forward import push
from hubel.derive.interactions import hessian_pattern_of
from hubel.derive.reverse import gradient_graph
from hubel.derive.sparsity import pattern_of
from hubel.graph.evaluate import evaluate
from hubel.graph.graph import CoreGraph
from hubel.graph.node import Node
from hubel.structure import Pattern
from hubel.tracing.program import trace_program
from tests.compiler.programs import PROGRAMS, inputs_of

RANDOM = np.random.default_rng(5)
SPARSE = np.diag([1.0, 2.0, 3.0]) + np.diag([5.0, 6.0], 1)
MASK = np.array([True, False, True])


def graph_of(f: Callable[..., Any], *shape: int) -> CoreGraph:
    return trace_program(f, (np.ones(shape),), {}).graph


def ends(graph: CoreGraph) -> tuple[Node, Node]:
    return next(iter(graph.inputs.values())), next(iter(graph.outputs.values()))


def pattern(f: Callable[..., Any], *shape: int) -> Pattern:
    graph = graph_of(f, *shape)
    return pattern_of(graph.nodes, {}, *ends(graph))


def dense(
    graph: CoreGraph, inputs: dict[str, Any], source: Node, output: Node
) -> np.ndarray:
    """Find a Jacobian column by column: the oracle."""
    values = evaluate(graph, inputs)
    columns = np.zeros((output.size, source.size))
    for k in range(source.size):
        seed = np.zeros(source.size)
        seed[k] = 1
        seeds = {source: seed.reshape(source.shape)[()]}
        tangent = push(graph.nodes, values, seeds).get(output)
        columns[:, k] = 0 if tangent is None else np.reshape(tangent, -1)
    return columns


def gather(x: Any) -> Any:
    return x[np.array([2, 0, 2])] * 2


PROGRAMS_EXACT: dict[str, tuple[Callable[..., Any], tuple[int, ...]]] = {
    "elementwise": (lambda x: np.tanh(x) * x + 1, (4,)),
    "broadcast": (lambda x: x[:, None] * np.sin(x), (3,)),
    "stencil": (lambda x: x[2:] - 2 * x[1:-1] + x[:-2], (6,)),
    "periodic": (lambda x: np.roll(x, 1) * np.roll(x, -1) - x, (6,)),
    "flip": (lambda x: np.exp(x[::-1]), (4,)),
    "pad": (lambda x: np.pad(x, 1) * 2, (3,)),
    "transpose": (lambda x: x.T.reshape(-1), (2, 3)),
    "join": (lambda x: np.concatenate([x[1:], np.sin(x)]), (3,)),
    "stack": (lambda x: np.stack([x, x[::-1]]), (3,)),
    "gather": (gather, (3,)),
    "total": (lambda x: x.sum() * x[0], (3,)),
    "rows": (lambda x: x.sum(axis=1), (2, 3)),
    "columns": (lambda x: x.mean(axis=0, keepdims=True), (2, 3)),
    "prod": (lambda x: x.prod(axis=0), (2, 3)),
    "dense product": (lambda x: RANDOM.normal(size=(2, 3)) @ x, (3,)),
    "sparse product": (lambda x: SPARSE @ x, (3,)),
    "sparse product right": (lambda x: x @ SPARSE, (2, 3)),
    "matrix product": (lambda x: x @ np.sin(x).T, (2, 3)),
    "stacked product": (lambda x: x @ RANDOM.normal(size=(2, 3, 2)), (2, 2, 3)),
    "einsum": (lambda x: np.einsum("ij,jk->ki", x, RANDOM.normal(size=(3, 2))), (2, 3)),
    "three": (lambda x: np.einsum("i,j,ij->j", x, x, np.ones((3, 3))), (3,)),
    "cumsum": (lambda x: np.cumsum(x), (4,)),
    "cumprod": (lambda x: np.cumprod(x, axis=1), (2, 3)),
    "fft": (lambda x: np.fft.rfft(x, axis=1).real, (2, 4)),
    "masked": (lambda x: np.where(MASK, x, 2.0) * np.roll(x, 1), (3,)),
    "zeros": (lambda x: x * np.array([0.0, 1.0, 2.0]), (3,)),
    "constant": (lambda x: np.floor(x) + np.sign(x) + 0 * x[0], (3,)),
    "solve": (lambda x: np.linalg.solve(x + 3 * np.eye(2), np.ones((2, 1))), (3, 2, 2)),
}


@pytest.mark.parametrize("name", PROGRAMS_EXACT)
def test_exact(name: str) -> None:
    f, shape = PROGRAMS_EXACT[name]
    graph = graph_of(f, *shape)
    source, output = ends(graph)
    found = pattern_of(graph.nodes, {}, source, output)
    x = np.random.default_rng(1).normal(size=shape) + 0.1
    true = dense(graph, {next(iter(graph.inputs)): x}, source, output) != 0
    if (
        name == "fft"
    ):  # the imaginary part of the mean is zero by symmetry, not by graph
        assert (found.todense() | ~true).all()
        assert found.nnz == 2 * 3 * 4
        return
    np.testing.assert_array_equal(found.todense(), true)


@given(PROGRAMS)
@settings(max_examples=40)
def test_patterns_of_random_programs_cover_the_true_ones(
    case: tuple[CoreGraph, int],
) -> None:
    graph, seed = case
    inputs = inputs_of(graph, seed)
    values = evaluate(graph, inputs)
    for output in dict.fromkeys(graph.outputs.values()):
        for source in graph.inputs.values():
            true = Pattern.of(dense(graph, inputs, source, output))
            wide = pattern_of(graph.nodes, {}, source, output)
            near = pattern_of(graph.nodes, values, source, output, local=True)
            assert wide.covers(near)
            assert near.covers(true)


def test_local_takes_the_branch() -> None:
    graph = graph_of(lambda x: np.where(x > 0, x[::-1], np.maximum(x, -1)), 4)
    source, output = ends(graph)
    inputs = {next(iter(graph.inputs)): np.array([-2.0, 3.0, -0.5, 1.0])}
    values = evaluate(graph, inputs)
    near = pattern_of(graph.nodes, values, source, output, local=True)
    true = dense(graph, inputs, source, output) != 0
    np.testing.assert_array_equal(near.todense(), true)
    wide = pattern_of(graph.nodes, values, source, output)
    np.testing.assert_array_equal(wide.todense(), np.eye(4) + np.eye(4)[::-1] > 0)


def test_local_maximum_takes_one() -> None:
    graph = graph_of(lambda x: x.max(axis=1) * np.array([1.0, 0.0]), 2, 3)
    source, output = ends(graph)
    x = np.array([[1.0, 5.0, 2.0], [4.0, 3.0, 2.0]])
    values = evaluate(graph, {next(iter(graph.inputs)): x})
    near = pattern_of(graph.nodes, values, source, output, local=True)
    np.testing.assert_array_equal(near.todense(), [[0, 1, 0, 0, 0, 0], [0] * 6])


def test_dense_sets_are_kept_as_bits() -> None:
    n = 400
    graph = graph_of(lambda x: np.cumsum(np.cumsum(x)[::-1]), n)
    found = pattern_of(graph.nodes, {}, *ends(graph))
    # The first sum of the reversed one holds every element.
    assert found.nnz == n * n
    everything = Dependence(Pattern.full((n, n)), n).smaller()
    assert everything.nbytes == n * n // 8


@pytest.mark.parametrize("density", [0.01, 0.3, 1.0])
def test_bits_and_rows_agree(density: float) -> None:
    random = np.random.default_rng(3)
    matrix = random.random((70, 45)) < density
    rows = Dependence(Pattern.of(matrix), 45)
    bits = rows.packed()
    labels = random.integers(-1, 9, 70)
    index = random.integers(-1, 70, 30)
    local = Pattern.of(random.random((20, 70)) < 0.1)
    mask = random.random(70) < 0.5
    for act in (
        lambda d: d,
        lambda d: d.taken(index),
        lambda d: d.grouped(labels, 9),
        lambda d: d.through(local),
        lambda d: d.kept(mask),
        lambda d: d.running((7, 10), 1, True),
        lambda d: d.united(d.taken(np.arange(70)[::-1])),
        lambda d: d.crossed(d),
    ):
        assert act(rows).pattern() == act(bits).pattern()
    assert (rows.counts() == bits.counts()).all()
    expected = (local.todense().astype(int) @ matrix.astype(int)) > 0
    np.testing.assert_array_equal(rows.through(local).pattern().todense(), expected)


SECOND: dict[str, tuple[Callable[..., Any], tuple[int, ...]]] = {
    "linear": (lambda x: (3 * x + x[::-1]).sum(), (4,)),
    "elementwise": (lambda x: np.sin(x).sum(), (4,)),
    "product": (lambda x: (x[1:] * x[:-1]).sum(), (4,)),
    "quotient": (lambda x: (x[1:] / x[:-1]).sum(), (4,)),
    "relu": (lambda x: np.maximum(x, 0).sum() + abs(x).sum(), (4,)),
    "greatest": (lambda x: x.max() + x[0] * x[2], (4,)),
    "part": (lambda x: (x**2)[:2].sum(), (4,)),
    "rosenbrock": (
        lambda x: (100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2).sum(),
        (6,),
    ),
    "quadratic form": (lambda x: x @ (SPARSE @ x), (3,)),
    "dot": (lambda x: x[:2] @ x[2:], (4,)),
    "gram": (lambda x: (x @ x.T)[0, 1], (2, 3)),
    "total squared": (lambda x: x[:3].sum() ** 2 + x[3] ** 2, (4,)),
    "prod": (lambda x: x[:3].prod() + x[3], (4,)),
    "composed": (lambda x: np.exp(x[0] * x[1]) + x[2], (3,)),
}


def hessian(f: Callable[..., Any], x: np.ndarray) -> np.ndarray:
    """Find a Hessian by forward over reverse sweeps: the oracle."""
    graph = gradient_graph(graph_of(f, *x.shape))
    source = next(iter(graph.inputs.values()))
    names = list(graph.inputs)
    (output,) = graph.outputs.values()
    return dense(graph, {names[0]: x, names[1]: np.float64(1.0)}, source, output)


@pytest.mark.parametrize("name", SECOND)
def test_second_order(name: str) -> None:
    f, shape = SECOND[name]
    graph = graph_of(f, *shape)
    found = hessian_pattern_of(graph.nodes, {}, *ends(graph)).todense()
    true = hessian(f, np.random.default_rng(2).normal(size=shape) + 0.1) != 0
    if name == "prod":  # one factor of a product does not meet itself
        np.fill_diagonal(true[:3, :3], True)
    np.testing.assert_array_equal(found, true)


@given(PROGRAMS)
@settings(max_examples=15)
def test_interactions_of_random_programs_cover_the_true_ones(
    case: tuple[CoreGraph, int],
) -> None:
    graph, seed = case
    inputs = inputs_of(graph, seed)
    name, source = next(iter(graph.inputs.items()))
    output = next(iter(graph.outputs.values()))
    gradients = gradient_graph(graph, [name])
    ones = {
        f"d_{k}": np.ones(y.shape, y.dtype)[()] * (y is output)
        for k, y in graph.outputs.items()
    }
    (gradient,) = gradients.outputs.values()
    true = dense(gradients, {**inputs, **ones}, gradients.inputs[name], gradient)
    found = hessian_pattern_of(graph.nodes, {}, source, output)
    assert found.covers(Pattern.of(true))
    assert found == found.T
