"""Draw the graphs that the documentation shows, into a folder (docs/images).

Twelve graphs, small and large, of numbers and of arrays::

    python scripts/draw_graphs.py docs/images
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

import hubel as hb
from hubel.transforms.drawing import Drawing
from hubel.transforms.expression import expression

NEURON = {"w0": 2.0, "x0": -1.0, "w1": -3.0, "x1": -2.0, "w2": -3.0}


def swept(f: Callable[..., Any], *args: Any, title: str, **options: Any) -> Drawing:
    """Trace a function, sweep it both ways and draw it."""
    graph = hb.Graph.trace(f, *args)
    graph.forward(*args)
    graph.backward()
    return graph.draw(title=title, **options)


def formula(text: str, values: dict[str, float], **options: Any) -> Drawing:
    """Draw a formula."""
    return expression(text, values).draw(title=text, **options)


def product(w: Any, x: Any) -> Any:
    """Multiply a matrix by a vector, to a number."""
    return np.sum(w @ x)


def spread(x: Any) -> Any:
    """Add the squares of the distances from the mean."""
    return np.sum((x - x.mean()) ** 2)


def two_layers() -> Drawing:
    """Draw the lecture's net with its loss."""
    rng = np.random.default_rng(0)
    images = rng.normal(size=(20, 3072))
    labels = rng.integers(0, 10, 20)
    first, second = rng.normal(size=(3072, 100)) / 40, rng.normal(size=(100, 10)) / 10

    def loss(W1: Any, b1: Any, W2: Any, b2: Any) -> Any:
        hidden = np.maximum(0, images @ W1 + b1)
        return hb.nn.softmax_cross_entropy(hidden @ W2 + b2, labels)

    zeros = np.zeros(100), np.zeros(10)
    title = "A 2-layer net, 3072-100-10"
    return swept(loss, first, zeros[0], second, zeros[1], title=title)


def tiny_net() -> Drawing:
    """Draw every neuron of a 2-3-1 net."""
    rng = np.random.default_rng(1)
    weights = [[float(w) for w in rng.normal(size=3)] for _ in range(3)]
    last = [float(w) for w in rng.normal(size=3)]

    def net(x: Any, y: Any, w: Any, v: Any) -> Any:
        hidden = [np.tanh(a * x + b * y + c) for a, b, c in w]
        return v[0] * hidden[0] + v[1] * hidden[1] + v[2] * hidden[2]

    return swept(net, 1.0, -0.5, weights, last, title="Every neuron of a 2-3-1 net")


def long() -> Drawing:
    """Draw a graph that is too large to be seen whole."""

    def steps(x: Any) -> Any:
        for _ in range(200):
            x = np.sin(x) + 0.5 * x
        return x

    return swept(steps, 1.0, title="200 steps of one line")


def drawings() -> dict[str, Drawing]:
    """Return every drawing by the name of its file."""
    sigmoid = "1/(1+exp(-(w0*x0+w1*x1+w2)))"
    return {
        "circuit": formula("(x+y)*z", {"x": -2, "y": 5, "z": -4}),
        "neuron": formula(sigmoid, NEURON, rounding="slide"),
        "neuron-sigmoid": formula("sigmoid(w0*x0+w1*x1+w2)", NEURON),
        "patterns": formula("(x*y + max(z,w)) * 2", {"x": 3, "y": -4, "z": 2, "w": -1}),
        "branches": formula("x*x*tanh(x) + sin(x)", {"x": 1.5}, branches=True),
        "polynomial": formula("x**3 - 2*x**2 + x - 5", {"x": 2}),
        "quotient": formula("(a + b) / (a - b)", {"a": 3, "b": 1}),
        "product": swept(product, np.eye(3), np.ones(3), title="A product"),
        "sum-of-squares": swept(spread, np.arange(5.0), title="A sum of squares"),
        "net": two_layers(),
        "tiny-net": tiny_net(),
        "long": long(),
    }


def main(folder: str) -> None:
    """Write every drawing."""
    for name, drawing in drawings().items():
        drawing.save(Path(folder) / f"graph-{name}.svg")


if __name__ == "__main__":
    main(sys.argv[1])
