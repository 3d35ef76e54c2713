"""Is a training step as fast as the best hand-written, in-place NumPy?

A whole step: forward, softmax cross-entropy, backward, L2 on the weights, momentum.
The contestants start from equal parameters and must have equal ones after three
steps before anything is timed. Target: at most 1.05 times hand-written.
"""

from __future__ import annotations

import tracemalloc

import numpy as np

import hubel as hb
from benchmarks._harness import machine, race, verdict
from hubel import nn
from hubel.nn import SGD, initialize
from hubel.nn._step import make_step, split

LR, MOMENTUM, L2 = 0.01, 0.9, 1e-3
RNG = np.random.default_rng(0)


class ByHand:
    """Train a ReLU net as a careful person writes it: every array made once."""

    def __init__(self, params, batch: int) -> None:
        self.params = [p.copy() for p in params]
        self.velocity = [np.zeros_like(p) for p in params]
        self.gradients = [np.empty_like(p) for p in params]
        self.scratch = [np.empty_like(p) for p in params]
        widths = [p.shape[1] for p in params[::2]]
        self.values = [np.empty((batch, w), np.float32) for w in widths]
        self.upstream = [np.empty((batch, w), np.float32) for w in widths]
        self.alive = [np.empty((batch, w), bool) for w in widths]
        self.column = np.empty((batch, 1), np.float32)
        self.rows = np.arange(batch)

    def step(self, x, labels) -> float:
        weights, biases = self.params[::2], self.params[1::2]
        below = [x, *self.values[:-1]]
        for i, (w, b) in enumerate(zip(weights, biases, strict=True)):
            np.matmul(below[i], w, out=self.values[i])
            np.add(self.values[i], b, out=self.values[i])
            if i < len(weights) - 1:
                np.maximum(self.values[i], 0, out=self.values[i])
        loss = self._softmax(labels)
        upstream = self.values[-1]
        for i in reversed(range(len(weights))):
            np.matmul(below[i].T, upstream, out=self.gradients[2 * i])
            np.add.reduce(upstream, axis=0, out=self.gradients[2 * i + 1])
            if i:
                np.matmul(upstream, weights[i].T, out=self.upstream[i - 1])
                np.greater(self.values[i - 1], 0, out=self.alive[i - 1])
                upstream = self.upstream[i - 1]
                np.multiply(upstream, self.alive[i - 1], out=upstream)
        self._update()
        return loss

    def _softmax(self, labels) -> float:
        scores = self.values[-1]
        np.maximum.reduce(scores, axis=1, keepdims=True, out=self.column)
        np.subtract(scores, self.column, out=scores)
        np.exp(scores, out=scores)
        np.add.reduce(scores, axis=1, keepdims=True, out=self.column)
        np.divide(scores, self.column, out=scores)
        loss = -np.log(scores[self.rows, labels]).mean()
        scores[self.rows, labels] -= 1
        np.multiply(scores, np.float32(1 / len(labels)), out=scores)
        return loss

    def _update(self) -> None:
        for i, (p, g, v, s) in enumerate(
            zip(self.params, self.gradients, self.velocity, self.scratch, strict=True)
        ):
            if i % 2 == 0:
                np.multiply(p, np.float32(L2), out=s)
                np.add(g, s, out=g)
            np.multiply(v, np.float32(MOMENTUM), out=v)
            np.multiply(g, np.float32(LR), out=g)
            np.subtract(v, g, out=v)
            np.add(p, v, out=p)


def contest(sizes: tuple[int, ...], batch: int) -> None:
    """Race the two on one net."""
    net = initialize(nn.mlp(*sizes), 0)
    optimizer = SGD(momentum=MOMENTUM)
    step = hb.compile(
        make_step(net, nn.softmax_cross_entropy, optimizer, L2),
        donate=(0, 1),
        backend="numpy",
    )
    params, fixed = split(net)
    params = tuple(p.copy() for p in params)
    state = optimizer.init(params)
    by_hand = ByHand(params, batch)
    x = RNG.normal(size=(batch, sizes[0])).astype(np.float32)
    labels = RNG.integers(0, sizes[-1], batch)

    def ours():
        return step(params, state, fixed, x, labels, LR, None)

    for _ in range(3):
        loss = ours()[2]
        assert abs(loss - by_hand.step(x, labels)) < 1e-4
    for a, b in zip(params, by_hand.params, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-5)
    name = "-".join(map(str, sizes)) + f", batch {batch}, float32"
    contestants = {
        "hand-written NumPy": lambda: by_hand.step(x, labels),
        "hubel training step": ours,
    }
    ratios = race(name, contestants, rounds=41, target=0.04)
    verdict(name, ratios["hubel training step"], 1.05)
    tracemalloc.start()
    ours()
    tracemalloc.reset_peak()
    before = tracemalloc.get_traced_memory()[0]
    for _ in range(5):
        ours()
    peak = tracemalloc.get_traced_memory()[1] - before
    tracemalloc.stop()
    verdict(f"allocation, peak KiB over 5 steps of {name}", peak / 1024, 64)


if __name__ == "__main__":
    machine()
    contest((3072, 100, 10), 200)
    contest((3072, 512, 256, 10), 128)
