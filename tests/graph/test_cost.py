"""Cost: weighted operations and bytes, counted on the graph."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

import hubel as hb
from hubel.graph.cost import Cost, operations, total, traffic
from hubel.graph.text import from_text


def test_operations_of_a_product_are_two_per_multiply_and_add():
    graph = from_text("""
    graph(x: float64[5, 3], w: float64[3, 4])
    y = matmul(x, w) : float64[5, 4]
    return out = y
    """)
    assert total(graph) == (2 * 5 * 3 * 4, 8 * (5 * 3 + 3 * 4 + 5 * 4))


def test_leaves_and_views_cost_nothing():
    graph = hb.Graph.trace(lambda x: x.reshape(6).T[1:], np.ones((2, 3))).core
    assert [operations(n) for n in graph.nodes] == [0.0] * len(graph.nodes)
    assert [traffic(n) for n in graph.nodes] == [0] * len(graph.nodes)


def test_a_reduction_costs_what_it_reads():
    graph = hb.Graph.trace(lambda x: x.sum(), np.ones((2, 3))).core
    assert total(graph) == (6, 8 * 7)


def test_a_tanh_costs_more_than_an_addition():
    x = np.ones(10)
    assert total(hb.Graph.trace(np.tanh, x).core)[0] >= 5 * 10
    assert total(hb.Graph.trace(lambda x: x + x, x).core)[0] == 10


def test_ratio_counts_both_sweeps():
    assert Cost(10.0, 15.0, 0, 0).ratio == 2.5
    assert Cost(0.0, 0.0, 0, 0).ratio == 1.0


@pytest.mark.parametrize("sizes", [(3072, 100, 10), (3072, 512, 256, 10)])
def test_a_gradient_of_a_net_costs_at_most_three_times_the_net(sizes):
    images = np.zeros((128, sizes[0]), np.float32)
    labels = np.zeros((128, 10), np.float32)

    def loss(params):
        x = images
        for weight, bias in params[:-1]:
            x = np.maximum(0, x @ weight + bias)
        weight, bias = params[-1]
        scores = x @ weight + bias
        scores = scores - scores.max(axis=1, keepdims=True)
        logs = scores - np.log(np.exp(scores).sum(axis=1, keepdims=True))
        return -(logs * labels).sum() / len(labels)

    pairs = list(itertools.pairwise(sizes))
    params = [(np.zeros(p, np.float32), np.zeros(p[1], np.float32)) for p in pairs]
    cost = hb.Graph.trace(loss, params).cost()
    assert cost.forward >= sum(2 * 128 * a * b for a, b in pairs)
    assert cost.backward >= sum(2 * 128 * a * b for a, b in pairs)
    assert cost.ratio <= 3.0
