"""What does the gradient of an elementwise chain cost, from 1e3 to 1e7 numbers?

The gradient with respect to x of sum(tanh(sigmoid(x * a + b) * c + d)**2), float32, on
one thread, by the time of the process. At 1e3 calls are what counts, at 1e5 arithmetic,
at 1e7 memory: libraries lose most of their time there to pages that are new in every
call, so that writing into an array of the caller's is shown beside. Targets: 0.53, 0.98
and 0.29 of the best peer's time (6 us, 105 us and 15 ms where the peers took 11.3 us,
107 us and 51 ms), where NumPy by hand, which differentiates nothing, is a peer only if
there is no other. Peers with ``--peers``: JAX, autograd, PyTorch, with ``--slow``
torch.compile too. With ``--threads 2`` (or more) the clock on the wall counts, hubel on
one thread is shown beside, the target is to be level with the best peer, and an update
with momentum is raced too.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from importlib.util import find_spec
from typing import Any

import numpy as np

import hubel as hb
from benchmarks._harness import (
    Runners,
    machine,
    repeating,
    report,
    take_turns,
    verdict,
)
from benchmarks._process import settle, wait_until_idle

A, B, C, D = 1.5, 0.25, 2.0, -0.5
AT_MOST = {1_000: 0.53, 100_000: 0.98, 10_000_000: 0.29}
RNG = np.random.default_rng(0)
_parser = argparse.ArgumentParser()
_parser.add_argument("--threads", type=int, default=1)
THREADS: int = _parser.parse_known_args()[0].threads
Gradient = Callable[[Any], Any]


def chain(x):
    """Compute the function of the title in NumPy."""
    return np.sum(np.tanh(1 / (1 + np.exp(-(x * A + B))) * C + D) ** 2)


def by_hand(x):
    """Do the same forward and backward, with temporaries."""
    s = 1 / (1 + np.exp(-(x * A + B)))
    t = np.tanh(s * C + D)
    return 2 * t * (1 - t * t) * (C * A) * s * (1 - s)


class InPlace:
    """Do the same with three arrays that were made once, one of them the result."""

    def __init__(self, x):
        self._arrays = tuple(np.empty_like(x) for _ in range(3))

    def __call__(self, x):
        s, t, u = self._arrays
        np.multiply(x, -A, out=s)
        np.subtract(s, B, out=s)
        np.exp(s, out=s)
        np.add(s, 1, out=s)
        np.reciprocal(s, out=s)
        np.multiply(s, C, out=t)
        np.add(t, D, out=t)
        np.tanh(t, out=t)
        np.multiply(t, t, out=u)
        np.subtract(1, u, out=u)
        np.multiply(t, u, out=t)
        np.multiply(t, 2 * A * C, out=t)
        np.multiply(t, s, out=t)
        np.subtract(1, s, out=s)
        return np.multiply(t, s, out=t)


def hubels(x) -> dict[str, Gradient]:
    """Return hubel's gradient, and the same written into an array."""
    gradient = hb.grad(chain)
    fresh = hb.compile(gradient)
    given = hb.compile(lambda x, into: gradient(x), donate=(1,))
    into = np.empty_like(x)
    return {"hubel compiled": fresh, "hubel into an array": lambda x: given(x, into)}


def of_jax(x) -> Gradient:
    """Return JAX's gradient, compiled."""
    import jax
    import jax.numpy as jnp

    def f(x):
        return jnp.sum(jnp.tanh(jax.nn.sigmoid(x * A + B) * C + D) ** 2)

    gradient, held = jax.jit(jax.grad(f)), jnp.array(x)
    return lambda _: gradient(held).block_until_ready()


def of_autograd(x) -> Gradient:
    """Return autograd's gradient."""
    import autograd

    return autograd.grad(chain)


def of_torch(x, *, compiled: bool = False) -> Gradient:
    """Return PyTorch's gradient."""
    import torch

    torch.set_num_threads(THREADS)
    held = torch.tensor(x, requires_grad=not compiled)

    def f(x):
        return (torch.tanh(torch.sigmoid(x * A + B) * C + D) ** 2).sum()

    if compiled:
        gradient = torch.compile(torch.func.grad(f))
        return lambda _: gradient(held)
    return lambda _: torch.autograd.grad(f(held), held)[0]


def peers(x) -> dict[str, Gradient]:
    """Return the gradients of the peers that were asked for and are installed."""
    makers = {"jax": of_jax, "autograd": of_autograd, "torch": of_torch}
    found: dict[str, Gradient] = {}
    for name, make in makers.items() if "--peers" in sys.argv else ():
        if find_spec(name):
            found[name] = make(x)
        else:
            print(f"{name} is not installed and left out")
    if "torch" in found and "--slow" in sys.argv:
        found["torch.compile"] = of_torch(x, compiled=True)
    return found


def contest(count: int) -> None:
    """Assert that all agree, then race."""
    x = RNG.normal(size=count).astype(np.float32)
    others = peers(x)
    by_numpy = {"NumPy by hand": by_hand, "NumPy in place": InPlace(x)}
    gradients = {**hubels(x), **by_numpy, **others}
    truth = by_hand(x.astype(np.float64))
    for name, gradient in gradients.items():
        found = np.asarray(gradient(x))
        np.testing.assert_allclose(found, truth, rtol=1e-4, atol=2e-6, err_msg=name)
        assert found.dtype == np.float32, name
    runners = {n: repeating(lambda g=g: g(x)) for n, g in gradients.items()}
    title = f"gradient of an elementwise chain, {count:,} numbers"
    ratios = timed(title, runners, rounds=11 if count < 10**6 else 5)
    best = min(others or by_numpy, key=ratios.__getitem__)
    limit = AT_MOST[count] if THREADS == 1 else 1.0
    verdict(f"hubel over {best}", 1 / ratios[best], limit)


def timed(title: str, runners: Runners, *, rounds: int) -> dict[str, float]:
    """Race by the clock that suits the threads; with more than one, hubel alone too."""
    wait_until_idle()
    if THREADS > 1:
        first = next(iter(runners))
        runners = {**runners, "hubel on one thread": alone(runners[first])}
    times = take_turns(runners, rounds=rounds)
    clock = "process" if THREADS == 1 else "wall"
    title = f"{title}, float32, threads: {THREADS}, clock: {clock}"
    return report(title, {name: getattr(each, clock) for name, each in times.items()})


def alone(run: Callable[[int], int]) -> Callable[[int], int]:
    """Let a runner's turns go on one thread."""

    def one_thread(calls: int) -> int:
        with hb.threads(1):
            return run(calls)

    return one_thread


def momentum(count: int) -> None:
    """Race an update of weights in place."""
    w, v, g = (RNG.normal(size=count).astype(np.float32) for _ in range(3))

    def update(w, v, g):
        v = 0.9 * v - 0.01 * g
        return w + v, v

    def by_numpy(w, v, g):
        np.multiply(v, np.float32(0.9), out=v)
        np.subtract(v, np.float32(0.01) * g, out=v)
        np.add(w, v, out=w)
        return w, v

    compiled = hb.compile(update, donate=(0, 1))
    results = [f(w.copy(), v.copy(), g) for f in (compiled, by_numpy)]
    np.testing.assert_allclose(*results, rtol=1e-4, atol=1e-6)
    contestants = {"hubel compiled": compiled, "NumPy in place": by_numpy}
    runners = {}
    for name, f in contestants.items():
        own = w.copy(), v.copy(), g
        runners[name] = repeating(lambda f=f, own=own: f(*own))
    timed(f"update with momentum, {count:,} numbers", runners, rounds=11)


def main() -> None:
    """Race at every size."""
    settle(THREADS)
    machine()
    for count in AT_MOST:
        contest(count)
    for count in (300_000, 3_000_000) if THREADS > 1 else ():
        momentum(count)


if __name__ == "__main__":
    main()
