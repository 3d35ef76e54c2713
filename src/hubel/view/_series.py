"""A named line of numbers, made ready to be drawn: checked, thinned, cut at gaps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hubel.errors import OptionError, ShapeError
from hubel.view._theme import SERIES
from hubel.view._ticks import LARGEST

Floats = NDArray[np.float64]
BUCKETS = 400
"""A longer line is drawn through the lowest and highest point of so many pieces."""


@dataclass(frozen=True)
class Series:
    """One line: its name, its finite places, and NaN in `y` where it has a gap."""

    name: str
    x: Floats
    y: Floats

    @property
    def last(self) -> int | None:
        """The index of the last point that can be drawn, or None."""
        drawn = np.flatnonzero(np.isfinite(self.y))
        return int(drawn[-1]) if drawn.size else None

    def runs(self) -> list[slice]:
        """Return the stretches without a gap."""
        drawn = np.concatenate([[False], np.isfinite(self.y), [False]])
        ends = np.flatnonzero(drawn[1:] != drawn[:-1]).tolist()
        return [slice(a, b) for a, b in zip(ends[::2], ends[1::2], strict=True)]


def read_series(
    series: Mapping[str, tuple[Sequence[float], Sequence[float]]], *, log_y: bool
) -> list[Series]:
    """Check what the caller hands over as lines, and make it ready to draw."""
    if not 1 <= len(series) <= SERIES:
        raise OptionError(
            f"curves draws 1 to {SERIES} lines in one picture, not {len(series)}.",
            remedy="Draw several pictures, each with the lines to be compared.",
        )
    return [_read(name, x, y, log_y=log_y) for name, (x, y) in series.items()]


def _read(name: str, x: ArrayLike, y: ArrayLike, *, log_y: bool) -> Series:
    """Check one line, turn what cannot be drawn into gaps, and thin it."""
    at, values = np.asarray(x, np.float64), np.asarray(y, np.float64)
    if at.ndim != 1 or at.shape != values.shape:
        raise ShapeError(
            f"the line {name!r} has x of shape {at.shape} and y of shape "
            f"{values.shape}; both must be one-dimensional and equally long.",
        )
    least = 1 / LARGEST if log_y else -LARGEST
    drawable = (values >= least) & (values <= LARGEST)
    values = np.where(drawable, values, np.nan)
    known = np.abs(at) <= LARGEST
    return _thinned(Series(name, at[known], values[known]))


def _thinned(line: Series) -> Series:
    """Keep a long line's ends, gaps, and the extremes of each of its pieces."""
    if line.x.size <= 4 * BUCKETS:
        return line
    kept = [0, line.x.size - 1]
    for piece in np.array_split(np.arange(line.x.size), BUCKETS):
        values = line.y[piece]
        gaps = np.isnan(values)
        kept += piece[gaps][:1].tolist()
        if not gaps.all():
            kept += [int(piece[np.nanargmin(values)]), int(piece[np.nanargmax(values)])]
    chosen = np.unique(kept)
    return Series(line.name, line.x[chosen], line.y[chosen])
