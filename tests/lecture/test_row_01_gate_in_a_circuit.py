"""Row 1: activations come in, gradients come back times the local gradient."""

import numpy as np
import pytest

from tests.lecture.graphs import circuit, neuron, two_layers, values_for


def test_every_wire_carries_the_numbers_of_the_slide(how):
    graph = circuit(how)
    assert graph.forward(x=-2.0, y=5.0, z=-4.0) == -12.0
    assert graph.backward() == {"x": -4.0, "y": -4.0, "z": 3.0}
    inner = graph.nodes[3]
    assert (inner.gate, inner.value, inner.gradient) == ("add", 3.0, -4.0)
    assert inner.local_gradients == (1.0, 1.0)
    out = graph.nodes[4]
    assert out.local_gradients == (-4.0, 3.0)  # d(qz)/dq = z, d(qz)/dz = q
    assert out.gradient == 1.0


def test_downstream_is_upstream_times_local_on_every_scalar_wire(how):
    graph = neuron(how)
    graph.forward(w0=2.0, x0=-1.0, w1=-3.0, x1=-2.0, w2=-3.0)
    graph.backward()
    arrived = {node.name: 0.0 for node in graph.nodes}
    for node in graph.nodes:
        for source, local in zip(node.inputs, node.local_gradients, strict=True):
            arrived[source.name] += node.gradient * local
    for node in graph.nodes[:-1]:
        if node.gate != "constant":
            assert arrived[node.name] == pytest.approx(node.gradient, rel=1e-12)


def test_the_same_holds_for_arrays_with_jacobians(how):
    graph = two_layers(how)
    graph.forward(**values_for(graph))
    upstream = np.random.default_rng(1).normal(size=(4, 3))
    graph.backward(upstream)
    arrived = {node.name: np.zeros(node.shape) for node in graph.nodes}
    for node in graph.nodes:
        for source, local in zip(node.inputs, node.local_gradients, strict=True):
            downstream = local.T @ np.ravel(node.gradient)
            arrived[source.name] += downstream.reshape(source.shape)
    for node in graph.nodes:
        if node.inputs or node.gate == "input":
            expected = node.gradient if node is not graph.nodes[-1] else upstream
            got = arrived[node.name] if node.name != graph.nodes[-1].name else upstream
            np.testing.assert_allclose(got, expected, rtol=1e-12, atol=1e-12)
