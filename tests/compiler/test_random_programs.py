"""Compiled is evaluated is NumPy, on random programs and with every donation."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

import hubel as hb
from hubel.compiler.numpy_plan import NumpyPlan
from hubel.compiler.passes import PASSES, run_passes
from hubel.compiler.plan import make_plan
from hubel.derive.reverse import gradient_graph
from hubel.graph.evaluate import evaluate
from hubel.graph.verify import verify
from tests.compiler.programs import (
    FUNCTIONS,
    PROGRAMS,
    SEEDS,
    alike,
    arguments,
    inputs_of,
)


def outputs_of(graph, inputs):
    values = evaluate(graph, inputs)
    return [values[node] for node in graph.outputs.values()]


@settings(max_examples=150)
@given(FUNCTIONS, SEEDS)
def test_compiled_is_numpy_again_and_again(function, seed):
    compiled = hb.compile(function)
    held = []
    for k in range(3):
        given = arguments(seed + k)
        expected = function(**given)
        found = compiled(**given)
        alike(found, expected)
        held.append((found, [np.copy(each) for each in found]))
    for found, copies in held:  # a later call overwrites nothing
        for one, other in zip(found, copies, strict=True):
            np.testing.assert_array_equal(one, other)


@settings(max_examples=150)
@given(FUNCTIONS, SEEDS)
def test_outputs_share_no_memory(function, seed):
    given = arguments(seed)
    found = hb.compile(function)(**given)
    arrays = [*given.values(), *found]
    arrays = [each for each in arrays if isinstance(each, np.ndarray)]
    for i, one in enumerate(arrays):
        for other in arrays[i + 1 :]:
            assert not np.shares_memory(one, other)


@settings(max_examples=200)
@given(FUNCTIONS, SEEDS, st.sets(st.sampled_from([0, 1, 2, 3])))
def test_donated_is_numpy(function, seed, donated):
    compiled = hb.compile(function, donate=tuple(donated))
    for k in range(2):
        given = arguments(seed + k)
        kept = {name: np.copy(each)[()] for name, each in given.items()}
        expected = function(**kept)
        found = compiled(*given.values())
        alike(found, expected)
        for i, (name, array) in enumerate(given.items()):
            if i not in donated:
                np.testing.assert_array_equal(array, kept[name])


@settings(max_examples=100)
@given(PROGRAMS)
def test_every_pass_keeps_the_meaning(program):
    graph, seed = program
    inputs = inputs_of(graph, seed)
    with np.errstate(all="ignore"):
        expected = outputs_of(graph, inputs)
        for each in PASSES:
            graph = each(graph)
            verify(graph)
            alike(outputs_of(graph, inputs), expected)


@settings(max_examples=100)
@given(PROGRAMS)
def test_passes_end_where_they_end(program):
    """A second round of passes finds nothing more to count."""
    once = run_passes(program[0], checked=True)
    twice = run_passes(once, checked=True)
    assert len(twice.nodes) <= len(once.nodes) <= len(program[0].nodes)


@settings(max_examples=100)
@given(PROGRAMS)
def test_plans_of_gradients_are_gradients(program):
    graph, seed = program
    back = gradient_graph(graph)
    inputs = inputs_of(graph, seed)
    random = np.random.default_rng(seed)
    seeds = {
        name: random.normal(size=node.shape)[()]
        for name, node in back.inputs.items()
        if name not in inputs
    }
    given = {name: {**inputs, **seeds}[name] for name in back.inputs}
    with np.errstate(all="ignore"):
        expected = outputs_of(back, given)
    found = NumpyPlan(make_plan(run_passes(back, checked=True)))(list(given.values()))
    for one, other in zip(found, expected, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-6, atol=1e-8)


@settings(max_examples=60)
@given(FUNCTIONS, SEEDS)
def test_compiled_gradients_are_eager_gradients(function, seed):
    def loss(x, y, z, w):
        outputs = function(x, y, z, w)
        return sum((np.tanh(each) * (i + 1)).sum() for i, each in enumerate(outputs))

    given = list(arguments(seed).values())
    with np.errstate(all="ignore"):
        expected = hb.grad(loss, (0, 1, 2, 3))(*given)
        found = hb.compile(hb.grad(loss, (0, 1, 2, 3)))(*given)
    for one, other in zip(found, expected, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-6, atol=1e-8)
