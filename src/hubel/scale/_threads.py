"""How many threads a piece of work may use."""

from __future__ import annotations

import warnings
from collections.abc import Generator
from contextlib import contextmanager

from hubel.compiler.openblas import find_pool
from hubel.compiler.threads import (
    check,
    from_environment,
    loop_threads,
    set_loop_threads,
)


@contextmanager
def threads(count: int | None = None) -> Generator[int | None]:
    """Let products and hubel's own loops use so many threads, until the block's end.

    Parameters
    ----------
    count : int, optional
        From 1 to 1024. When left out, what the environment variable
        ``HUBEL_THREADS`` says; without it nothing changes.

    Yields
    ------
    int or None
        The number of threads that products use; None where NumPy's BLAS is not one
        whose threads can be set, which is also a warning if a number was asked for.

    Raises
    ------
    OptionError
        If the number is not one of these.

    Notes
    -----
    The setting belongs to the whole process: two blocks in two Python threads at once
    see each other. What was set before comes back at the end. Without any setting the
    loops of compiled functions use the cores that the process may use, or as many as
    BLAS does if those are fewer; short loops are done by one thread, whatever is set.

    Examples
    --------
    >>> before = blas_threads()
    >>> with threads(1):
    ...     inside = blas_threads()
    >>> inside in (1, None), blas_threads() == before
    (True, True)
    """
    wanted = check(count, "threads") if count is not None else from_environment()
    if wanted is None:
        yield blas_threads()
        return
    pool, loops = find_pool(), loop_threads()
    before = pool.get() if pool else 0
    if pool is None:
        warnings.warn(_UNKNOWN, RuntimeWarning, stacklevel=3)
    set_loop_threads(wanted)
    try:
        if pool is not None:
            pool.set(wanted)
        yield blas_threads() if pool is None else pool.get()
    finally:
        if pool is not None:
            pool.set(before)
        set_loop_threads(loops)


_UNKNOWN = (
    "NumPy does its matrix products with a library whose threads hubel cannot set; "
    "it uses as many as it likes"
)


def blas_threads() -> int | None:
    """Return how many threads NumPy's matrix products use; None if unknown."""
    pool = find_pool()
    return None if pool is None else pool.get()
