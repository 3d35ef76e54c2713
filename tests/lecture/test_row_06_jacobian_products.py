"""Row 6: the local gradient is a Jacobian; its products in both directions."""

import numpy as np

import hubel as hb
from hubel.structure import Diagonal
from tests.lecture.graphs import relu, two_layers, values_for


def test_the_local_gradient_of_an_elementwise_gate_is_its_diagonal(how):
    graph = relu(how)
    x = np.random.default_rng(0).normal(size=4096)
    graph.forward(x=x)
    positions = [node.name for node in graph.nodes[-1].inputs].index("x")
    jacobian = graph.nodes[-1].local_gradients[positions]
    assert isinstance(jacobian, Diagonal)
    assert jacobian.shape == (4096, 4096)
    assert jacobian.nbytes == 4096 * 8  # not 134 MB
    np.testing.assert_array_equal(jacobian.diagonal(), x > 0)


def test_products_with_the_jacobian_agree_with_differences(how):
    graph = two_layers(how)
    point = values_for(graph)
    rng = np.random.default_rng(1)
    t, u = rng.normal(size=(4, 12)), rng.normal(size=(4, 3))
    graph.forward(**point)
    tangent = graph.tangent(x=t)
    step = 1e-6
    ahead = graph.forward(**point | {"x": point["x"] + step * t})
    behind = graph.forward(**point | {"x": point["x"] - step * t})
    np.testing.assert_allclose(tangent, (ahead - behind) / (2 * step), atol=1e-8)
    graph.forward(**point)
    gradient = graph.backward(u)["x"]
    np.testing.assert_allclose((u * tangent).sum(), (gradient * t).sum(), rtol=1e-12)


def test_vjp_and_jvp_of_a_plain_function():
    x = np.random.default_rng(0).normal(size=(5,))
    matrix = np.random.default_rng(1).normal(size=(3, 5))
    value, pullback = hb.vjp(lambda x: np.tanh(matrix @ x), x)
    jacobian = (1 - value**2)[:, None] * matrix
    u, t = np.ones(3), np.arange(5.0)
    np.testing.assert_allclose(pullback(u)[0], jacobian.T @ u, rtol=1e-12)
    _, tangent = hb.jvp(lambda x: np.tanh(matrix @ x), (x,), (t,))
    np.testing.assert_allclose(tangent, jacobian @ t, rtol=1e-12)
