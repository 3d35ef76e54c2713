"""Training with JAX: a compiled step a call, and a scan of many."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from functools import cached_property, partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from benchmarks.steps.contestant import Contestant, layout, turned
from benchmarks.steps.workload import Array, Workload


def contestants(work: Workload) -> Iterator[Contestant]:
    """Yield both layouts of the weights; each a step a call, in a scan, and gathered.

    JAX transposes one of the products of either layout, and which is slower depends
    on the shapes.
    """
    data = Data(work)
    for turns in (False, True):
        yield calls(work, data, turns=turns, gathers=False)
        yield _scan(work, data, turns=turns, gathers=False)
        if len(work.batches) > 1:
            yield calls(work, data, turns=turns, gathers=True)
            yield _scan(work, data, turns=turns, gathers=True)


class Data:
    """The data as JAX's arrays, made when they are asked for."""

    def __init__(self, work: Workload) -> None:
        jax.config.update("jax_enable_x64", work.dtype == np.float64)
        self._work = work

    @cached_property
    def batches(self) -> list[Any]:
        """Each batch by itself."""
        return [tuple(map(jax.device_put, batch)) for batch in self._work.batches]

    @cached_property
    def stacked(self) -> Any:
        """The batches in one array."""
        shape = self._work.order.shape
        return tuple(part.reshape(*shape, *part.shape[1:]) for part in self.whole)

    @cached_property
    def whole(self) -> Any:
        """All rows that belong to a batch."""
        return tuple(
            jax.device_put(part[: self._work.order.size]) for part in self._work.data
        )

    @cached_property
    def rows(self) -> Any:
        """The order of a shuffled epoch, a row for each batch."""
        return jax.device_put(self._work.order)


_ACTIVATIONS: dict[str, Any] = {
    "relu": jax.nn.relu,
    "tanh": jnp.tanh,
    "sigmoid": jax.nn.sigmoid,
}


def _softmax(scores: Any, labels: Any) -> Any:
    picked = jnp.take_along_axis(jax.nn.log_softmax(scores), labels[:, None], axis=1)
    return -jnp.mean(picked)


def _logistic(scores: Any, y: Any) -> Any:
    s = scores[:, 0]
    return jnp.mean(jnp.maximum(s, 0) - s * y + jnp.log1p(jnp.exp(-jnp.abs(s))))


_LOSSES: dict[str, Any] = {
    "softmax": _softmax,
    "logistic": _logistic,
    "squares": lambda s, y: 0.5 * jnp.sum((jax.nn.sigmoid(s) - y) ** 2),
}


def _loss(work: Workload, turns: bool, params: Any, x: Any, y: Any) -> Any:
    weights = work.weights(params)
    for i, w in enumerate(weights):
        x = x @ w.T if turns else x @ w
        x = x + params[2 * i + 1] if work.biases else x
        if i < len(weights) - 1:
            x = _ACTIVATIONS[work.hidden](x)
    return _LOSSES[work.loss](x, y)


def _step(work: Workload, turns: bool, params: Any, velocity: Any, x: Any, y: Any):
    loss, gradients = jax.value_and_grad(partial(_loss, work, turns))(params, x, y)
    gradients = [
        g if i % work.stride else g + work.l2 * p
        for i, (p, g) in enumerate(zip(params, gradients, strict=True))
    ]
    moves = [-work.lr * g for g in gradients]
    if work.momentum:
        pairs = zip(velocity, moves, strict=True)
        velocity = moves = [m + work.momentum * v for v, m in pairs]
    return [p + m for p, m in zip(params, moves, strict=True)], velocity, loss


def _start(work: Workload, turns: bool) -> Any:
    start = work.start()
    params = turned(work, start) if turns else start
    velocity = [np.zeros_like(p) for p in params if work.momentum]
    # Copies: on a CPU JAX may share NumPy's memory, and these are donated.
    return jax.tree.map(lambda a: jnp.array(a, copy=True), (params, velocity))


def _back(work: Workload, turns: bool, params: Any) -> list[Array]:
    arrays = [np.asarray(p).copy() for p in params]
    return turned(work, arrays) if turns else arrays


def calls(work: Workload, data: Data, *, turns: bool, gathers: bool) -> Contestant:
    @partial(jax.jit, donate_argnums=(0, 1))
    def step(params: Any, velocity: Any, batch: Any, rows: Any) -> Any:
        x, y = (part[rows] for part in batch) if gathers else batch
        return _step(work, turns, params, velocity, x, y)

    if gathers:
        feed = itertools.cycle([(data.whole, rows) for rows in data.rows])
    else:
        feed = itertools.cycle([(batch, None) for batch in data.batches])
    params, velocity = _start(work, turns)

    def run(steps: int) -> int:
        nonlocal params, velocity
        loss = None
        for _ in range(steps):
            params, velocity, loss = step(params, velocity, *next(feed))
        jax.block_until_ready((params, loss))
        return steps

    def after_three() -> list[Array]:
        run(3)
        return _back(work, turns, params)

    return Contestant(
        name=f"JAX jit {layout(turns)}" + " gather" * gathers,
        library="jax",
        run=run,
        after_three=after_three,
        gathers=gathers,
    )


def _scan(work: Workload, data: Data, *, turns: bool, gathers: bool) -> Contestant:
    count = len(work.order)

    @partial(jax.jit, donate_argnums=(0, 1), static_argnums=4)
    def scan(params: Any, velocity: Any, first: Any, held: Any, steps: int) -> Any:
        def body(carry: Any, i: Any) -> Any:
            x, y = _pick(held, i, gathers)
            params, velocity, loss = _step(work, turns, *carry, x, y)
            return (params, velocity), loss

        places = (first + jnp.arange(steps)) % count
        return jax.lax.scan(body, (params, velocity), places)

    held = (data.whole, data.rows) if gathers else data.stacked
    (params, velocity), first = _start(work, turns), 0

    def run(steps: int) -> int:
        nonlocal params, velocity, first
        calls = -(-steps // work.unrolled)
        for _ in range(calls):
            (params, velocity), _ = scan(params, velocity, first, held, work.unrolled)
            first = (first + work.unrolled) % count
        jax.block_until_ready(params)
        return calls * work.unrolled

    def after_three() -> list[Array]:
        (found, _), _ = scan(*_start(work, turns), 0, held, 3)
        return _back(work, turns, found)

    return Contestant(
        name=f"JAX scan {work.unrolled} {layout(turns)}" + " gather" * gathers,
        library="jax",
        run=run,
        after_three=after_three,
        gathers=gathers,
        loops=True,
    )


def _pick(held: Any, i: Any, gathers: bool) -> Any:
    """Return the batch of a step, inside a scan."""
    if gathers:
        whole, rows = held
        return tuple(part[rows[i]] for part in whole)
    if held[0].shape[0] == 1:
        return tuple(part[0] for part in held)
    return tuple(jax.lax.dynamic_index_in_dim(p, i, keepdims=False) for p in held)
