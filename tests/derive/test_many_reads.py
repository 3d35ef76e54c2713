"""Many reads of one array: the reverse sweep puts them back into one array of zeros."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

import hubel as hb
from hubel.derive.reverse import gradient_graph
from hubel.derive.sparsity import pattern_of
from hubel.graph.cost import operations, traffic

X = np.random.default_rng(0).normal(size=12)


def by_elements(x):
    """Read each element, the first one twice."""
    found = x[0] * 2.0
    for i in range(x.shape[0]):
        found = found + np.sin(x[i]) * x[i - 1]
    return found


def by_slices(x):
    """Read windows that overlap."""
    found = 0.0
    for i in range(x.shape[0] - 2):
        found = found + np.prod(np.tanh(x[i : i + 3]))
    return found


def by_arrays(x):
    """Read pairs by index arrays, some of them twice in one pair."""
    found = 0.0
    for i in range(x.shape[0]):
        found = found + np.prod(np.cos(x[np.array([i, i // 2])]))
    return found


def by_all(x):
    """Read in every way, and the whole."""
    return by_elements(x) + by_slices(x) * by_arrays(x) + np.sum(x**3)


def in_tables(x):
    """Read rows and columns and points of a matrix."""
    a = np.reshape(x, (3, 4))
    found = np.sum(a[np.array([0, 2])] ** 2)
    for i in range(4):
        found = found + np.sum(np.exp(a[:, np.array([i, 0])]) * a[:, i][:, None])
        found = found + a[np.array([1, i // 2]), np.array([i, i])] @ a[1:, i]
    return found


FUNCTIONS = [by_elements, by_slices, by_arrays, by_all, in_tables]
EVERY = pytest.mark.parametrize("f", FUNCTIONS, ids=lambda f: f.__name__)


@EVERY
def test_both_modes_agree_to_the_second_order(f):
    gradient = hb.grad(f)(X)
    np.testing.assert_allclose(gradient, hb.jacfwd(f)(X).todense(), rtol=1e-12)
    second = hb.jacrev(hb.grad(f))(X).todense()
    np.testing.assert_allclose(second, second.T, rtol=1e-11, atol=1e-13)
    forward = hb.jacfwd(hb.jacfwd(f))(X).todense()
    np.testing.assert_allclose(second, forward, rtol=1e-11, atol=1e-13)
    np.testing.assert_allclose(hb.hessian(f)(X).todense(), second, atol=1e-12)


@EVERY
@pytest.mark.parametrize("backend", ["numpy", "llvm"])
def test_compiled_and_in_batches(f, backend):
    expected = hb.grad(f)(X)
    compiled = hb.compile(hb.grad(f), backend=backend)
    np.testing.assert_allclose(compiled(X), expected, rtol=1e-12)
    rows = np.stack([X, X[::-1], 2 * X])
    many = hb.vmap(hb.grad(f))(rows)
    np.testing.assert_allclose(many[0], expected, rtol=1e-12)
    np.testing.assert_allclose(many[2], hb.grad(f)(2 * X), rtol=1e-12)


def gates_of_gradient(f, n):
    """Count the gates, the operations and the bytes of a gradient of n elements."""
    found = gradient_graph(hb.Graph.trace(f, x=np.ones(n)).core)
    moved = [node for node in found.nodes if node.gate.name != "gather"]
    counts = Counter(node.gate.name for node in found.nodes)
    return counts, sum(map(operations, found.nodes)), sum(map(traffic, moved))


@pytest.mark.parametrize("f", [by_elements, by_slices, by_arrays])
def test_n_reads_cost_in_proportion_to_n(f):
    few, few_done, few_bytes = gates_of_gradient(f, 40)
    many, done, moved = gates_of_gradient(f, 160)
    assert done < 4.5 * few_done
    assert moved < 4.5 * few_bytes
    for counts in few, many:
        assert counts["embed"] + counts["embed_many"] + counts["scatter_add"] == 1


def test_large_reads_are_not_joined():
    a, b = np.arange(100), np.arange(100)[::-1].copy()
    counts, *_ = gates_of_gradient(lambda x: np.sum(x[a] * x[b]), 100)
    assert counts["scatter_add"] == 2


def test_a_zero_stays_zero_beside_infinity():
    x = np.array([0.0, 4.0, 9.0])
    f = lambda x: np.sum(np.where(x > 0, np.sqrt(x), 0.0)) + x[1] * x[2]  # noqa: E731
    np.testing.assert_array_equal(hb.grad(f)(x), [0, 9.25, 4 + 1 / 6])


def test_the_pattern_of_second_derivatives_is_exact():
    found = gradient_graph(hb.Graph.trace(by_slices, x=X).core)
    nodes, x = found.nodes, found.inputs["x"]
    pattern = pattern_of(nodes, {}, x, found.outputs["d_x"])
    near = np.abs(np.subtract.outer(np.arange(12), np.arange(12))) <= 2
    assert not np.any(pattern.todense() & ~near)
