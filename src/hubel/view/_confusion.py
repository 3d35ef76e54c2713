"""Confusion matrices: which class was taken for which, and how often."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hubel.errors import OptionError, ShapeError
from hubel.view._markup import Markup, join
from hubel.view._svg import drawing, group, rect, shorten, text, text_width
from hubel.view._theme import OVER_FROM, SHADES

Counts = NDArray[np.int64]
LARGEST = 100
"""More classes than this are not drawn: nobody could read them."""

# The share of its row from which on a cell has the next shade: the first steps are
# small because a rate of 5 % of mistakes is news and 95 % against 90 % right is not.
_STEPS = (0.01, 0.05, 0.10, 0.20, 0.40, 0.70)
_STEP_NAMES = ("0", "1", "5", "10", "20", "40", "70 %")
_KEY_STEP = 30.0
_NAME_LENGTH = 14
_SLANTED_FROM = 24.0
"""Narrower columns have their names upright: slanted ones would meet."""


@dataclass(frozen=True)
class _Layout:
    """Where things are: the corner of the cells, their side, how names are turned."""

    left: float
    top: float
    side: float
    turn: int
    names: list[str]

    @property
    def extent(self) -> float:
        """The width and height of all cells together."""
        return self.side * len(self.names)

    @property
    def named(self) -> bool:
        """Whether a row is high enough for its name."""
        return self.side >= 12


def confusion(
    matrix: ArrayLike, *, classes: Sequence[str] = (), title: str = "Confusion matrix"
) -> Markup:
    """Draw a confusion matrix, each row shaded by its shares.

    Parameters
    ----------
    matrix : array_like of int
        Shape (k, k) with k from 1 to 100: how many examples of the class of the row
        were taken for the class of the column.
    classes : sequence of str
        The k names; numbers from 0 when left out.
    title : str
        What a reader who does not see the picture is told first.

    Returns
    -------
    Markup
        A whole SVG drawing: counts in the cells as far as they fit, right answers in
        blue on the diagonal, mistakes in orange, each class's accuracy beside its row.

    Raises
    ------
    ShapeError
        When the matrix is not square or has not one row a class.
    OptionError
        When a count is negative or not whole, or there are more than 100 classes.

    Examples
    --------
    >>> picture = confusion([[8, 2], [1, 9]], classes=["cat", "dog"])
    >>> "cat taken for dog: 2 of 10 (20.0 %)" in picture
    True
    """
    counts = read_matrix(matrix)
    if len(counts) > LARGEST:
        raise OptionError(
            f"a confusion matrix is drawn for at most {LARGEST} classes, "
            f"not {len(counts)}.",
            remedy="Draw the rows and columns of the classes in question.",
        )
    names = _names(counts, classes)
    layout = _layout(names)
    columns = layout.left + layout.extent
    return drawing(
        max(columns + 62, layout.left + _KEY_STEP * SHADES + 120),
        layout.top + layout.extent + 58,
        _axis_names(layout),
        _class_names(layout),
        _cells(counts, layout),
        _accuracies(counts, layout),
        _key(layout),
        title=title,
        description=_description(counts, names),
        dense=True,
    )


def read_matrix(matrix: ArrayLike) -> Counts:
    """Return a matrix of counts, or say why it is none."""
    values = np.asarray(matrix)
    if values.ndim != 2 or values.shape[0] != values.shape[1] or values.size == 0:
        raise ShapeError(
            f"a confusion matrix has one row and one column a class; this array has "
            f"shape {values.shape}."
        )
    # What int64 cannot hold exactly, such as a fraction or NaN, differs after it.
    known = values.dtype.kind in "biuf" and bool(np.isfinite(values).all())
    counts = values.astype(np.int64) if known else np.full(values.shape, -1)
    if np.any(counts < 0) or np.any(counts != values):
        raise OptionError("a confusion matrix holds whole counts of at least 0.")
    return counts


def shares(counts: Counts) -> NDArray[np.float64]:
    """Return each count's share of its row, 0 in empty rows."""
    return counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)


def _names(counts: Counts, classes: Sequence[str]) -> list[str]:
    """Return one name a class."""
    names = list(classes) or [str(k) for k in range(len(counts))]
    if len(names) != len(counts):
        raise ShapeError(
            f"a confusion matrix of {len(counts)} classes needs as many names, "
            f"not {len(names)}."
        )
    return names


def _layout(names: list[str]) -> _Layout:
    """Choose the side of the cells and the room for the names."""
    side = float(np.clip(480 / len(names), 6, 44))
    short = [shorten(name, _NAME_LENGTH) for name in names]
    longest = max(text_width(name) for name in short) if side >= 12 else 0
    turn = 0 if longest < side - 4 else -42 if side >= _SLANTED_FROM else -90
    upward = {0: 0.0, -42: 0.75 * longest, -90: longest}[turn]
    return _Layout(longest + 30, 42 + upward, side, turn, short)


def _axis_names(layout: _Layout) -> Markup:
    """Write what rows and columns are."""
    middle = layout.extent / 2
    x, y = layout.left + middle, layout.top + middle
    end, above = layout.left + layout.extent + 8, layout.top - 12
    names = [
        text(x, 10, "predicted class", anchor="middle", class_="muted"),
        text(10, y, "true class", anchor="middle", class_="muted", turn=-90),
    ]
    if layout.named:
        names.append(text(end, above, "right", class_="muted"))
    return join(names)


def _class_names(layout: _Layout) -> Markup:
    """Write the names of the classes beside rows and above columns."""
    if not layout.named:
        return join([])
    anchor = "start" if layout.turn else "middle"
    written: list[Markup] = []
    for k, name in enumerate(layout.names):
        middle = (k + 0.5) * layout.side
        x, y = layout.left + middle, layout.top + middle
        written.append(text(layout.left - 8, y, name, anchor="end"))
        up = layout.top - 10
        written.append(text(x, up, name, anchor=anchor, turn=layout.turn))
    return join(written)


def _cells(counts: Counts, layout: _Layout) -> Markup:
    """Draw all cells, row by row."""
    steps = np.searchsorted(_STEPS, shares(counts), side="right")
    counted = text_width(f"{counts.max()}") + 4 <= layout.side
    drawn: list[Markup] = []
    for (row, column), step in np.ndenumerate(steps):
        shown = str(counts[row, column]) if counted and counts[row, column] else ""
        cell = _cell(layout, row, column, int(step), shown)
        if layout.named:
            cell = group(cell, hover=_told(layout, counts, row, column))
        drawn.append(cell)
    return join(drawn)


def _cell(layout: _Layout, row: int, column: int, shade: int, shown: str) -> Markup:
    """Draw one cell, with its count where that fits."""
    kind = "right" if row == column else "wrong"
    gap = 0.05 * layout.side
    side = layout.side - gap
    x, y = layout.left + column * layout.side, layout.top + row * layout.side
    rounding = gap if layout.named else 0
    square = rect(x, y, side, side, class_=f"{kind}{shade}", rx=rounding)
    if not shown:
        return square
    over = "over" if shade >= OVER_FROM else None
    middle = side / 2
    words = text(x + middle, y + middle, shown, anchor="middle", class_=over)
    return join([square, words])


def _told(layout: _Layout, counts: Counts, row: int, column: int) -> str:
    """Say in words what a cell counts."""
    total = int(counts[row].sum())
    count = int(counts[row, column])
    share = 100 * count / max(total, 1)
    names = layout.names
    what = "recognised" if row == column else f"taken for {names[column]}"
    return f"{names[row]} {what}: {count:,} of {total:,} ({share:.1f} %)"


def _accuracies(counts: Counts, layout: _Layout) -> Markup:
    """Write the share of right answers beside each row."""
    if not layout.named:
        return join([])
    x = layout.left + layout.extent + 8
    right = 100 * np.diagonal(shares(counts))
    return join(
        [
            text(
                x,
                layout.top + (k + 0.48) * layout.side,
                f"{right[k]:.1f} %" if counts[k].any() else "–",
                class_="strong",
            )
            for k in range(len(counts))
        ]
    )


def _key(layout: _Layout) -> Markup:
    """Draw what the shades mean."""
    y = layout.top + layout.extent + 16
    x = layout.left
    end = x + SHADES * _KEY_STEP + 14
    parts = [text(end, y + 8, "share of the row", class_="muted")]
    for k in range(SHADES):
        for row, kind in enumerate(("right", "wrong")):
            at = x + k * _KEY_STEP
            parts.append(rect(at, y + row * 9, _KEY_STEP - 2, 8, class_=f"{kind}{k}"))
        parts.append(text(x + k * _KEY_STEP, y + 28, _STEP_NAMES[k], class_="muted"))
    return join(parts)


def _description(counts: Counts, names: list[str]) -> str:
    """Say what the picture shows to a reader who does not see it."""
    total, right = int(counts.sum()), int(np.trace(counts))
    told = [f"{right:,} of {total:,} right."]
    part = 100 * np.diagonal(shares(counts))
    told += [f"{name} {value:.1f} %" for name, value in zip(names, part, strict=True)]
    return told[0] + " By class: " + ", ".join(told[1:]) + "."
