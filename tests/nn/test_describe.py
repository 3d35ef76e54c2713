"""The lecture's words for a net."""

from __future__ import annotations

import pytest

from hubel.nn import Flatten, Maxout, Normalize, Sequential, Tanh, describe, mlp

WORDS = {
    "2-layer net, 1 hidden layer: 3072-100-10, 308,310 parameters": mlp(3072, 100, 10),
    "linear classifier (1 layer): 3072-10, 30,730 parameters": mlp(3072, 10),
    "3-layer net, 2 hidden layers: 4-5-6-2, 75 parameters": mlp(4, 5, 6, 2),
    "2-layer net, 1 hidden layer: 4-(3x2)-2, 38 parameters": mlp(
        4, 3, 2, activation="maxout"
    ),
    "2-layer net, 1 hidden layer: 4-3-2, 23 parameters": mlp(
        4, 3, 2, activation=Maxout(1)
    ),
    "Tanh: 0 parameters": Tanh(),
}


@pytest.mark.parametrize("words", WORDS)
def test_describe(words):
    assert describe(WORDS[words]) == words


def test_fixed_parts_and_nesting_do_not_count():
    net = Sequential(Normalize([0.0], [1.0]), Flatten(), mlp(4, 3, 2, dropout=0.5))
    assert describe(net) == "2-layer net, 1 hidden layer: 4-3-2, 23 parameters"
