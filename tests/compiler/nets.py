"""Training steps of small nets: forward, loss, backward, L2 and momentum."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

import numpy as np

import hubel as hb

Value = Any

ACTIVATIONS: dict[str, Callable[[Value], Value]] = {
    "relu": lambda a: np.maximum(a, 0),
    "tanh": np.tanh,
    "leaky": lambda a: np.where(a > 0, a, a * 0.01),
    "sigmoid": lambda a: 1 / (1 + np.exp(-a)),
}


def softmax_loss(scores: Value, labels: Value) -> Value:
    """Return the mean cross-entropy."""
    shifted = scores - scores.max(axis=1, keepdims=True)
    logs = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    picked = labels[:, None] == np.arange(scores.shape[1])
    return -(logs * picked).sum() / scores.shape[0]


def hinge_loss(scores: Value, labels: Value) -> Value:
    """Return the mean multiclass hinge loss."""
    own = labels[:, None] == np.arange(scores.shape[1])
    right = (scores * own).sum(axis=1, keepdims=True)
    margins = np.maximum(scores - right + 1, 0) * (1 - own)
    return margins.sum() / scores.shape[0]


LOSSES = {"softmax": softmax_loss, "hinge": hinge_loss}


def make_step(activation: str = "relu", loss: str = "softmax") -> Callable[..., Any]:
    """Make ``step(x, labels, lr, weights, velocities)``: loss and what follows."""
    active = ACTIVATIONS[activation]

    def objective(weights: list[Value], x: Value, labels: Value) -> Value:
        for i in range(0, len(weights), 2):
            x = x @ weights[i] + weights[i + 1]
            if i + 2 < len(weights):
                x = active(x)
        data = LOSSES[loss](x, labels)
        return data + sum(5e-4 * (w * w).sum() for w in weights[::2])

    def step(
        x: Value, labels: Value, lr: Value, weights: list[Value], speeds: list[Value]
    ) -> tuple[Value, list[Value], list[Value]]:
        value, slopes = hb.value_and_grad(objective)(weights, x, labels)
        pairs = zip(speeds, slopes, strict=True)
        speeds = [0.9 * v - lr * g for v, g in pairs]
        moved = zip(weights, speeds, strict=True)
        return value, [w + v for w, v in moved], speeds

    return step


def arguments(
    sizes: Sequence[int], rows: int, dtype: Any = np.float64, seed: int = 0
) -> tuple[Value, ...]:
    """Draw a batch, a learning rate, weights and velocities."""
    random = np.random.default_rng(seed)
    weights: list[Value] = []
    for a, b in pairwise(sizes):
        weights += [random.normal(size=(a, b)) / np.sqrt(a), random.normal(size=b)]
    weights = [w.astype(dtype) for w in weights]
    x = random.normal(size=(rows, sizes[0])).astype(dtype)
    labels = random.integers(0, sizes[-1], rows)
    return x, labels, 0.1, weights, [0.1 * w for w in weights]
