"""How many threads hubel's own loops may use: one number of the process."""

from __future__ import annotations

import ctypes
import os
from collections.abc import Callable

from hubel.compiler.openblas import find_pool
from hubel.errors import OptionError

VARIABLE = "HUBEL_THREADS"
MOST = 1024

word = ctypes.c_int64(0)
"""The number, where native code reads it; 0 as long as nobody has asked for it."""

_told: list[Callable[[int], None]] = []


def loop_threads() -> int:
    """Return the number: what was set, or what suits this process.

    Raises
    ------
    OptionError
        If the environment variable ``HUBEL_THREADS`` is no number of threads.
    """
    if not word.value:
        word.value = from_environment() or _suitable()
    return word.value


def set_loop_threads(count: int) -> None:
    """Set the number, and tell those who have to know."""
    word.value = check(count, "threads")
    for tell in _told:
        tell(count)


def tell(watcher: Callable[[int], None]) -> None:
    """Let a function be called with each number that is set."""
    _told.append(watcher)


def from_environment() -> int | None:
    """Return what the environment variable says, if it is set."""
    text = os.environ.get(VARIABLE, "").strip()
    if not text:
        return None
    if not text.isdecimal():
        raise OptionError(
            f"{VARIABLE} is {text!r}, not a whole number",
            remedy=f"Set it to a number from 1 to {MOST}, or unset it.",
        )
    return check(int(text), VARIABLE)


def check(count: int, name: str) -> int:
    """Refuse a number that no machine has."""
    if not 1 <= count <= MOST:
        raise OptionError(
            f"{name} is {count}", remedy=f"Give a number from 1 to {MOST}."
        )
    return count


def _suitable() -> int:
    """Return the cores that this process may use, or fewer if BLAS uses fewer.

    Where somebody has told BLAS to be modest, it holds for our loops too.
    """
    if hasattr(os, "sched_getaffinity"):
        cores = len(os.sched_getaffinity(0))
    else:
        cores = os.cpu_count() or 1
    pool = find_pool()
    return max(1, min(cores, MOST, cores if pool is None else pool.get()))
