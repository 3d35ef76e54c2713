"""The points of the room: sets to choose, points of one's own, and text with commas."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from hubel.data import points as make_points
from hubel.errors import DataError, OptionError
from hubel.playground._settings import MOST_POINTS, Settings
from hubel.streams import permutation

EDGE: Final = 1.25
"""The plane is shown from -EDGE to EDGE in both directions."""

# Thirteen points that a straight line almost separates, as a first example.
_SIMPLE: Final = (
    (-0.30, 0.60, 0),
    (-0.60, 0.35, 0),
    (-0.85, -0.15, 0),
    (-0.45, -0.05, 0),
    (-0.10, 0.25, 0),
    (-0.70, 0.80, 0),
    (0.15, -0.20, 1),
    (0.45, 0.10, 1),
    (0.60, -0.55, 1),
    (0.20, -0.70, 1),
    (0.85, 0.30, 1),
    (0.70, 0.75, 1),
    (-0.15, -0.55, 1),
)


@dataclass(frozen=True, eq=False)
class Points:
    """Points with their classes, and which of them are for the test.

    Attributes
    ----------
    x : float32 array of shape (n, 2)
    y : int64 array of shape (n,)
    test : bool array of shape (n,)
    """

    x: NDArray[np.float32]
    y: NDArray[np.int64]
    test: NDArray[np.bool_]

    @property
    def train(self) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
        """What is learned from, in order."""
        return self.x[~self.test], self.y[~self.test]

    @property
    def held_out(self) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
        """What is only tested."""
        return self.x[self.test], self.y[self.test]

    def with_point(self, x: float, y: float, label: int) -> Points:
        """Return the points with one more, which is learned from."""
        if len(self.x) >= MOST_POINTS:
            raise OptionError(f"there is room for {MOST_POINTS:,} points")
        place = np.array([[x, y]], np.float32)
        return Points(
            np.concatenate([self.x, place]),
            np.append(self.y, np.int64(label)),
            np.append(self.test, np.False_),
        )

    def without(self, index: int) -> Points:
        """Return the points without one of them; one to learn from always stays."""
        keep = np.arange(len(self.x)) != index
        if self.test[~keep].any() or np.count_nonzero(~self.test) > 1:
            return Points(self.x[keep], self.y[keep], self.test[keep])
        raise OptionError("a net needs a point to learn from", remedy="add one first")

    def moved(self, index: int, x: float, y: float) -> Points:
        """Return the points with one of them at another place."""
        places = self.x.copy()
        places[index] = x, y
        return Points(places, self.y, self.test)

    def as_csv(self) -> str:
        """Write a line for each point."""
        lines = ["x,y,label"]
        for (x, y), label in zip(self.x.tolist(), self.y.tolist(), strict=True):
            lines.append(f"{x:.6g},{y:.6g},{label}")
        return "\n".join([*lines, ""])


def chosen(settings: Settings) -> Points:
    """Return the set that the settings name, split for the test."""
    if settings.data in ("simple", "own"):
        table = np.array(_SIMPLE)
        return split(table[:, :2], table[:, 2], settings)
    found = make_points(
        settings.data,
        settings.count,
        classes=2 if settings.data == "xor" else settings.classes,
        noise=settings.noise,
        seed=settings.seed,
    )
    return split(found.images, found.labels, settings)


def split(
    x: NDArray[np.floating], y: NDArray[np.generic], settings: Settings
) -> Points:
    """Hold out a share of the points; which of them, the seed decides."""
    count = len(x)
    held = min(round(settings.test_share * count), count - 1)
    test = np.zeros(count, np.bool_)
    test[permutation(count, settings.seed, "play/split")[:held]] = True
    return Points(x.astype(np.float32), y.astype(np.int64), test)


def read_csv(text: str, settings: Settings) -> Points:
    """Read points from lines ``x,y,label``; a first line of names may be there.

    Raises
    ------
    DataError
        If a line is no point; it names the line.
    """
    rows: list[tuple[float, float, int]] = []
    for number, row in enumerate(_rows(text), 1):
        if not row or (number == 1 and row[0].strip().lower() in ("x", "x1")):
            continue
        if len(rows) == MOST_POINTS:
            raise DataError(f"line {number}: there is room for {MOST_POINTS:,} points")
        rows.append(_point(row, number, settings.classes))
    if len(rows) < 2:
        raise DataError(f"{len(rows)} points", remedy="give at least two")
    table = np.array(rows)
    return split(table[:, :2], table[:, 2], settings)


def _rows(text: str) -> Iterator[list[str]]:
    """Split lines at their commas, whichever system ended the lines."""
    try:
        yield from csv.reader(io.StringIO(text, newline=None))
    except csv.Error as error:
        raise DataError(
            f"the file is no table: {error}", remedy="write x,y,label in each line"
        ) from None


def _point(row: list[str], number: int, classes: int) -> tuple[float, float, int]:
    """Read one line."""
    try:
        x, y, label = (float(cell) for cell in row)
    except ValueError:
        x = y = label = math.nan
    inside = abs(x) <= 100 and abs(y) <= 100
    if not inside or label not in range(classes):
        raise DataError(
            f"line {number} is {','.join(row)[:60]!r}",
            remedy=f"write x,y,label with a label from 0 to {classes - 1}",
        )
    return x, y, int(label)
