"""Rows beside each other: every seed as a dot, their mean as a bar, their spread."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np

from hubel.errors import OptionError
from hubel.view._axes import Scale
from hubel.view._markup import Markup, number
from hubel.view._svg import drawing, group, mark, path, shorten, text, text_width
from hubel.view._ticks import tick_labels, ticks

_WIDTH, _ROW = 720.0, 34.0
_TOP, _BOTTOM, _RIGHT = 44.0, 46.0, 116.0
_NAME = 44
_DOT = "M-4 0a4 4 0 1 0 8 0a4 4 0 1 0 -8 0z"


def comparison(
    rows: Mapping[str, Sequence[float]], *, x_label: str = "", title: str = "Comparison"
) -> Markup:
    """Draw what several tries of each row came to.

    Parameters
    ----------
    rows : mapping of str to sequence of float
        The values of each row, such as the accuracies of its seeds; one that is not
        finite is not drawn.
    x_label, title : str
        What the axis and the whole show.

    Returns
    -------
    Markup
        A whole SVG drawing: a dot for each value, a bar at their mean, a line as long
        as their standard deviation to both sides, and both as numbers.

    Raises
    ------
    OptionError
        If there are no rows.

    Examples
    --------
    >>> picture = comparison({"linear": [19, 20, 21], "2-layer net": [46, 48, 47]})
    >>> picture[:4], "47.0 ± 1.0" in picture
    ('<svg', True)
    """
    if not rows:
        raise OptionError("a comparison of no rows at all.")
    known = {name: [v for v in row if math.isfinite(v)] for name, row in rows.items()}
    every = [v for row in known.values() for v in row] or [0.0]
    marks = ticks(min(every), max(every), count=6)
    left = 16 + max(text_width(shorten(name, _NAME)) for name in rows)
    across = Scale(marks[0], marks[-1], left, _WIDTH - _RIGHT)
    bottom = _TOP + _ROW * len(rows)
    return drawing(
        _WIDTH,
        bottom + _BOTTOM,
        text(1, 14, title, class_="title"),
        _frame(across, marks, bottom, x_label),
        *(
            _row(name, row, across, _TOP + _ROW * (k + 0.5))
            for k, (name, row) in enumerate(known.items())
        ),
        title=title,
        description=_description(known, x_label),
    )


def _frame(across: Scale, marks: list[float], bottom: float, label: str) -> Markup:
    """Draw the grid, and write the numbers below it."""
    places = [float(across(value)) for value in marks]
    grid = "".join(f"M{number(x)} {number(_TOP)}V{number(bottom)}" for x in places)
    return group(
        path(grid, class_="grid"),
        path(
            f"M{number(across.start)} {number(bottom)}H{number(across.end)}",
            class_="axis",
        ),
        *(
            text(x, bottom + 14, name, anchor="middle", class_="muted")
            for x, name in zip(places, tick_labels(marks), strict=True)
        ),
        text((across.start + across.end) / 2, bottom + 34, label, anchor="middle"),
    )


def _row(name: str, row: Sequence[float], across: Scale, y: float) -> Markup:
    """Draw one row."""
    said = text(across.start - 12, y, shorten(name, _NAME), anchor="end")
    if not row:
        return group(said, text(across.end + 14, y, "lost", class_="muted"))
    mean, deviation = _moments(row)
    ends = [float(across(mean + sign * deviation)) for sign in (-1, 1)]
    at = float(across(mean))
    line = f"M{number(ends[0])} {number(y)}H{number(ends[1])}"
    bar = f"M{number(at)} {number(y - 10)}v20"
    dots = [mark(_DOT, float(across(v)), y, hover=f"{name}: {v:.4g}") for v in row]
    return group(
        said,
        group(path(line + bar, class_="line"), *dots, class_="series0"),
        text(across.end + 14, y, f"{mean:.1f} ± {deviation:.1f}", class_="strong"),
        hover=f"{name}: {mean:.4g}, standard deviation {deviation:.2g}",
    )


def _moments(row: Sequence[float]) -> tuple[float, float]:
    """Return mean and standard deviation, with n - 1."""
    values = np.array(row, np.float64)
    return float(values.mean()), float(values.std(ddof=1)) if len(values) > 1 else 0.0


def _description(rows: Mapping[str, Sequence[float]], label: str) -> str:
    """Say in words what there is to see."""
    told = [f"Each row: {label or 'values'} of several tries."]
    for name, row in rows.items():
        mean, deviation = _moments(row) if row else (math.nan, math.nan)
        told.append(
            f"{name}: mean {mean:.4g}, standard deviation {deviation:.2g}."
            if row
            else f"{name}: lost."
        )
    return " ".join(told)
