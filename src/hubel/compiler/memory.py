"""Memory: lifetimes to offsets in one arena."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

ALIGNMENT = 64


@dataclass(frozen=True, slots=True)
class Interval:
    """When a buffer is alive, in steps of the schedule (both ends included)."""

    first: int
    last: int
    nbytes: int


def place(intervals: Sequence[Interval]) -> tuple[list[int], int]:
    """Give each buffer an offset so that buffers alive together do not overlap.

    Largest first, each at the lowest offset where it fits (the greedy-by-size rule of
    Pisarchyk and Lee, "Efficient memory management for deep neural net inference",
    2020).

    Returns
    -------
    offsets : list of int
        Multiples of 64 bytes.
    total : int
        The bytes of the arena.

    Examples
    --------
    >>> place([Interval(0, 1, 100), Interval(1, 2, 50), Interval(2, 3, 100)])
    ([0, 128, 0], 192)
    """
    offsets = [0] * len(intervals)
    placed: list[int] = []
    total = 0
    for i in sorted(range(len(intervals)), key=lambda i: (-intervals[i].nbytes, i)):
        size = _rounded(intervals[i].nbytes)
        offset = 0
        for j in sorted(placed, key=offsets.__getitem__):
            if not _together(intervals[i], intervals[j]):
                continue
            if offset + size <= offsets[j]:
                break
            offset = max(offset, offsets[j] + _rounded(intervals[j].nbytes))
        offsets[i] = offset
        placed.append(i)
        total = max(total, offset + size)
    return offsets, total


def _rounded(nbytes: int) -> int:
    return -(-nbytes // ALIGNMENT) * ALIGNMENT


def _together(a: Interval, b: Interval) -> bool:
    return a.first <= b.last and b.first <= a.last
