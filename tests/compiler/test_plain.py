"""Products that need not look for zeros: the same numbers, at every special value."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import hubel as hb
from hubel.compiler.plain import plain
from hubel.graph.evaluate import evaluate
from tests.compiler.programs import SEEDS

LARGE = [20.0, 95.0, 800.0, 1e30, np.inf]
SPECIAL = np.array([*LARGE, *(-x for x in LARGE), 0.0, -0.0, 1.0, 0.3, 1e-40, np.nan])
STEPS = [
    np.tanh,
    np.exp,
    np.sin,
    np.square,
    np.negative,
    lambda x: 1 / (1 + np.exp(-x)),
    lambda x: x + 1.5,
    lambda x: 0.5 - x,
    lambda x: x * 3,
    lambda x: 2 / x,
    lambda x: x * np.tanh(x),
    lambda x: x / (1 + x * x),
    lambda x: np.where(x > 0, np.sqrt(x), x),
    lambda x: np.maximum(x, 0),
]


def chains(graph):
    return sum(node.gate.name == "chain" for node in graph.nodes)


@settings(deadline=None)
@given(
    steps=st.lists(st.sampled_from(range(len(STEPS))), min_size=1, max_size=5),
    dtype=st.sampled_from([np.float32, np.float64]),
    seed=SEEDS,
)
def test_every_bit_is_the_same(steps, dtype, seed):
    def function(x):
        for i in steps:
            x = STEPS[i](x)
        return np.sum(x)

    others = np.random.default_rng(seed).normal(scale=3, size=8)
    x = np.concatenate([SPECIAL, others]).astype(dtype)
    traced = hb.Graph.trace(lambda x: hb.grad(function)(x), x=x).core
    after = plain(traced)
    assert chains(after) <= chains(traced)
    with np.errstate(all="ignore"):
        expected, found = (
            evaluate(graph, {"x": x})[graph.outputs["out"]] for graph in (traced, after)
        )
    np.testing.assert_array_equal(found, expected)
    np.testing.assert_array_equal(np.signbit(found), np.signbit(expected))


@pytest.mark.parametrize("size", [3, 100_000])
def test_the_benchmarks_chain_keeps_one_product(size):
    def chain(x):
        return np.sum(np.tanh(1 / (1 + np.exp(-(x * 1.5 + 0.25))) * 2 - 0.5) ** 2)

    graph = hb.compile(hb.grad(chain)).plan(np.ones(size, np.float32)).graph
    assert chains(graph) == 1


def test_a_long_program_is_followed():
    def function(x):
        for _ in range(3000):
            x = x + 1.0
        return np.sum(np.tanh(x) ** 2)

    x = np.ones(3)
    graph = plain(hb.Graph.trace(lambda x: hb.grad(function)(x), x=x).core)
    assert chains(graph) == 0


@pytest.mark.parametrize("factor", [0.9999999999, 1.0])
def test_a_difference_that_rounds_to_zero_annihilates_too(factor):
    def steep(x):
        return np.sum(1 / (1 - np.tanh(x) * factor))

    x = np.array([0.0, 88.8, np.inf], np.float32)
    with np.errstate(all="ignore"):
        compiled = hb.compile(hb.grad(steep), backend="numpy")(x)
    np.testing.assert_array_equal(compiled, [1, 0, 0])
