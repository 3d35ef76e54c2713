"""Dependence: which elements of a source each element of a value depends on."""

from __future__ import annotations

from typing import Any

import numpy as np

from hubel.structure.arithmetic import Index
from hubel.structure.pattern import Pattern
from hubel.structure.rows import expand, row_of

Bits = np.ndarray[Any, np.dtype[np.uint8]]
Mask = np.ndarray[Any, np.dtype[np.bool_]]

CHUNK = 2**26
"""The bytes of an intermediate array of bits."""


class Dependence:
    """A boolean matrix, kept as a sparse pattern or as bits, whichever is smaller.

    Parameters
    ----------
    held : Pattern or array of uint8
        The pattern, or one row of packed bits (as ``np.packbits``) for each element.
    width : int
        The number of elements of the source.

    Examples
    --------
    >>> Dependence(Pattern.of(np.eye(3)), 3).taken(np.array([2, -1])).pattern().places()
    (array([0]), array([2]))
    """

    __slots__ = ("held", "width")

    def __init__(self, held: Pattern | Bits, width: int) -> None:
        self.width = width
        self.held: Pattern | Bits = held

    @classmethod
    def identity(cls, width: int) -> Dependence:
        """Every element depends on itself."""
        every = np.arange(width + 1)
        return cls(Pattern.ordered(every, every[:-1], width), width)

    @property
    def rows(self) -> int:
        """The number of elements that depend."""
        return self.held.shape[0]

    @property
    def nbytes(self) -> int:
        """The bytes that it takes."""
        return self.held.nbytes

    def pattern(self) -> Pattern:
        """Return it as a sparse pattern."""
        held = self.held
        return held if isinstance(held, Pattern) else _unpacked(held, self.width)

    def bits(self) -> Bits:
        """Return it as rows of packed bits."""
        return _packed(self.held) if isinstance(self.held, Pattern) else self.held

    def counts(self) -> Index:
        """Return how many elements of the source each element depends on."""
        if isinstance(self.held, Pattern):
            return self.held.counts()
        return np.bitwise_count(self.held).sum(axis=1, dtype=np.intp)

    def taken(self, index: Index) -> Dependence:
        """Return the rows at positions; -1 gives an empty one."""
        held = self.held
        if isinstance(held, Pattern):
            index = np.where(index < 0, self.rows, index)
            starts = np.append(held.starts, held.starts[-1])
            places = int(np.diff(starts)[index].sum())
            if self._fits(index.size, places):
                entries, counts = expand(starts, index)
                found = np.zeros(index.size + 1, np.intp)
                np.cumsum(counts, out=found[1:])
                made = Pattern.ordered(found, held.columns[entries], self.width)
                return Dependence(made, self.width)
        bits = self.bits()
        taken = bits[np.minimum(index, self.rows - 1)] if self.rows else bits[:0]
        taken[index < 0] = 0
        return self._of_bits(taken)

    def grouped(self, labels: Index, count: int) -> Dependence:
        """Unite the rows with the same label from 0 to ``count`` - 1; -1 is dropped."""
        if isinstance(self.held, Pattern):
            rows = labels[row_of(self.held.starts)]
            kept = slice(None) if labels.min(initial=0) >= 0 else rows >= 0
            columns, shape = self.held.columns[kept], (count, self.width)
            pattern, _ = Pattern.placed(rows[kept], columns, shape)
            return Dependence(pattern, self.width)
        order = np.argsort(labels, kind="stable")
        order = order[np.searchsorted(labels[order], 0) :]
        united = np.zeros((count, self.held.shape[1]), np.uint8)
        if order.size:
            starts = np.flatnonzero(np.diff(labels[order], prepend=-1))
            rows = labels[order[starts]]
            united[rows] = np.bitwise_or.reduceat(self.held[order], starts, axis=0)
        return self._of_bits(united)

    def through(self, local: Pattern) -> Dependence:
        """Unite, for each row of a pattern, the rows at its columns."""
        picked, rows = local.columns, row_of(local.starts)
        if isinstance(self.held, Pattern):
            terms = int(self.held.counts()[picked].sum())
            if self._fits(local.shape[0], terms):
                return Dependence(local @ self.held, self.width)
        return self.taken(picked).packed().grouped(rows, local.shape[0])

    def packed(self) -> Dependence:
        """Return it held as bits."""
        return Dependence(self.bits(), self.width)

    def running(self, shape: tuple[int, ...], axis: int, reverse: bool) -> Dependence:
        """Unite each row with all before it along an axis, or all after it."""
        step = slice(None, None, -1 if reverse else 1)
        along = (slice(None),) * axis + (step,)
        width = -(-self.width // 8)
        bits = self.bits().reshape(*shape, width)[along]
        united = np.bitwise_or.accumulate(bits, axis=axis)[along]
        return self._of_bits(united.reshape(self.rows, width))

    def united(self, other: Dependence) -> Dependence:
        """Unite row by row."""
        if self is other or self.held is other.held:
            return self
        if isinstance(self.held, Pattern) and isinstance(other.held, Pattern):
            return Dependence(self.held | other.held, self.width).smaller()
        return self._of_bits(self.bits() | other.bits())

    def kept(self, rows: Mask) -> Dependence:
        """Empty the rows where the mask is False."""
        if rows.all():
            return self
        if isinstance(self.held, Pattern):
            every = np.arange(self.rows)
            return self.taken(np.where(rows, every, -1))
        return self._of_bits(self.held * rows[:, None].astype(np.uint8))

    def crossed(self, other: Dependence) -> Dependence:
        """Return which pairs of columns meet in a row: the transpose times the other.

        Equal rows meet once.
        """
        flipped = self.pattern().T
        terms = int((self.counts() * other.counts()).sum())
        if self._fits(self.width, terms):
            return Dependence(flipped @ other.pattern(), self.width)
        bits = other.bits()
        found = np.zeros((self.width, bits.shape[1]), np.uint8)
        for column in np.flatnonzero(flipped.counts()).tolist():
            meeting = bits[flipped.row(column)]
            np.bitwise_or.reduce(meeting, axis=0, out=found[column])
        return Dependence(found, self.width).smaller()

    def smaller(self) -> Dependence:
        """Return it in the form that takes less memory."""
        if isinstance(self.held, Pattern):
            fits = self._fits(self.rows, self.held.nnz)
            return self if fits else Dependence(_packed(self.held), self.width)
        return self._of_bits(self.held)

    def _of_bits(self, bits: Bits) -> Dependence:
        made = Dependence(bits, self.width)
        if self._fits(made.rows, int(made.counts().sum())):
            return Dependence(_unpacked(bits, self.width), self.width)
        return made

    def _fits(self, rows: int, places: int) -> bool:
        """Whether so many places take less memory as a pattern than as bits."""
        return 8 * (rows + 1 + places) <= max(rows * -(-self.width // 8), 2**16)


def _packed(pattern: Pattern) -> Bits:
    """Pack a pattern; its places are in order, so those of a byte are neighbours."""
    width = -(-pattern.width // 8)
    bits = np.zeros(pattern.shape[0] * width, np.uint8)
    if pattern.nnz:
        rows, columns = pattern.places()
        places = rows * width + (columns >> 3)
        starts = np.flatnonzero(np.diff(places, prepend=-1))
        each = np.right_shift(0x80, columns & 7).astype(np.uint8)
        bits[places[starts]] = np.bitwise_or.reduceat(each, starts)
    return bits.reshape(pattern.shape[0], width)


def _unpacked(bits: Bits, width: int) -> Pattern:
    """Turn bits into a pattern, some rows at a time."""
    step = max(1, CHUNK // max(width, 1))
    columns = [
        np.nonzero(np.unpackbits(bits[k : k + step], axis=1, count=width))[1]
        for k in range(0, len(bits), step)
    ]
    starts = np.zeros(len(bits) + 1, np.intp)
    np.cumsum(np.bitwise_count(bits).sum(axis=1, dtype=np.intp), out=starts[1:])
    every = np.concatenate(columns) if columns else np.zeros(0, np.intp)
    return Pattern.ordered(starts, every, width)
