"""Decision regions: which class a net gives to each place of the plane, in a grid."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hubel.errors import OptionError, ShapeError
from hubel.view._markup import Markup, number
from hubel.view._svg import drawing, group, path, rect, text, text_width

_SIDE = 168.0
_GAP, _TOP, _HEAD, _CAPTION = 16.0, 40.0, 24.0, 22.0
_FILLS = ("right2", "wrong2")
_SURE = ("right4", "wrong4")
_DOTS = ("series0", "series1")
_SHAPES = ("m-3 0a3 3 0 1 0 6 0a3 3 0 1 0 -6 0z", "m-2.7 -2.7h5.4v5.4h-5.4z")
_OVERLAP = 0.4
"""So much a row reaches into the next one, so that no line shows between them."""


@dataclass(frozen=True, eq=False)
class Region:
    """What one net makes of the plane.

    Parameters
    ----------
    first : array of float, shape (side, side)
        The probability of the first class, from 0 to 1, at places that are evenly
        spread over the square; the first row is the top.
    points : array of float, shape (n, 2)
        Examples: 0 to 1 from left to right, and from the bottom to the top.
    labels : array of int, shape (n,)
        0 or 1.
    caption : str
        What stands below.
    """

    first: NDArray[Any]
    points: NDArray[Any]
    labels: NDArray[Any]
    caption: str = ""


def regions(
    grid: Sequence[Sequence[Region]],
    *,
    rows: Sequence[str],
    columns: Sequence[str],
    title: str = "Decision regions",
) -> Markup:
    """Draw the regions of two classes of many nets, in rows and columns.

    Parameters
    ----------
    grid : sequence of rows of Region
    rows, columns : sequence of str
        What nets of a row, and of a column, have in common.
    title : str

    Returns
    -------
    Markup
        A whole SVG drawing. Where a net is at least 95 % sure the colour is stronger;
        points of the first class are discs, those of the second are squares.

    Raises
    ------
    OptionError, ShapeError
        If the grid is empty, or its sizes do not fit.

    Examples
    --------
    >>> import numpy as np
    >>> left = np.repeat([[0.99, 0.6, 0.4, 0.01]], 4, axis=0)
    >>> places, labels = np.array([[0.1, 0.5], [0.9, 0.5]]), np.array([0, 1])
    >>> one = Region(left, places, labels, "2 of 2 right")
    >>> picture = regions([[one]], rows=["3 hidden"], columns=["no penalty"])
    >>> picture[:4], "2 of 2 right" in picture
    ('<svg', True)
    """
    _check(grid, rows, columns)
    left = 14 + max(text_width(name, bold=True) for name in rows)
    step_x, step_y = _SIDE + _GAP, _SIDE + _GAP + _CAPTION
    width = left + step_x * len(columns)
    height = _TOP + _HEAD + step_y * len(rows)
    heads = [
        text(left + step_x * k + _SIDE / 2, _TOP + 6, name, anchor="middle")
        for k, name in enumerate(columns)
    ]
    sides = [
        text(1, _TOP + _HEAD + step_y * k + _SIDE / 2, name, class_="strong")
        for k, name in enumerate(rows)
    ]
    pictures = [
        _picture(cell, left + step_x * j, _TOP + _HEAD + step_y * i)
        for i, line in enumerate(grid)
        for j, cell in enumerate(line)
    ]
    return drawing(
        width,
        height,
        text(1, 14, title, class_="title"),
        *heads,
        *sides,
        *pictures,
        title=title,
        description=_description(grid, rows, columns),
        dense=True,
    )


def _check(
    grid: Sequence[Sequence[Region]], rows: Sequence[str], columns: Sequence[str]
) -> None:
    """Refuse what makes no grid."""
    if not rows or not columns:
        raise OptionError("a grid of no decision regions at all.")
    if len(grid) != len(rows) or any(len(line) != len(columns) for line in grid):
        raise OptionError(
            f"{len(rows)} rows and {len(columns)} columns are named, and the grid "
            f"has rows of {[len(line) for line in grid]} pictures."
        )
    for cell in (cell for line in grid for cell in line):
        side = len(cell.first)
        if cell.first.shape != (side, side) or not side:
            raise ShapeError(f"regions of shape {cell.first.shape} are no square.")
        if cell.points.shape != (len(cell.labels), 2):
            raise ShapeError(
                f"points of shape {cell.points.shape} with {len(cell.labels)} labels."
            )


def _picture(cell: Region, x: float, y: float) -> Markup:
    """Draw the regions of one net, its points and its caption."""
    second, sure = cell.first < 0.5, np.abs(cell.first - 0.5) >= 0.45
    layers = [
        rect(x, y, _SIDE, _SIDE, class_=_FILLS[0]),
        _area(second, x, y, _FILLS[1]),
        _area(sure & ~second, x, y, _SURE[0]),
        _area(sure & second, x, y, _SURE[1]),
    ]
    inside = ((cell.points >= 0) & (cell.points <= 1)).all(axis=1)
    dots = [
        group(
            path(
                _shapes(cell.points[inside & (cell.labels == label)], label, x, y),
                class_="dot",
            ),
            class_=_DOTS[label],
        )
        for label in (0, 1)
        if (inside & (cell.labels == label)).any()
    ]
    frame = f"M{number(x)} {number(y)}h{number(_SIDE)}v{number(_SIDE)}"
    return group(
        *layers,
        *dots,
        path(f"{frame}h{number(-_SIDE)}z", class_="axis"),
        text(
            x + _SIDE / 2, y + _SIDE + 13, cell.caption, anchor="middle", class_="muted"
        ),
    )


def _area(where: NDArray[np.bool_], x: float, y: float, kind: str) -> Markup:
    """Fill the places that are true: each run of a row is a rectangle of one path."""
    size = _SIDE / len(where)
    padded = np.pad(where, ((0, 0), (1, 1)))
    pieces: list[str] = []
    for row, line in enumerate(padded):
        turns = np.flatnonzero(line[1:] != line[:-1]).tolist()
        top = y + row * size
        tall = min(size + _OVERLAP, y + _SIDE - top)
        for first, last in zip(turns[::2], turns[1::2], strict=True):
            wide = (last - first) * size
            pieces.append(
                f"M{number(x + first * size)} {number(top)}h{number(wide)}"
                f"v{number(tall)}h{number(-wide)}z"
            )
    return path("".join(pieces), class_=kind) if pieces else Markup("")


def _shapes(points: NDArray[Any], label: int, x: float, y: float) -> str:
    """Write discs, or squares, as one path."""
    shape = _SHAPES[label]
    return "".join(
        f"M{number(x + a * _SIDE)} {number(y + (1 - b) * _SIDE)}{shape}"
        for a, b in points.tolist()
    )


def _description(
    grid: Sequence[Sequence[Region]], rows: Sequence[str], columns: Sequence[str]
) -> str:
    """Say what stands below each picture."""
    told = ["The plane as each net divides it between two classes."]
    for name, line in zip(rows, grid, strict=True):
        for column, cell in zip(columns, line, strict=True):
            told.append(f"{name}, {column}: {cell.caption}.")
    return " ".join(told)
