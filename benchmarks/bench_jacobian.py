"""What does a Jacobian cost when structure is kept?

ReLU and an elementwise chain on 4096 inputs: target under 100 us and under 1 MB for the
call, tracing included (the dense array has 134 MB). A layer of a minibatch, a stencil
and a Hessian for comparison. Each is checked against the products of single sweeps
first. Peers with ``--peers``, on ReLU: autograd and JAX, dense, if they are installed.
"""

from __future__ import annotations

import sys
import time
import tracemalloc
from collections.abc import Callable
from typing import Any

import numpy as np

import hubel as hb
from benchmarks._harness import machine, race, verdict

RNG = np.random.default_rng(0)
X = RNG.normal(size=4096)
BATCH = RNG.normal(size=(100, 64))
W = RNG.normal(size=(64, 32))


def relu(x):
    """Clip below zero."""
    return np.maximum(x, 0)


def chain(x):
    """Apply four elementwise gates."""
    return np.maximum(np.tanh(x) * 3.0, 0) + x


def layer(x):
    """Apply one layer to a minibatch."""
    return np.tanh(x @ W)


def stencil(x):
    """Do one step of Burgers' equation on a ring."""
    return x - x * (np.roll(x, -1) - np.roll(x, 1)) * 0.1


def energy(x):
    """Add up Rosenbrock's function along a chain."""
    return (100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2).sum()


CASES: dict[str, tuple[Callable[..., Any], Callable[..., Any], Any]] = {
    "ReLU, 4096": (relu, hb.jacobian, X),
    "elementwise chain, 4096": (chain, hb.jacobian, X),
    "tanh(X @ W), 6400": (layer, hb.jacobian, BATCH),
    "periodic stencil, 4096": (stencil, hb.jacobian, X),
    "Hessian of a chain, 4096": (energy, hb.hessian, X),
}


def check(f: Callable[..., Any], way: Callable[..., Any], x: Any) -> None:
    """Assert that an operator multiplies as a single sweep does."""
    tangent = RNG.normal(size=x.shape)
    moving = f if way is hb.jacobian else hb.grad(f)
    _, expected = hb.jvp(moving, (x,), (tangent,))
    found = way(f)(x).apply(tangent)
    np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-9)


def peak(run: Callable[[], object]) -> int:
    """Return the most bytes that are in use during a call, beyond those before."""
    tracemalloc.start()
    try:
        before, _ = tracemalloc.get_traced_memory()
        kept = run()
        _, most = tracemalloc.get_traced_memory()
        del kept
    finally:
        tracemalloc.stop()
    return most - before


def seconds(run: Callable[[], object], rounds: int = 200) -> float:
    """Return the median time of a call."""
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        run()
        times.append(time.perf_counter() - start)
    return float(np.median(times))


def contestants() -> dict[str, Callable[[], object]]:
    """List the ways to get the Jacobian of ReLU, after checking that they agree."""
    ours = hb.jacobian(relu)
    found: dict[str, Callable[[], object]] = {"hubel": lambda: ours(X)}
    expected = np.asarray(ours(X))
    try:
        import autograd
        import autograd.numpy as anp
    except ImportError:
        print("autograd is not installed")
    else:
        theirs = autograd.jacobian(lambda x: anp.maximum(x, 0))
        np.testing.assert_array_equal(theirs(X), expected)
        found["autograd jacobian"] = lambda: theirs(X)
    try:
        import jax
    except ImportError:
        print("jax is not installed")
        return found
    jax.config.update("jax_enable_x64", True)
    compiled = jax.jit(jax.jacrev(lambda x: jax.numpy.maximum(x, 0)))
    np.testing.assert_array_equal(np.asarray(compiled(X)), expected)
    found["jax jit(jacrev)"] = lambda: compiled(X).block_until_ready()
    return found


def main() -> None:
    """Check, then measure."""
    machine()
    print(f"  {'':28}{'us':>10}{'kB peak':>10}  result")
    for name, (f, way, x) in CASES.items():
        check(f, way, x)
        differentiate = way(f)

        def call(differentiate: Any = differentiate, x: Any = x) -> object:
            return differentiate(x)

        took, room = seconds(call), peak(call)
        print(f"  {name:28}{took * 1e6:10.1f}{room / 1e3:10.1f}  {call()!r}")
        if x is X and way is hb.jacobian and f in (relu, chain):
            verdict(f"{name}, us", took * 1e6, 100)
            verdict(f"{name}, MB", room / 1e6, 1)
    if "--peers" in sys.argv:
        race("Jacobian of ReLU on 4096 inputs", contestants(), rounds=5)


if __name__ == "__main__":
    main()
