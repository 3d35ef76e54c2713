"""Row 4: vectorised operations, max(0, x) from 4096 inputs to 4096 outputs."""

import numpy as np

import hubel as hb
from tests.lecture.graphs import relu


def test_max_of_0_and_x(how):
    x = np.random.default_rng(0).normal(size=4096)
    graph = relu(how)
    np.testing.assert_array_equal(graph.forward(x=x), np.maximum(0, x))
    upstream = np.random.default_rng(1).normal(size=4096)
    np.testing.assert_array_equal(graph.backward(upstream)["x"], upstream * (x > 0))


def test_a_minibatch_of_100():
    x = np.random.default_rng(0).normal(size=(100, 4096))
    gradient = hb.grad(lambda x: np.maximum(0, x).sum())(x)
    np.testing.assert_array_equal(gradient, x > 0)


def test_broadcasting_adds_up_what_was_spread():
    rows, column = np.ones((3, 4)), np.array([[1.0], [2.0], [3.0]])
    gradient = hb.grad(lambda c: (rows * c).sum())(column)
    np.testing.assert_array_equal(gradient, np.full((3, 1), 4.0))
