"""Training with hubel: its loops, and plans called from a loop in Python."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

import hubel as hb
from benchmarks.steps.contestant import Contestant, Feed
from benchmarks.steps.workload import Array, Workload
from hubel import nn
from hubel.nn._step import with_parameters
from hubel.streams import permutation


def contestants(work: Workload) -> Iterator[Contestant]:
    """Yield hubel's loops first, then its plans."""
    if work.biases:
        yield loop(work)
        if work.sizes[0] > 1000:
            yield loop(work, precision="bfloat16")
    if hasattr(hb, "descend") and len(work.batches) == 1:
        yield _descend(work)
    plain = [False] if len(work.batches) == 1 else [False, True]
    for gathers in plain:
        step = _Step(work, gathers=gathers)
        yield _called("hubel compiled step", step, gathers=gathers)
    yield _called("hubel gradient, NumPy update", _Gradient(work), gathers=False)


def objective(work: Workload) -> Callable[[list[Any], Any, Any], Any]:
    """Return the loss of flat parameters on a batch, as one writes it in NumPy."""

    def scores(params: list[Any], x: Any) -> Any:
        weights = work.weights(params)
        for i, w in enumerate(weights):
            x = x @ w + params[2 * i + 1] if work.biases else x @ w
            if i < len(weights) - 1:
                x = _ACTIVATIONS[work.hidden](x)
        return x

    def loss(params: list[Any], x: Any, y: Any) -> Any:
        return _LOSSES[work.loss](scores(params, x), y)

    return loss


def _sigmoid(x: Any) -> Any:
    return 1 / (1 + np.exp(-x))


_ACTIVATIONS: dict[str, Any] = {
    "relu": lambda x: np.maximum(x, 0),
    "tanh": np.tanh,
    "sigmoid": _sigmoid,
}
_LOSSES: dict[str, Any] = {
    "softmax": nn.softmax_cross_entropy,
    "logistic": nn.logistic,
    "squares": lambda s, y: 0.5 * np.sum((_sigmoid(s) - y) ** 2),
}


def loop(work: Workload, **options: Any) -> Contestant:
    slices = itertools.chain.from_iterable(
        training.slices() for training in _trainings(work, options)
    )

    def run(steps: int) -> int:
        done = 0
        while done < steps:
            done += next(slices).steps
        return done

    return Contestant(
        name="hubel loop" + " bfloat16" * bool(options),
        library="hubel",
        run=run,
        after_three=lambda: _after_three(work, options),
        gathers=len(work.batches) > 1,
        loops=True,
        rounded=bool(options),
    )


def first_step(work: Workload) -> int:
    """Make a training loop with enough ahead to be compiled; let it take one step."""
    training = _training(work, *work.data, epochs=10**9, slice_seconds=1e-9)
    return next(training.slices()).steps


def _trainings(work: Workload, options: dict[str, Any]) -> Iterator[nn.Training]:
    """Yield one training, made when it is first asked for."""
    yield _training(work, *work.data, epochs=10**9, **options)


def _training(work: Workload, x: Array, y: Array, **options: Any) -> nn.Training:
    net = nn.mlp(*work.sizes, activation=work.hidden, dtype=work.dtype)
    config = nn.TrainConfig(
        batch_size=work.batch,
        lr=work.lr,
        momentum=work.momentum,
        l2=work.l2,
        loss=work.loss,
        schedule="constant",
        **options,
    )
    return nn.Training(with_parameters(net, tuple(work.start())), x, y, config)


def _after_three(work: Workload, options: dict[str, Any]) -> list[Array]:
    """Train on rows that the shuffling of the first epoch puts in order."""
    count = min(3 * work.batch, work.rows)
    place = np.argsort(permutation(count, nn.TrainConfig().seed, "shuffle", 1))
    x, y = (part[:count][place] for part in work.data)
    epochs = 3 * work.batch // count
    training = _training(work, x, y, epochs=epochs, **options)
    for _ in training.slices():
        pass
    return list(training.net.parameters().values())


def _descend(work: Workload) -> Contestant:
    x, y = work.data
    both = objective(work)
    rates = {"lr": work.lr, "momentum": work.momentum, "l2": work.l2}
    params = work.start()

    @hb.compile  # so that it is traced once for all calls
    def loss(params: list[Any]) -> Any:
        return both(params, x, y)

    def run(steps: int) -> int:
        nonlocal params
        calls = -(-steps // work.unrolled)
        for _ in range(calls):
            params = hb.descend(loss, params, steps=work.unrolled, **rates)
        return calls * work.unrolled

    return Contestant(
        name=f"hubel descend, {work.unrolled}",
        library="hubel",
        run=run,
        after_three=lambda: hb.descend(loss, work.start(), steps=3, **rates),
        loops=True,
    )


def _called(name: str, step: Any, *, gathers: bool) -> Contestant:
    return Contestant(
        name=name + " gather" * gathers,
        library="hubel",
        run=step.run,
        after_three=step.after_three,
        gathers=gathers,
    )


class _Step:
    """The whole step compiled, its arrays updated in place."""

    def __init__(self, work: Workload, *, gathers: bool = False) -> None:
        self._feed = Feed(work, gathers=gathers)
        self.params = work.start()
        self.velocity = [np.zeros_like(p) for p in self.params if work.momentum]
        self._compiled = hb.compile(_step(work), donate=(0, 1))

    def run(self, steps: int) -> int:
        for _ in range(steps):
            x, y = next(self._feed)
            self.params, self.velocity, _ = self._compiled(
                self.params, self.velocity, x, y
            )
        return steps

    def after_three(self) -> list[Array]:
        self.run(3)
        return [p.copy() for p in self.params]


def _step(work: Workload) -> Callable[..., Any]:
    differentiated = hb.value_and_grad(objective(work))

    def step(params: Any, velocity: Any, x: Any, y: Any) -> Any:
        value, gradients = differentiated(params, x, y)
        if work.l2:
            gradients = [
                g if i % work.stride else g + work.l2 * p
                for i, (p, g) in enumerate(zip(params, gradients, strict=True))
            ]
        moves = [-work.lr * g for g in gradients]
        if work.momentum:
            pairs = zip(velocity, moves, strict=True)
            velocity = moves = [m + work.momentum * v for v, m in pairs]
        params = [p + m for p, m in zip(params, moves, strict=True)]
        return params, velocity, value

    return step


class _Gradient(_Step):
    """Value and gradient compiled, the update a user's own."""

    def __init__(self, work: Workload) -> None:
        super().__init__(work)
        self._work = work
        self._compiled = hb.compile(hb.value_and_grad(objective(work)))

    def run(self, steps: int) -> int:
        work = self._work
        for _ in range(steps):
            _, gradients = self._compiled(self.params, *next(self._feed))
            if work.l2:
                weights = work.weights(self.params), work.weights(gradients)
                for p, g in zip(*weights, strict=True):
                    g += work.l2 * p
            for i, (p, g) in enumerate(zip(self.params, gradients, strict=True)):
                g *= work.lr
                if work.momentum:
                    v = self.velocity[i]
                    v *= work.momentum
                    v -= g
                    p += v
                else:
                    p -= g
        return steps
