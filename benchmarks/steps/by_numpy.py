"""Training in NumPy as a careful person writes it: every array made once."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from benchmarks.steps.contestant import Contestant, Feed, layout, turned
from benchmarks.steps.workload import Array, Workload


def contestants(work: Workload) -> Iterator[Contestant]:
    """Yield both layouts, and a third that gathers its batches."""
    for turns, gathers in ((False, False), (True, False), (False, True)):
        if gathers and len(work.batches) == 1:
            return
        yield _contestant(InPlace(work, turns=turns, gathers=gathers))


def _contestant(made: InPlace) -> Contestant:
    return Contestant(
        name=f"NumPy in place {layout(made.turns)}" + " gather" * made.gathers,
        library="numpy",
        run=made.run,
        after_three=made.after_three,
        gathers=made.gathers,
    )


class InPlace:
    """A net, its gradients and whatever else a step needs."""

    def __init__(self, work: Workload, *, turns: bool, gathers: bool) -> None:
        self.work, self.turns, self.gathers = work, turns, gathers
        self._feed = Feed(work, gathers=gathers)
        start = work.start()
        self.params = turned(work, start) if turns else start
        self.velocity = [np.zeros_like(p) for p in self.params]
        self.gradients = [np.empty_like(p) for p in self.params]
        self.scratch = [np.empty_like(p) for p in self.params]
        widths, shape = work.sizes[1:], (work.batch,)
        self.values = [np.empty((*shape, w), work.dtype) for w in widths]
        self.upstream = [np.empty((*shape, w), work.dtype) for w in widths]
        self.alive = [np.empty((*shape, w), bool) for w in widths]
        self.column = np.empty((work.batch, 1), work.dtype)
        self.rows = np.arange(work.batch)
        self.count = self.column.dtype.type(1 / work.batch)

    def run(self, steps: int) -> int:
        """Take so many steps."""
        for _ in range(steps):
            self._step(*next(self._feed))
        return steps

    def after_three(self) -> list[Array]:
        """Take three steps and return the parameters."""
        self.run(3)
        params = turned(self.work, self.params) if self.turns else self.params
        return [p.copy() for p in params]

    def _step(self, x: Array, y: Array) -> float:
        weights = self.work.weights(self.params)
        below = [x, *self.values[:-1]]
        for i, w in enumerate(weights):
            z = self.values[i]
            np.matmul(below[i], w.T if self.turns else w, out=z)
            if self.work.biases:
                np.add(z, self.params[2 * i + 1], out=z)
            if i < len(weights) - 1:
                self._activate(z)
        loss, d = _LOSSES[self.work.loss](self, self.values[-1], y)
        for i in reversed(range(len(weights))):
            self._gradient(i, below[i], d)
            if i:
                up = self.upstream[i - 1]
                np.matmul(d, weights[i] if self.turns else weights[i].T, out=up)
                d = self._slope(i - 1)
        self._update()
        return loss

    def _gradient(self, i: int, below: Array, d: Array) -> None:
        into = self.gradients[self.work.stride * i]
        np.matmul(*((d.T, below) if self.turns else (below.T, d)), out=into)
        if self.work.biases:
            np.add.reduce(d, axis=0, out=self.gradients[2 * i + 1])

    def _activate(self, z: Array) -> None:
        if self.work.hidden == "relu":
            np.maximum(z, 0, out=z)
        elif self.work.hidden == "tanh":
            np.tanh(z, out=z)
        else:
            _sigmoid(z)

    def _slope(self, i: int) -> Array:
        """Multiply the upstream gradient of a hidden layer with its slope."""
        h, up = self.values[i], self.upstream[i]
        if self.work.hidden == "relu":
            np.greater(h, 0, out=self.alive[i])
            return np.multiply(up, self.alive[i], out=up)
        if self.work.hidden == "sigmoid":
            np.multiply(up, h, out=up)
            np.subtract(1, h, out=h)
            return np.multiply(up, h, out=up)
        np.multiply(h, h, out=h)
        np.subtract(1, h, out=h)
        return np.multiply(up, h, out=up)

    def _softmax(self, scores: Array, labels: Array) -> tuple[float, Array]:
        np.maximum.reduce(scores, axis=1, keepdims=True, out=self.column)
        np.subtract(scores, self.column, out=scores)
        np.exp(scores, out=scores)
        np.add.reduce(scores, axis=1, keepdims=True, out=self.column)
        np.divide(scores, self.column, out=scores)
        loss = -np.log(scores[self.rows, labels]).mean()
        scores[self.rows, labels] -= 1
        return loss, np.multiply(scores, self.count, out=scores)

    def _logistic(self, scores: Array, targets: Array) -> tuple[float, Array]:
        s, t, e = scores[:, 0], targets, self.column[:, 0]
        loss = -np.dot(s, t)
        np.negative(np.abs(s, out=e), out=e)
        loss += np.maximum(s, 0).sum() + np.log1p(np.exp(e, out=e)).sum()
        _sigmoid(scores)
        np.subtract(s, t, out=s)
        return loss * self.count, np.multiply(scores, self.count, out=scores)

    def _squares(self, scores: Array, targets: Array) -> tuple[float, Array]:
        error, slope = self.upstream[-1], self.column
        _sigmoid(scores)
        np.subtract(scores, targets, out=error)
        loss = 0.5 * np.vdot(error, error)
        np.subtract(1, scores, out=slope)
        np.multiply(slope, scores, out=slope)
        return loss, np.multiply(error, slope, out=error)

    def _update(self) -> None:
        work = self.work
        if work.l2:
            weights = (work.weights(a) for a in (self.params, self.gradients))
            scratch = work.weights(self.scratch)
            for p, g, s in zip(*weights, scratch, strict=True):
                np.add(g, np.multiply(p, s.dtype.type(work.l2), out=s), out=g)
        for p, g, v in zip(self.params, self.gradients, self.velocity, strict=True):
            np.multiply(g, g.dtype.type(work.lr), out=g)
            if work.momentum:
                np.multiply(v, v.dtype.type(work.momentum), out=v)
                np.add(p, np.subtract(v, g, out=v), out=p)
            else:
                np.subtract(p, g, out=p)


def _sigmoid(z: Array) -> None:
    np.exp(np.negative(z, out=z), out=z)
    np.reciprocal(np.add(z, 1, out=z), out=z)


_LOSSES = {
    "softmax": InPlace._softmax,
    "logistic": InPlace._logistic,
    "squares": InPlace._squares,
}
