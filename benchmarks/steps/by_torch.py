"""Training with PyTorch: eager with its fused optimisers, rounded, and compiled."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import torch
from torch.nn import functional

from benchmarks.steps.contestant import Contestant, turned
from benchmarks.steps.workload import Array, Workload


def contestants(work: Workload, *, threads: int, slow: bool) -> Iterator[Contestant]:
    """Yield eager training; with ``slow`` also the whole step compiled.

    Weights are (out, in), PyTorch's own layout. Its weight decay holds for biases too,
    where it makes no difference that three steps would show.
    """
    torch.set_num_threads(threads)
    yield eager(work, "fused")
    yield eager(work, "foreach")
    if work.sizes[0] > 1000:
        yield eager(work, "fused", rounded=True)
    if slow:
        yield compiled(work)


_ACTIVATIONS: dict[str, Any] = {
    "relu": torch.relu,
    "tanh": torch.tanh,
    "sigmoid": torch.sigmoid,
}
_LOSSES: dict[str, Any] = {
    "softmax": functional.cross_entropy,
    "logistic": lambda s, y: functional.binary_cross_entropy_with_logits(s[:, 0], y),
    "squares": lambda s, y: 0.5 * ((torch.sigmoid(s) - y) ** 2).sum(),
}


def _loss(work: Workload, params: Any, x: Any, y: Any) -> Any:
    weights = work.weights(params)
    for i, w in enumerate(weights):
        x = functional.linear(x, w, params[2 * i + 1] if work.biases else None)
        if i < len(weights) - 1:
            x = _ACTIVATIONS[work.hidden](x)
    return _LOSSES[work.loss](x, y)


def _batches(work: Workload) -> Iterator[tuple[Any, Any]]:
    return itertools.cycle(
        [tuple(map(torch.from_numpy, batch)) for batch in work.batches]
    )


def _back(work: Workload, params: Any) -> list[Array]:
    return turned(work, [np.array(p.detach()) for p in params])


def eager(work: Workload, how: str, *, rounded: bool = False) -> Contestant:
    params = [torch.tensor(p, requires_grad=True) for p in turned(work, work.start())]
    optimizer = torch.optim.SGD(
        params,
        lr=work.lr,
        momentum=work.momentum,
        weight_decay=work.l2,
        **{how: True},
    )
    feed = _batches(work)

    def forward(x: Any, y: Any) -> Any:
        if not rounded:
            return _loss(work, params, x, y)
        with torch.autocast("cpu", dtype=torch.bfloat16):
            return _loss(work, params, x, y)

    def run(steps: int) -> int:
        for _ in range(steps):
            optimizer.zero_grad(set_to_none=True)
            forward(*next(feed)).backward()
            optimizer.step()
        return steps

    name = f"torch eager {how}" + " bfloat16" * rounded
    return _contestant(work, name, run, params, rounded=rounded)


def compiled(work: Workload) -> Contestant:
    params = [torch.tensor(p) for p in turned(work, work.start())]
    velocity = [torch.zeros_like(p) for p in params]
    differentiated = torch.func.grad_and_value(lambda p, x, y: _loss(work, p, x, y))
    feed = _batches(work)

    @torch.compile
    def step(params: Any, velocity: Any, x: Any, y: Any) -> Any:
        gradients, loss = differentiated(params, x, y)
        triples = zip(params, velocity, gradients, strict=True)
        for i, (p, v, g) in enumerate(triples):
            g = g if i % work.stride else g + work.l2 * p
            if work.momentum:
                v.copy_(work.momentum * v - work.lr * g)
                p.add_(v)
            else:
                p.sub_(work.lr * g)
        return loss

    def run(steps: int) -> int:
        for _ in range(steps):
            step(params, velocity, *next(feed))
        return steps

    return _contestant(work, "torch.compile step", run, params)


def _contestant(
    work: Workload,
    name: str,
    run: Callable[[int], int],
    params: Any,
    *,
    rounded: bool = False,
) -> Contestant:
    def after_three() -> list[Array]:
        run(3)
        return _back(work, params)

    return Contestant(
        name=name, library="torch", run=run, after_three=after_three, rounded=rounded
    )
