"""Training as a textbook has it, in float64: what every contestant must reproduce."""

from __future__ import annotations

import numpy as np

from benchmarks.steps.workload import Array, Workload


def train(work: Workload, steps: int) -> list[Array]:
    """Return the parameters after so many steps."""
    params = [p.astype(np.float64) for p in work.start()]
    velocity = [np.zeros_like(p) for p in params]
    batches = work.batches
    for step in range(steps):
        x, y = batches[step % len(batches)]
        gradients = _gradients(work, params, x.astype(np.float64), y)
        for i, g in enumerate(gradients):
            decay = work.l2 if i % work.stride == 0 else 0.0
            g = g + decay * params[i]
            velocity[i] = work.momentum * velocity[i] - work.lr * g
            params[i] = params[i] + velocity[i]
    return params


def loss_of(work: Workload, params: list[Array], step: int) -> float:
    """Return the loss on the batch of a step, without penalty."""
    x, y = work.batches[step % len(work.batches)]
    return _error(work, _layers(work, params, x)[-1], y)[0]


def disagreement(work: Workload, params: list[Array], truth: list[Array]) -> float:
    """Return the largest distance from the truth over how far the truth moved."""
    far = 0.0
    for first, ours, right in zip(work.start(), params, truth, strict=True):
        moved = np.linalg.norm(right - first)
        far = max(far, float(np.linalg.norm(ours - right) / moved))
    return far


_ACTIVATIONS = {
    "relu": lambda z: np.maximum(z, 0),
    "tanh": np.tanh,
    "sigmoid": lambda z: 1 / (1 + np.exp(-z)),
}
_SLOPES = {
    "relu": lambda h: (h > 0) * 1.0,
    "tanh": lambda h: 1 - h * h,
    "sigmoid": lambda h: h * (1 - h),
}


def _layers(work: Workload, params: list[Array], x: Array) -> list[Array]:
    """Return the input and what each layer makes of it, scores last."""
    values = [x]
    weights = work.weights(params)
    for i, w in enumerate(weights):
        z = values[-1] @ w + (params[2 * i + 1] if work.biases else 0)
        values.append(_ACTIVATIONS[work.hidden](z) if i < len(weights) - 1 else z)
    return values


def _error(work: Workload, scores: Array, y: Array) -> tuple[float, Array]:
    """Return the loss and its derivative with respect to the scores."""
    count = len(scores)
    if work.loss == "squares":
        out = 1 / (1 + np.exp(-scores))
        return 0.5 * float(((out - y) ** 2).sum()), (out - y) * out * (1 - out)
    if work.loss == "logistic":
        p = 1 / (1 + np.exp(-scores[:, 0]))
        loss = -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))
        return float(loss), ((p - y) / count)[:, None]
    e = np.exp(scores - scores.max(axis=1, keepdims=True))
    p = e / e.sum(axis=1, keepdims=True)
    right = np.arange(count), y
    loss = -np.log(p[right]).mean()
    p[right] -= 1
    return float(loss), p / count


def _gradients(work: Workload, params: list[Array], x: Array, y: Array) -> list[Array]:
    values = _layers(work, params, x)
    d = _error(work, values[-1], y)[1]
    weights, found = work.weights(params), []
    for i in reversed(range(len(weights))):
        layer = [values[i].T @ d] + ([d.sum(axis=0)] if work.biases else [])
        found = layer + found
        if i:
            d = (d @ weights[i].T) * _SLOPES[work.hidden](values[i])
    return found
