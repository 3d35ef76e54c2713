"""Freezing: no gradient, no step, no state of the optimiser; and the way back."""

from __future__ import annotations

import numpy as np
import pytest

import hubel as hb
from hubel import nn
from hubel.errors import OptionError
from hubel.nn import Frozen, Linear, Sequential, Tanh, freeze, unfreeze
from hubel.tracing.tree import flatten

X = np.random.default_rng(0).normal(size=(12, 4)).astype(np.float32)
Y = np.arange(12) % 3
NET = Sequential(Linear(4, 5, seed=1), Tanh(), Linear(5, 3, seed=2))


def halves(switch):
    return Sequential(freeze(NET[:2], switch), NET[2])


def test_the_switch():
    assert halves(False)[0] is not None
    assert isinstance(halves(True)[0], Frozen)
    assert not isinstance(halves(False)[0], Frozen)
    np.testing.assert_array_equal(halves(True)(X), NET(X))
    assert NET.freeze(False) is NET


def test_training_changes_only_what_is_not_frozen():
    before = halves(True)
    after, _ = nn.fit(before, X, Y, epochs=3, lr=0.1)
    np.testing.assert_array_equal(after[0].inner[0].weight, NET[0].weight)
    assert (after[1].weight != NET[2].weight).any()
    training = nn.Training(before, X, Y, nn.TrainConfig(optimizer="adam"))
    state, _ = flatten(training.snapshot().state)
    assert max(leaf.size for leaf in state) <= 15


def test_what_is_frozen_has_gradient_0_and_lets_gradients_through():
    loss = nn.softmax_cross_entropy
    gradient = hb.grad(lambda net: loss(net(X), Y))(halves(True))
    assert not gradient[0].inner[0].weight.any()
    assert gradient[1].weight.any()
    by_input = hb.grad(lambda x: loss(halves(True)(x), Y))(X)
    np.testing.assert_allclose(by_input, hb.grad(lambda x: loss(NET(x), Y))(X))


def test_unfreezing_reaches_everything_and_keeps_numbers():
    deep = Sequential(Sequential(NET[0].freeze().freeze(), Tanh()), NET[2].freeze())
    with pytest.raises(OptionError, match="no parameters"):
        nn.fit(deep, X, Y)
    free = unfreeze(deep)
    assert repr(free) == ("Sequential(Sequential(Linear(4, 5), Tanh()), Linear(5, 3))")
    np.testing.assert_array_equal(free(X), NET(X))
    after, _ = nn.fit(free, X, Y, epochs=1, lr=0.1)
    assert (after[0][0].weight != NET[0].weight).any()
