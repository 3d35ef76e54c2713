"""Time contestants side by side: interleaved rounds, medians and ratios.

Machines are noisy, so contestants take turns in short rounds and the figures that
count are ratios of medians, and of the fastest rounds, within one run.
"""

from __future__ import annotations

import gc
import platform
import statistics
import time
from collections.abc import Callable

import numpy as np

Contestants = dict[str, Callable[[], object]]


def race(
    title: str, contestants: Contestants, *, rounds: int = 25, target: float = 0.02
) -> dict[str, float]:
    """Time contestants in turns and print a table; the first one is the reference.

    Parameters
    ----------
    title : str
        What is measured.
    contestants : dict
        Name to a function of no arguments.
    rounds : int
        How many turns each contestant gets.
    target : float
        Seconds that one turn should take; sets the number of calls in a turn.

    Returns
    -------
    dict of str to float
        For each contestant, its median over the reference's median.
    """
    calls = {name: _calls(run, target) for name, run in contestants.items()}
    times: dict[str, list[float]] = {name: [] for name in contestants}
    gc.disable()
    try:
        for _ in range(rounds):
            for name, run in contestants.items():
                times[name].append(_turn(run, calls[name]))
    finally:
        gc.enable()
    return _report(title, times)


def _calls(run: Callable[[], object], target: float) -> int:
    run()
    once = max(_turn(run, 3), 1e-9)
    return max(1, int(target / once))


def _turn(run: Callable[[], object], calls: int) -> float:
    start = time.perf_counter()
    for _ in range(calls):
        run()
    return (time.perf_counter() - start) / calls


def _report(title: str, times: dict[str, list[float]]) -> dict[str, float]:
    names = list(times)
    middle = {name: statistics.median(times[name]) for name in names}
    best = {name: min(times[name]) for name in names}
    print(f"\n{title}  (n = {len(times[names[0]])} rounds)")
    print(f"  {'':24}{'median us':>12}{'best us':>12}{'ratio':>8}{'best ratio':>12}")
    for name in names:
        ratio = middle[name] / middle[names[0]]
        fastest = best[name] / best[names[0]]
        print(
            f"  {name:24}{middle[name] * 1e6:12.1f}{best[name] * 1e6:12.1f}"
            f"{ratio:8.2f}{fastest:12.2f}"
        )
    return {name: middle[name] / middle[names[0]] for name in names}


def machine() -> None:
    """Print what the figures were measured on."""
    print(
        f"{platform.platform()}, {platform.processor() or platform.machine()}, "
        f"Python {platform.python_version()}, NumPy {np.__version__}"
    )


def verdict(name: str, ratio: float, limit: float) -> None:
    """Say whether a ratio is within its target."""
    word = "met" if ratio <= limit else "MISSED"
    print(f"  target {name}: {ratio:.2f} against at most {limit:.2f}: {word}")
