"""Captured arrays: what a traced function takes from outside must not change unseen.

A small array is copied when it is recorded. A large one is fingerprinted, and the
fingerprint is checked before a reverse sweep reads the array.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np

from hubel.errors import MutationError
from hubel.graph.source import Line, written
from hubel.streams import stream

COPIED = 1 << 20
"""Arrays of at most this many bytes are copied."""

WIDTH = 4096
"""Words per row of a fingerprint."""


def fingerprint(array: np.ndarray[Any, Any]) -> bytes:
    """Digest every byte of an array, in order, at the speed of memory.

    The words are laid out as a matrix, whose rows are multiplied by odd random numbers
    and added up modulo 2**64 (multilinear hashing; Carter and Wegman, "Universal
    classes of hash functions", 1979): a change of one word always shows, any other
    change but for chance.
    """
    flat = np.ascontiguousarray(array).reshape(-1).view(np.uint8)
    whole = flat.size // (8 * WIDTH) * (8 * WIDTH)
    rows = flat[:whole].view(np.uint64).reshape(-1, WIDTH) @ _weights()
    return rows.tobytes() + flat[whole:].tobytes()


@cache
def _weights() -> np.ndarray[Any, Any]:
    random = stream(0, "fingerprint")
    return random.integers(0, 1 << 63, WIDTH, np.uint64) * np.uint64(2) + np.uint64(1)


class Guard:
    """A watch over one large captured array."""

    __slots__ = ("array", "digest", "line", "use")

    def __init__(
        self, array: np.ndarray[Any, Any], use: str, line: Line | None
    ) -> None:
        self.array = array
        self.use = use
        self.line = line
        self.digest = fingerprint(array)

    def check(self) -> None:
        """Raise an error if the array is not what it was."""
        if fingerprint(self.array) != self.digest:
            raise MutationError(
                f"an array of shape {self.array.shape} that {self.use} captured was "
                "changed before the reverse sweep read it",
                where=written(self.line),
                remedy="pass the array as an argument, or change a copy of it",
            )


def copied(array: Any) -> Any:
    """Copy an array; of a number that was broadcast, the number alone."""
    if array.size > 1 and not any(array.strides):
        one = array[(slice(1),) * array.ndim].copy()
        return np.broadcast_to(one, array.shape)
    return array.copy()
