"""What does one call of a compiled function cost, where the arithmetic is nothing?

Six float32 arrays of 8 numbers go in; their sum comes out, or six arrays do, as of a
step of training. Target: at most 5 us. Peer with ``--peers``: JAX, whose arrays stay
its own, waiting for each result or not. Times are those of the process.
"""

from __future__ import annotations

import statistics
import sys
from collections.abc import Callable
from importlib.util import find_spec
from typing import Any

import numpy as np

import hubel as hb
from benchmarks._harness import machine, repeating, report, take_turns, verdict
from benchmarks._process import settle, wait_until_idle

ARRAYS = [np.arange(8, dtype=np.float32) + i for i in range(6)]
AT_MOST = 5.0


def added(a, b, c, d, e, f):
    """Return one array."""
    return a + b + c + d + e + f


def moved(a, b, c, d, e, f):
    """Return as many arrays as go in."""
    return [x - 0.5 * y for x, y in ((a, b), (b, c), (c, d), (d, e), (e, f), (f, a))]


def of_jax(f) -> dict[str, Callable[[], Any]]:
    """Return calls of JAX's compiled function."""
    import jax

    compiled, arrays = jax.jit(f), [jax.device_put(a) for a in ARRAYS]
    return {
        "JAX, waiting": lambda: jax.block_until_ready(compiled(*arrays)),
        "JAX": lambda: compiled(*arrays),
        "JAX, NumPy's arrays": lambda: jax.block_until_ready(compiled(*ARRAYS)),
    }


def contest(title: str, f: Callable[..., Any]) -> None:
    """Assert that all agree, then race."""
    compiled = hb.compile(f)
    calls: dict[str, Callable[[], Any]] = {
        "hubel compiled": lambda: compiled(*ARRAYS),
        "NumPy": lambda: f(*ARRAYS),
    }
    if "--peers" in sys.argv:
        if find_spec("jax"):
            calls |= of_jax(f)
        else:
            print("jax is not installed and left out")
    for name, call in calls.items():
        for ours, right in zip(call(), f(*ARRAYS), strict=True):
            np.testing.assert_allclose(ours, right, rtol=1e-6, err_msg=name)
    wait_until_idle()
    times = take_turns({name: repeating(call) for name, call in calls.items()})
    report(title, {name: each.process for name, each in times.items()})
    ours = statistics.median(times["hubel compiled"].process) * 1e6
    verdict("microseconds a call", ours, AT_MOST)


def main() -> None:
    """Race with one array out, and with six."""
    settle(1)
    machine()
    contest("a call with 6 small arrays in, 1 out", added)
    contest("a call with 6 small arrays in, 6 out", moved)


if __name__ == "__main__":
    main()
