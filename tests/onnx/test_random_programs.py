"""Random programs, and their gradients, come out of onnxruntime as out of NumPy."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings

from hubel.compiler.passes import run_passes
from hubel.derive.reverse import gradient_graph
from hubel.graph.evaluate import evaluate
from tests.compiler.programs import PROGRAMS, inputs_of
from tests.onnx.run import run


def compare(graph, inputs):
    from hubel.onnx._translate import translate

    with np.errstate(all="ignore"):
        values = evaluate(graph, inputs)
    content = translate([run_passes(graph)], {}, metadata={})
    given = {name: np.asarray(value) for name, value in inputs.items()}
    found = run(content, **given)
    for one, node in zip(found, graph.outputs.values(), strict=True):
        expected = np.asarray(values[node])
        scale = 1 + np.max(np.abs(expected), initial=0, where=np.isfinite(expected))
        np.testing.assert_allclose(one, expected, atol=1e-9 * scale, rtol=1e-9)


@settings(max_examples=60)
@given(PROGRAMS)
def test_programs(program):
    graph, seed = program
    compare(graph, inputs_of(graph, seed))


@settings(max_examples=30)
@given(PROGRAMS)
def test_gradients(program):
    graph, seed = program
    back = gradient_graph(graph)
    random = np.random.default_rng(seed)
    drawn = {name: random.normal(size=n.shape)[()] for name, n in back.inputs.items()}
    compare(back, drawn | inputs_of(graph, seed))
