"""Captured arrays: what a traced function takes from outside must not change unseen.

A small array is copied when it is recorded. A large one is fingerprinted, and the
fingerprint is checked before a reverse sweep reads the array.
"""

from __future__ import annotations

import zlib
from typing import Any

import numpy as np

from hubel.errors import MutationError
from hubel.graph.source import Line, written

COPIED = 1 << 20
"""Arrays of at most this many bytes are copied."""


def fingerprint(array: np.ndarray[Any, Any]) -> int:
    """Digest every byte of an array, in order, at the speed of memory.

    The words are laid out as a matrix; the exclusive or of its rows and that of its
    columns together notice any change or exchange of two words.
    """
    flat = np.ascontiguousarray(array).reshape(-1).view(np.uint8)
    whole = flat.size // 8 * 8
    words = flat[:whole].view(np.uint64)
    width = max(1, int(np.sqrt(words.size)))
    body = words[: words.size // width * width].reshape(-1, width)
    digest = zlib.crc32(flat[body.nbytes :].tobytes())
    digest = zlib.crc32(np.bitwise_xor.reduce(body, axis=0).tobytes(), digest)
    return zlib.crc32(np.bitwise_xor.reduce(body, axis=1).tobytes(), digest)


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
