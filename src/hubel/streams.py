"""Random streams: each a pure function of (seed, purpose, counters), nothing global.

Every stream is NumPy's counter-based Philox generator (Salmon et al., "Parallel
random numbers: as easy as 1, 2, 3", SC 2011) under a key derived from its name, so
that drawing more for one purpose never moves the numbers of another, and any epoch's
numbers follow from its counters alone.
"""

from __future__ import annotations

import threading
from functools import cache
from typing import Any

import numpy as np


def stream(seed: int, purpose: str, *counters: int) -> np.random.Generator:
    """Return the random stream of one purpose.

    Parameters
    ----------
    seed : int
        The run's seed, any integer.
    purpose : str
        What the numbers are for, such as ``"shuffle"`` or ``"init"``.
    *counters : int
        What tells this use from others, such as the epoch.

    Returns
    -------
    numpy.random.Generator
        A fresh Philox generator; equal arguments give equal numbers.

    Examples
    --------
    >>> a, b = stream(0, "init", 3), stream(0, "init", 3)
    >>> bool(a.random() == b.random())
    True
    """
    return np.random.Generator(np.random.Philox(key=_key(seed, purpose, counters)))


def _key(
    seed: int, purpose: str, counters: tuple[int, ...]
) -> np.ndarray[Any, np.dtype[np.uint64]]:
    """Return the key of Philox for a named stream."""
    import hashlib  # slow to load, and drawing random numbers is rare at import

    name = "/".join([str(int(seed)), purpose, *(str(int(c)) for c in counters)])
    digest = hashlib.sha256(name.encode()).digest()
    return np.frombuffer(digest[:16], dtype="<u8").astype(np.uint64, copy=False)


def permutation(
    count: int, seed: int, purpose: str, *counters: int
) -> np.ndarray[Any, np.dtype[np.int64]]:
    """Return a permutation of ``range(count)`` from the named stream.

    Sorting raw 64-bit words keeps the order the same on every NumPy version, which
    ``Generator.permutation`` does not promise.

    Examples
    --------
    >>> sorted(permutation(4, 0, "shuffle", 1).tolist())
    [0, 1, 2, 3]
    """
    words = _own().words(_key(seed, purpose, counters), count)
    order = words.argsort()  # several times quicker than a stable sort
    placed = words[order]
    if (placed[1:] == placed[:-1]).any():
        order = words.argsort(kind="stable")
    return order.astype(np.int64, copy=False)


class _Words(threading.local):
    """A Philox for each thread, wound back to the start of a stream.

    Making one takes ten times as long, and small sets are shuffled many thousand times
    a second.
    """

    def __init__(self) -> None:
        self._philox = np.random.Philox(0)
        self._start: Any = np.random.Philox(0).state

    def words(
        self, key: np.ndarray[Any, np.dtype[np.uint64]], count: int
    ) -> np.ndarray[Any, np.dtype[np.uint64]]:
        """Return the first raw words of the stream of a key."""
        self._start["state"]["key"][...] = key
        self._philox.state = self._start
        return self._philox.random_raw(count)


@cache
def _own() -> _Words:
    return _Words()  # when first needed: importing numpy.random takes its time
