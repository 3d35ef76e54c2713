"""Graphs of the lecture, built by hand and traced: each test runs on both."""

import numpy as np

import hubel as hb


def circuit(how):
    """f = (x + y) * z."""
    if how == "traced":
        return hb.Graph.trace(lambda x, y, z: (x + y) * z, x=-2.0, y=5.0, z=-4.0)
    graph = hb.Graph()
    x, y, z = (graph.input(name) for name in "xyz")
    graph.output(graph.name("q", x + y) * z)
    return graph


def neuron(how):
    """A sigmoid neuron: 1 / (1 + exp(-(w0 x0 + w1 x1 + w2)))."""

    def fire(w0, x0, w1, x1, w2):
        return 1 / (1 + np.exp(-(w0 * x0 + w1 * x1 + w2)))

    names = ("w0", "x0", "w1", "x1", "w2")
    if how == "traced":
        return hb.Graph.trace(fire, **dict.fromkeys(names, 1.0))
    graph = hb.Graph()
    graph.output(fire(*[graph.input(name) for name in names]))
    return graph


def relu(how, size=4096):
    """max(0, x), element by element."""
    if how == "traced":
        return hb.Graph.trace(lambda x: np.maximum(0, x), x=np.zeros(size))
    graph = hb.Graph()
    graph.output(np.maximum(0, graph.input("x", shape=(size,))))
    return graph


def two_layers(how, sizes=(12, 5, 3), batch=4):
    """Scores W2 max(0, W1 x) of a batch, one image a row."""
    inputs, hidden, classes = sizes

    def scores(x, w1, b1, w2, b2):
        return np.maximum(0, x @ w1 + b1) @ w2 + b2

    shapes = {
        "x": (batch, inputs),
        "w1": (inputs, hidden),
        "b1": (hidden,),
        "w2": (hidden, classes),
        "b2": (classes,),
    }
    if how == "traced":
        return hb.Graph.trace(scores, **{n: np.zeros(s) for n, s in shapes.items()})
    graph = hb.Graph()
    graph.output(scores(*[graph.input(n, shape=s) for n, s in shapes.items()]))
    return graph


def values_for(graph, seed=0):
    """Draw a value for every input."""
    rng = np.random.default_rng(seed)
    nodes = [node for node in graph.nodes if node.gate == "input"]
    return {node.name: rng.normal(size=node.shape)[()] for node in nodes}
