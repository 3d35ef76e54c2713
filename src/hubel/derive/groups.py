"""Coloring: the columns and the rows that sweeps bring together, as plain data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hubel.derive.dependence import Mask
from hubel.errors import OptionError, ShapeError
from hubel.structure.arithmetic import Index
from hubel.structure.pattern import Pattern

MODES = ("forward", "reverse", "both", "symmetric")


@dataclass(frozen=True, slots=True, eq=False)
class Coloring:
    """Which columns come with which forward sweep, and which rows with which reverse.

    Attributes
    ----------
    mode : str
        ``forward``, ``reverse``, ``both``, or ``symmetric``: forward sweeps, and an
        entry may be read in the place of its mirror image.
    columns, rows : array of int
        The colour of each column and of each row, from 0; -1 where no sweep brings it.
        In ``symmetric`` mode they are the same.
    lower_bound : int
        No colouring of this mode has fewer colours.
    order : str
        How the colours were found.
    """

    mode: str
    columns: Index
    rows: Index
    lower_bound: int
    order: str

    @property
    def forward(self) -> int:
        """The number of forward sweeps."""
        return int(self.columns.max(initial=-1)) + 1

    @property
    def reverse(self) -> int:
        """The number of reverse sweeps."""
        if self.mode == "symmetric":
            return 0
        return int(self.rows.max(initial=-1)) + 1

    @property
    def sweeps(self) -> int:
        """The number of all sweeps."""
        return self.forward + self.reverse

    def groups(self) -> tuple[list[Index], list[Index]]:
        """Return the columns of each forward sweep and the rows of each reverse one."""
        forward = [np.flatnonzero(self.columns == c) for c in range(self.forward)]
        return forward, [np.flatnonzero(self.rows == c) for c in range(self.reverse)]

    def is_valid(self, pattern: Pattern) -> bool:
        """Whether every entry of a pattern can be read from the sweeps."""
        if (self.rows.size, self.columns.size) != pattern.shape:
            return False
        return bool((self.readings(pattern) >= 0).all())

    def readings(self, pattern: Pattern) -> Index:
        """Return where the sweeps hold each entry; -1 if nowhere alone.

        The forward sweeps come first, one row of an array for each colour, then the
        reverse ones, all in C order.
        """
        height, width = pattern.shape
        rows, columns = pattern.places()
        colors = self.columns[columns]
        by_column = np.where(
            alone(rows, colors, self.forward), colors * height + rows, -1
        )
        if self.mode == "forward":
            return by_column
        colors = self.rows[rows]
        if self.mode == "symmetric":
            others = alone(columns, colors, self.forward)
            by_row = colors * height + columns
        else:
            others = alone(columns, colors, self.reverse)
            by_row = self.forward * height + colors * width + columns
        return np.where((by_column < 0) & others, by_row, by_column)

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Take the colouring apart into arrays that a file can hold.

        Examples
        --------
        >>> kept = Coloring(
        ...     "forward", np.zeros(3, int), -np.ones(3, int), 1, ""
        ... ).arrays()
        >>> Coloring.from_arrays(kept).forward
        1
        """
        return {
            "mode": np.asarray(self.mode),
            "columns": self.columns,
            "rows": self.rows,
            "lower_bound": np.asarray(self.lower_bound),
            "order": np.asarray(self.order),
        }

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> Coloring:
        """Return the colouring that ``arrays`` took apart; the arrays are checked."""
        wanted = ("mode", "columns", "rows", "lower_bound", "order")
        missing = [name for name in wanted if name not in arrays]
        if missing:
            raise ShapeError(
                f"a colouring is made of {', '.join(wanted)}; {', '.join(missing)} is "
                "missing.",
                remedy="Give what Coloring.arrays() returned.",
            )
        if str(arrays["mode"]) not in MODES:
            raise OptionError(
                f"mode {str(arrays['mode'])!r} of a colouring",
                remedy=f"it is one of {', '.join(MODES)}",
            )
        columns, rows = _colors(arrays["columns"]), _colors(arrays["rows"])
        bound, order = int(arrays["lower_bound"]), str(arrays["order"])
        return cls(str(arrays["mode"]), columns, rows, bound, order)


def _colors(given: NDArray[Any]) -> Index:
    """Check colours from outside: whole numbers from -1 to below their number."""
    colors = np.asarray(given)
    fits = colors.ndim == 1 and colors.dtype.kind in "iu"
    if not fits or (
        colors.size and not -1 <= colors.min() <= colors.max() < colors.size
    ):
        raise ShapeError(
            f"colours of shape {colors.shape} and dtype {colors.dtype} are not one "
            "whole number from -1 up for each column or row."
        )
    return colors.astype(np.intp)


def alone(lines: Index, colors: Index, count: int) -> Mask:
    """Return which entries are the only one of their colour in their line."""
    found = colors >= 0
    if not found.any():
        return found
    keys = lines * count + colors
    keys = keys[found] if not found.all() else keys
    room = (int(lines.max()) + 1) * count
    if room <= 16 * keys.size + 2**16:
        single = np.bincount(keys, minlength=room)[keys] == 1
    else:
        _, which, counts = np.unique(keys, return_inverse=True, return_counts=True)
        single = counts[which] == 1
    if single.size == found.size:
        return single
    found[found] = single
    return found


def none_of(count: int) -> Index:
    """Return the colours of columns or rows that no sweep brings."""
    return np.full(count, -1, np.intp)


def compacted(colors: Index) -> Index:
    """Give the colours that are used numbers from 0, without gaps."""
    used = np.unique(colors[colors >= 0])
    return np.where(colors < 0, -1, np.searchsorted(used, colors))
