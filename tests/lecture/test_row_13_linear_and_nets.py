"""Row 13: (before) f = Wx, with two losses; (now) W2 max(0, W1 x); or three layers."""

import numpy as np
import pytest

import hubel as hb
from hubel import nn
from hubel.data import tenshapes


@pytest.fixture(scope="module")
def shapes():
    train, test = tenshapes(1500, 300, seed=1)
    return train, test, nn.Normalize.of(train.images)


def scores_by_hand(net, x):
    """Compute the scores layer by layer in plain NumPy."""
    layers = [part for part in net.layers if isinstance(part, nn.Linear)]
    for layer in layers[:-1]:
        x = np.maximum(0, x @ layer.weight + layer.bias)
    return x @ layers[-1].weight + layers[-1].bias


@pytest.mark.parametrize("sizes", [(20, 4), (20, 7, 4), (20, 7, 6, 4)])
def test_the_score_functions(sizes, how):
    net = nn.mlp(*sizes, seed=3, dtype=np.float64)
    x = np.random.default_rng(0).normal(size=(5, 20))
    if how == "traced":
        graph = hb.Graph.trace(lambda x: net(x), x=x)
    else:
        graph = hb.Graph()
        graph.output(net(graph.input("x", shape=(5, 20))))
    np.testing.assert_allclose(graph.forward(x=x), scores_by_hand(net, x), rtol=1e-12)


@pytest.mark.parametrize("loss", [nn.softmax_cross_entropy, nn.multiclass_hinge])
def test_both_losses_have_right_gradients(loss):
    labels = np.array([0, 3, 1])
    scores = np.random.default_rng(0).normal(size=(3, 4))
    hb.check_grads(lambda s: loss(s, labels), (scores,), order=1)


@pytest.mark.parametrize("loss", ["softmax", "svm"])
def test_a_linear_classifier_trains_with_either_loss(shapes, loss):
    train, _, normalize = shapes
    net = nn.Sequential(normalize, nn.Flatten(), nn.mlp(3072, 10))
    pictures = train.images
    trained, history = nn.fit(
        net, pictures, train.labels, epochs=6, batch_size=50, lr=0.002, loss=loss
    )
    losses = [epoch.train_loss for epoch in history]
    assert losses[-1] < losses[0]
    assert nn.accuracy(trained, pictures, train.labels) > 0.2


def test_a_2_layer_net_beats_the_linear_classifier(shapes):
    train, test, normalize = shapes
    reached = {}
    for sizes in [(3072, 10), (3072, 50, 10)]:
        net = nn.Sequential(normalize, nn.Flatten(), nn.mlp(*sizes))
        trained, _ = nn.fit(
            net, train.images, train.labels, epochs=8, batch_size=50, lr=0.01
        )
        reached[sizes] = nn.accuracy(trained, test.images, test.labels)
    assert reached[(3072, 50, 10)] > reached[(3072, 10)] + 0.05
