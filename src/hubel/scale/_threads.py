"""How many threads a piece of work may use."""

from __future__ import annotations

import os
import warnings
from collections.abc import Generator
from contextlib import contextmanager

from hubel.compiler.openblas import find_pool
from hubel.errors import OptionError

VARIABLE = "HUBEL_THREADS"
_MOST = 1024


@contextmanager
def threads(count: int | None = None) -> Generator[int | None]:
    """Let matrix products use so many threads, until the end of the block.

    Parameters
    ----------
    count : int, optional
        From 1 to 1024. When left out, what the environment variable
        ``HUBEL_THREADS`` says; without it nothing changes.

    Yields
    ------
    int or None
        The number of threads in use; None where NumPy's BLAS is not one whose threads
        can be set, which is also a warning if a number was asked for.

    Raises
    ------
    OptionError
        If the number is not one of these.

    Notes
    -----
    The setting belongs to the whole process: two blocks in two Python threads at once
    see each other. What was set before comes back at the end.

    Examples
    --------
    >>> before = blas_threads()
    >>> with threads(1):
    ...     inside = blas_threads()
    >>> inside in (1, None), blas_threads() == before
    (True, True)
    """
    wanted = _check(count, "threads") if count is not None else _from_environment()
    pool = find_pool()
    if pool is None or wanted is None:
        if wanted is not None:
            warnings.warn(_UNKNOWN, RuntimeWarning, stacklevel=3)
        yield blas_threads()
        return
    before = pool.get()
    pool.set(wanted)
    try:
        yield pool.get()
    finally:
        pool.set(before)


_UNKNOWN = (
    "NumPy does its matrix products with a library whose threads hubel cannot set; "
    "it uses as many as it likes"
)


def blas_threads() -> int | None:
    """Return how many threads NumPy's matrix products use; None if unknown."""
    pool = find_pool()
    return None if pool is None else pool.get()


def _from_environment() -> int | None:
    """Return what the environment variable says, if it is set."""
    text = os.environ.get(VARIABLE, "").strip()
    if not text:
        return None
    if not text.isdecimal():
        raise OptionError(
            f"{VARIABLE} is {text!r}, not a whole number",
            remedy=f"Set it to a number from 1 to {_MOST}, or unset it.",
        )
    return _check(int(text), VARIABLE)


def _check(count: int, name: str) -> int:
    """Refuse a number that no machine has."""
    if not 1 <= count <= _MOST:
        raise OptionError(
            f"{name} is {count}", remedy=f"Give a number from 1 to {_MOST}."
        )
    return count
