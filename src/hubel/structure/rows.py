"""Compressed rows: where the entries of each row of a sparse matrix are.

Everywhere ``starts`` (rows + 1 numbers) says where each row's entries begin in
``columns``, and ``columns`` is increasing inside a row. Every function works on all
entries at once.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from hubel.structure.arithmetic import Array, Index, require_room


class Order(NamedTuple):
    """Entries put in order.

    Attributes
    ----------
    starts, columns : arrays
        The rows that they form, each place once.
    order : array or None
        Which entry comes first, second, ...; None where they were in order.
    groups : array or None
        Where in that order each place begins; None where no place came twice.
    """

    starts: Index
    columns: Index
    order: Index | None
    groups: Index | None

    def gather(self, values: Array) -> Array:
        """Bring the entries' values into order and add those of the same place."""
        if self.order is not None:
            values = values[self.order]
        return values if self.groups is None else np.add.reduceat(values, self.groups)


def row_of(starts: Index) -> Index:
    """Return the row of every entry."""
    return np.repeat(np.arange(starts.size - 1), np.diff(starts))


def starts_of(rows: Index, count: int) -> Index:
    """Return where each of so many rows starts, from the sorted rows of entries."""
    starts = np.zeros(count + 1, np.intp)
    np.cumsum(np.bincount(rows, minlength=count), out=starts[1:])
    return starts


def arrange(rows: Index, columns: Index, shape: tuple[int, int]) -> Order:
    """Put entries in order of row and column, with equal places side by side."""
    # A key holds the row in its high bits and the column in its low ones: shifting is
    # several times faster than dividing.
    low = max(shape[1] - 1, 0).bit_length()
    keys, order = _sorted((rows << low) | columns, shape[0].bit_length() + low)
    fresh = np.empty(keys.size, np.bool_)
    fresh[:1] = True
    np.not_equal(keys[1:], keys[:-1], out=fresh[1:])
    groups = None
    if not fresh.all():
        groups = np.flatnonzero(fresh)
        keys = keys[groups]
    starts = starts_of(keys >> low, shape[0])
    return Order(starts, keys & ((1 << low) - 1), order, groups)


def _sorted(keys: Index, bits: int) -> tuple[Index, Index | None]:
    """Return keys of so many bits in order, and the permutation that did it."""
    if (keys[1:] >= keys[:-1]).all():
        return keys, None
    low = int(keys.size).bit_length()
    if bits + low > 63:
        order = np.argsort(keys, kind="stable")
        return keys[order], order
    # Sorting numbers is several times faster than sorting positions by them, so each
    # key takes its position along in its low bits.
    packed = (keys << low) | np.arange(keys.size)
    packed.sort()
    return packed >> low, packed & ((1 << low) - 1)


def expand(starts: Index, picked: Index) -> tuple[Index, Index]:
    """Return the entries of picked rows, one row after the other.

    Returns
    -------
    entries : array
        Positions among all entries.
    counts : array
        How many of them each picked row has.
    """
    counts = np.diff(starts)[picked]
    require_room(
        32 * int(counts.sum()),
        "a sparse product's terms",
        "Keep the factors apart: A @ (B @ v).",
    )
    before = np.cumsum(counts) - counts
    entries = np.repeat(starts[picked] - before, counts)
    entries += np.arange(entries.size)
    return entries, counts


def sum_rows(values: Array, starts: Index) -> Array:
    """Add the entries of each row; values have shape (entries, k)."""
    filled = np.flatnonzero(np.diff(starts))
    if filled.size == starts.size - 1 and filled.size:
        return np.add.reduceat(values, starts[:-1], axis=0)
    total = np.zeros((starts.size - 1, values.shape[1]), values.dtype)
    if filled.size:
        # `reduceat` gives an empty segment the element at its start.
        total[filled] = np.add.reduceat(values, starts[filled], axis=0)
    return total
