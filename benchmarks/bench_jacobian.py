"""What does a Jacobian cost when structure is kept?

ReLU and an elementwise chain on 4096 inputs: target under 100 us and under 1 MB for the
call, tracing included (the dense array has 134 MB). A layer of a minibatch, a stencil
and a Hessian for comparison. Each is checked against the products of single sweeps
first. Peers with ``--peers``, as far as they are installed: autograd, JAX and PyTorch,
on ReLU, on a net and on a dense function; allow each of them one thread.
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
IMAGE, W1, W2 = (RNG.normal(size=s) for s in (3072, (3072, 100), (100, 10)))
V, A, B = (RNG.normal(size=s) for s in (50, (50, 50), (50, 50)))


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


def net(x):
    """Give the scores of a 3072-100-10 net."""
    return np.maximum(x @ W1, 0) @ W2


def mixed(v):
    """Mix 50 numbers twice."""
    return np.tanh(A @ np.sin(B @ v)) * v


DENSE: dict[str, tuple[Callable[..., Any], Any]] = {
    "ReLU on 4096 inputs": (relu, X),
    "a 3072-100-10 net by its image": (net, IMAGE),
    "a dense function of 50 inputs": (mixed, V),
}


def peers(name: str) -> dict[str, Callable[[], object]]:
    """List the ways to get a Jacobian, after checking that they agree."""
    f, x = DENSE[name]
    ours = hb.jacobian(f)
    expected = np.asarray(ours(x))
    found: dict[str, Callable[[], object]] = {"hubel": lambda: ours(x)}
    if f is not relu:
        compiled = hb.compile(lambda x: hb.jacobian(f)(x))
        np.testing.assert_allclose(compiled(x), expected, rtol=1e-9, atol=1e-12)
        found["hubel compiled"] = lambda: compiled(x)
    for add in (add_autograd, add_jax, add_torch):
        try:
            add(found, name, x, expected)
        except ImportError as missing:
            print(missing)
    return found


def add_autograd(found: Any, name: str, x: Any, expected: Any) -> None:
    """Add autograd's reverse mode; its functions are NumPy's."""
    import autograd
    import autograd.numpy as anp

    theirs = autograd.jacobian(_written(name, anp, anp.asarray))
    np.testing.assert_allclose(theirs(x), expected, rtol=1e-9, atol=1e-12)
    found["autograd jacobian"] = lambda: theirs(x)


def add_jax(found: Any, name: str, x: Any, expected: Any) -> None:
    """Add JAX's reverse mode, compiled."""
    import jax

    jax.config.update("jax_enable_x64", True)
    compiled = jax.jit(jax.jacrev(_written(name, jax.numpy, jax.numpy.asarray)))
    given = jax.numpy.asarray(x)
    np.testing.assert_allclose(compiled(given), expected, rtol=1e-9, atol=1e-12)
    found["jax jit(jacrev)"] = lambda: compiled(given).block_until_ready()


def add_torch(found: Any, name: str, x: Any, expected: Any) -> None:
    """Add PyTorch's reverse mode."""
    import torch

    torch.set_num_threads(1)
    theirs = torch.func.jacrev(_written(name, torch, torch.from_numpy))
    given = torch.from_numpy(x)
    np.testing.assert_allclose(theirs(given), expected, rtol=1e-9, atol=1e-12)
    found["torch func.jacrev"] = lambda: theirs(given)


def _written(name: str, xp: Any, given: Callable[..., Any]) -> Callable[..., Any]:
    """Write a function with the names of another library."""
    w1, w2, a, b = (given(array) for array in (W1, W2, A, B))
    zero = given(np.zeros(()))
    functions: dict[str, Callable[..., Any]] = {
        "ReLU on 4096 inputs": lambda x: xp.maximum(x, zero),
        "a 3072-100-10 net by its image": lambda x: xp.maximum(x @ w1, zero) @ w2,
        "a dense function of 50 inputs": lambda v: xp.tanh(a @ xp.sin(b @ v)) * v,
    }
    return functions[name]


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
        for name in DENSE:
            race(f"Jacobian of {name}", peers(name), rounds=7)


if __name__ == "__main__":
    main()
