"""A pair of axes: from numbers to places, with a grid and its numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hubel.view._markup import Markup, number
from hubel.view._svg import group, path, text, text_width
from hubel.view._ticks import log_labels, log_ticks, tick_labels, ticks

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Scale:
    """Where numbers lie between two ends of a picture.

    Parameters
    ----------
    low, high : float
        The numbers at the two ends; positive where `log` is true.
    start, end : float
        The places of the two ends, in pixels.
    log : bool
        Whether equal ratios, not equal differences, are equally far apart.
    """

    low: float
    high: float
    start: float
    end: float
    log: bool = False

    def __call__(self, values: NDArray[Any] | float) -> Floats:
        """Return the places of numbers, NaN where they are NaN."""
        at = np.asarray(values, np.float64)
        low, high = np.float64(self.low), np.float64(self.high)
        if self.log:
            at, low, high = np.log10(at), np.log10(low), np.log10(high)
        return self.start + (at - low) / (high - low) * (self.end - self.start)


@dataclass(frozen=True)
class Axes:
    """A frame for lines: two scales, and the numbers written beside them."""

    x: Scale
    y: Scale
    x_ticks: list[float]
    y_ticks: list[float]

    def markup(self) -> Markup:
        """Draw the grid, the base line and the numbers."""
        left, right = self.x.start, self.x.end
        rows = self.y(np.asarray(self.y_ticks))
        columns = self.x(np.asarray(self.x_ticks))
        base = self.y.start
        grid = "".join(f"M{number(left)} {number(y)}H{number(right)}" for y in rows)
        feet = "".join(f"M{number(x)} {number(base)}v4" for x in columns)
        base_line = f"M{number(left)} {number(base)}H{number(right)}"
        return group(
            path(grid, class_="grid"),
            path(base_line + feet, class_="axis"),
            *_row_numbers(self.y_ticks, rows, left, log=self.y.log),
            *(
                text(x, base + 14, label, anchor="middle", class_="muted")
                for x, label in zip(columns, tick_labels(self.x_ticks), strict=True)
            ),
        )


def y_axis(low: float, high: float, *, log: bool) -> list[float]:
    """Return the numbers beside a vertical axis that holds all values."""
    return log_ticks(low, high) if log else ticks(low, high)


def y_label_width(values: list[float], *, log: bool) -> float:
    """Return the room that the numbers beside a vertical axis need."""
    return max(text_width(label) for label in _labels(values, log=log))


def inner_ticks(low: float, high: float, *, count: int, whole: bool) -> list[float]:
    """Return the round numbers inside an interval: such an axis ends with its data."""
    inside = [t for t in ticks(low, high, count=count, whole=whole) if low <= t <= high]
    return inside or [low]


def _labels(values: list[float], *, log: bool) -> list[str]:
    """Write the numbers of an axis."""
    return log_labels(values) if log else tick_labels(values)


def _row_numbers(
    values: list[float], rows: Floats, left: float, *, log: bool
) -> list[Markup]:
    """Write the numbers of the vertical axis to the left of it."""
    return [
        text(left - 8, y, label, anchor="end", class_="muted")
        for y, label in zip(rows, _labels(values, log=log), strict=True)
    ]
