"""Row 20: a 3-layer net, a whole layer of neurons at once; batch and single."""

import numpy as np

import hubel as hb
from hubel import nn


def test_a_layer_at_once_is_its_neurons_one_by_one():
    net = nn.mlp(3, 4, 4, 1, activation="sigmoid", dtype=np.float64)
    x = np.array([[0.1, -2.0, 0.7]])
    value = x[0]
    for layer in net.layers:
        if isinstance(layer, nn.Linear):
            neurons = range(layer.weight.shape[1])
            value = np.array(
                [value @ layer.weight[:, j] + layer.bias[j] for j in neurons]
            )
        else:
            value = 1 / (1 + np.exp(-value))
    np.testing.assert_allclose(net(x)[0], value, rtol=1e-12)


def test_one_compiled_pass_for_a_batch_and_for_a_single_image(how):
    net = nn.mlp(12, 5, 4, 3, dtype=np.float64)
    batch = np.random.default_rng(0).normal(size=(8, 12))
    forward = hb.compile(lambda x: net(x))
    together = forward(batch)
    one_by_one = np.concatenate([forward(batch[i : i + 1]) for i in range(8)])
    np.testing.assert_allclose(together, one_by_one, rtol=1e-12)
    if how == "traced":
        graph = hb.Graph.trace(lambda x: net(x), x=batch)
    else:
        graph = hb.Graph()
        graph.output(net(graph.input("x", shape=(8, 12))))
    np.testing.assert_allclose(graph.forward(x=batch), together, rtol=1e-12)
