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
from dataclasses import dataclass, field

import numpy as np

Contestants = dict[str, Callable[[], object]]
Runners = dict[str, Callable[[int], int]]
"""Name to a function that takes at least so many steps and returns how many."""


@dataclass(frozen=True, slots=True)
class Times:
    """Seconds a step of one contestant, one number a turn.

    The time of the process leaves out what other processes took, and adds up the
    threads of this one: it is the better clock of work on one thread, and no clock of
    work on several.
    """

    wall: list[float] = field(default_factory=list)
    process: list[float] = field(default_factory=list)


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
    runners = {name: repeating(run) for name, run in contestants.items()}
    times = take_turns(runners, rounds=rounds, target=target)
    return report(title, {name: each.wall for name, each in times.items()})


def take_turns(
    runners: Runners, *, rounds: int = 25, target: float = 0.02
) -> dict[str, Times]:
    """Time runners in turns of about ``target`` seconds, after one turn to warm up."""
    steps = {name: _steps(run, target) for name, run in runners.items()}
    times = {name: Times() for name in runners}
    gc.collect()
    gc.disable()
    try:
        for _ in range(rounds):
            for name, run in runners.items():
                wall, process = _turn(run, steps[name])
                times[name].wall.append(wall)
                times[name].process.append(process)
    finally:
        gc.enable()
    return times


def repeating(run: Callable[[], object]) -> Callable[[int], int]:
    """Make a runner whose step is one call."""

    def repeat(calls: int) -> int:
        for _ in range(calls):
            run()
        return calls

    return repeat


def _steps(run: Callable[[int], int], target: float) -> int:
    """Warm up; return how many steps take about ``target`` seconds."""
    run(1)
    once = max(_turn(run, 3)[0], 1e-9)
    run(max(1, int(target / once)))
    once = max(_turn(run, 3)[0], 1e-9)
    return max(1, int(target / once))


def _turn(run: Callable[[int], int], steps: int) -> tuple[float, float]:
    wall, process = time.perf_counter(), time.process_time()
    done = run(steps)
    process, wall = time.process_time() - process, time.perf_counter() - wall
    return wall / done, process / done


def report(title: str, times: dict[str, list[float]]) -> dict[str, float]:
    """Print a table of times in seconds; return the medians over the first one's."""
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
