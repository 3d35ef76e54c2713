"""Greedy colouring: each vertex in turn takes the least colour that it may have.

The colours that a vertex may not have are the bits of one number, so that looking for a
colour takes a few operations for each place, however many colours there are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np

from hubel.derive.orders import Lists
from hubel.structure.arithmetic import Index

LARGE = 20_000
"""With so many places, a colour above the lower bound costs less than another order."""
PERIODS = 4
"""How many periods from the lower bound on are tried."""
LINES = 2
"""How many lengths of an array's lines are tried."""
WIDE = 32
"""The most places in a row of what is taken for a stencil."""

Tries = Iterator[tuple[str, Callable[[], Index | None]]]
"""Ways to colour by name; each gives colours, or None if it does not fit."""


def fewest(tries: Tries, bound: int, places: int) -> tuple[Index, str]:
    """Colour in several ways until one is good enough; keep that of fewest colours."""
    best: tuple[Index, str] | None = None
    least = 0
    for name, color in tries:
        colors = color()
        if colors is None:
            continue
        count = int(colors.max(initial=-1)) + 1
        if best is None or count < least:
            best, least = (colors, name), count
        if least <= bound + (places >= LARGE):
            break
    assert best is not None  # the natural order always gives a colouring
    return best


def periods(
    size: int, bound: int, lines: Sequence[int], fits: Callable[[Index], bool]
) -> Index | None:
    """Return colours that repeat, if some fit.

    Blocks of p colours, with ``size mod p`` blocks of p + 1 that close up a ring; and
    for arrays of more axes, whose lines have these lengths, p colours that move on by a
    step from one line to the next.
    """
    every = np.arange(size)
    for p in range(max(bound, 1), max(bound, 1) + PERIODS):
        longer = size % p
        whole = size - longer * (p + 1)
        if whole >= 0:
            plain, tail = every[:whole] % p, every[: size - whole] % (p + 1)
            colors = np.concatenate([plain, tail])
            if fits(colors):
                return colors
        for length in lines:
            for step in range(1, p):
                colors = (every % length + step * (every // length)) % p
                if fits(colors):
                    return colors
    return None


def line_lengths(offsets: Index, bound: int, size: int) -> list[int]:
    """Guess the lengths of an array's lines: how far apart a stencil's columns are.

    The distances of a stencil occur in most rows, those of other patterns in few.
    """
    if bound > WIDE:
        return []
    distances, counts = np.unique(abs(offsets), return_counts=True)
    far = (distances > max(bound, 1)) & (2 * counts >= size)
    order = np.argsort(-counts[far], kind="stable")[:LINES]
    return distances[far][order].tolist()


def distinct_in_rows(rows_of: Lists, order: Sequence[int], count: int) -> Index:
    """Colour columns so that no row holds two of one colour.

    ``rows_of`` lists the rows of each column, ``count`` is the number of rows.
    """
    starts, members = rows_of
    used, colors = [0] * count, [0] * len(order)
    for column in order:
        rows = members[starts[column] : starts[column + 1]]
        taken = 0
        for row in rows:
            taken |= used[row]
        bit = ~taken & (taken + 1)
        for row in rows:
            used[row] |= bit
        colors[column] = bit.bit_length() - 1
    return np.array(colors, np.intp)
