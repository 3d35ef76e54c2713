"""Patterns: which entries of a Jacobian may be other than zero, as a picture."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hubel.errors import ShapeError
from hubel.view._markup import Markup, join
from hubel.view._svg import drawing, path, rect, text, text_width
from hubel.view._theme import SHADES

Counts = NDArray[np.int64]
_EXTENT = 360
"""The length of the longer side in pixels, at most."""
_THINNEST = 12
_CELLS = 90
"""More rows or columns than this share cells: a cell is at least 4 pixels."""
_LEFT = 26
_TOP = 26
_LIGHTEST = 4
"""The shade of the least filled cell: one entry among thousands is seen too."""


@dataclass(frozen=True)
class _Grid:
    """The cells of a drawing: how many, how large, and what is in each."""

    shape: tuple[int, int]
    counts: Counts

    @property
    def cell(self) -> tuple[int, int]:
        """The height and width of a cell in whole pixels, so that cells join."""
        side = _EXTENT // max(self.counts.shape)
        high, wide = (max(side, -(-_THINNEST // n)) for n in self.counts.shape)
        return high, wide

    @property
    def height(self) -> int:
        """The height of all cells."""
        return self.cell[0] * self.counts.shape[0]

    @property
    def width(self) -> int:
        """The width of all cells."""
        return self.cell[1] * self.counts.shape[1]

    @property
    def shares(self) -> NDArray[np.float64]:
        """The share of each cell's places that belong to the pattern."""
        high, wide = (
            np.bincount(_cell_of(np.arange(length), length, cells), minlength=cells)
            for length, cells in zip(self.shape, self.counts.shape, strict=True)
        )
        return self.counts / np.outer(high, wide)


def pattern(
    rows: ArrayLike,
    columns: ArrayLike,
    shape: tuple[int, int],
    *,
    title: str = "Pattern of a Jacobian",
) -> Markup:
    """Draw where the entries of a matrix are.

    Parameters
    ----------
    rows, columns : array_like of int
        The places, one row and one column for each, as ``J.pattern.places()`` gives
        them.
    shape : tuple of int
        The number of rows and of columns, each at least 1.
    title : str
        What a reader who does not see the picture is told first.

    Returns
    -------
    Markup
        A whole SVG drawing. Above 90 rows or columns several places share a cell, and
        its shade says how full it is beside the fullest one.

    Raises
    ------
    ShapeError
        When a place lies outside the matrix, or rows and columns differ in number.

    Examples
    --------
    >>> picture = pattern(range(4096), range(4096), (4096, 4096))
    >>> "4,096 of 16,777,216 places (0.0244 %)" in picture
    True
    """
    grid = _read_grid(rows, columns, shape)
    return drawing(
        _LEFT + max(grid.width, text_width(_filling(grid))) + 8,
        _TOP + grid.height + 34,
        _axis_names(grid),
        _cells(grid),
        rect(_LEFT, _TOP, grid.width, grid.height, class_="axis"),
        text(_LEFT, _TOP + grid.height + 18, _filling(grid), class_="muted"),
        title=title,
        description=_description(grid),
    )


def _read_grid(rows: ArrayLike, columns: ArrayLike, shape: tuple[int, int]) -> _Grid:
    """Count the places in each cell, or say what is wrong with them."""
    if len(shape) != 2 or min(shape) < 1:
        raise ShapeError(f"a pattern has at least one row and column, not {shape}.")
    places = [np.asarray(side) for side in (rows, columns)]
    whole = all(side.dtype.kind in "iu" or not side.size for side in places)
    if not whole or places[0].ndim != 1 or places[0].shape != places[1].shape:
        raise ShapeError(
            f"rows {places[0].dtype}{places[0].shape} and columns "
            f"{places[1].dtype}{places[1].shape} are not one row and one column, "
            f"whole numbers, for each place.",
            remedy="Give pattern(*J.pattern.places(), J.shape).",
        )
    for side, length in zip(places, shape, strict=True):
        if side.size and not (side.min() >= 0 and side.max() < length):
            raise ShapeError(
                f"places from {side.min()} to {side.max()} do not lie in a matrix of "
                f"shape {shape}."
            )
    size = _cell_count(shape[0], max(shape)), _cell_count(shape[1], max(shape))
    down = _cell_of(places[0].astype(np.int64), shape[0], size[0])
    across = _cell_of(places[1].astype(np.int64), shape[1], size[1])
    counts = np.bincount(down * size[1] + across, minlength=size[0] * size[1])
    return _Grid(shape, counts.reshape(size))


def _cell_count(length: int, longest: int) -> int:
    """Return how many cells a side has."""
    return length if longest <= _CELLS else max(1, round(_CELLS * length / longest))


def _cell_of(places: Counts, length: int, cells: int) -> Counts:
    """Return the cell of each row or column."""
    return places * cells // length


def _cells(grid: _Grid) -> Markup:
    """Draw all cells of a shade as one path, with a strip for each run of cells."""
    shares = grid.shares
    level = np.ceil((SHADES - _LIGHTEST) * shares / (shares.max() or 1.0))
    shades = np.where(grid.counts > 0, _LIGHTEST - 1 + level.astype(np.int64), -1)
    drawn = [
        path(data, class_=f"right{shade}")
        for shade in range(_LIGHTEST, SHADES)
        if (data := _strips(shades == shade, grid))
    ]
    return join(drawn)


def _strips(chosen: NDArray[np.bool_], grid: _Grid) -> str:
    """Return the path around each horizontal run of chosen cells."""
    high, wide = grid.cell
    edges = np.diff(np.pad(chosen, [(0, 0), (1, 1)]).astype(np.int8), axis=1)
    row, begin = np.nonzero(edges == 1)
    _, end = np.nonzero(edges == -1)
    return "".join(
        f"M{_LEFT + b * wide} {_TOP + i * high}"
        f"h{(e - b) * wide}v{high}h{(b - e) * wide}z"
        for i, b, e in zip(row.tolist(), begin.tolist(), end.tolist(), strict=True)
    )


def _axis_names(grid: _Grid) -> Markup:
    """Write what rows and columns are."""
    rows, columns = grid.shape
    middle = _TOP + grid.height / 2
    across, down = f"{columns:,} inputs", f"{rows:,} outputs"
    if grid.height < text_width(down):
        return text(_LEFT, 12, f"{across}, {down}", class_="muted")
    beside = text(12, middle, down, anchor="middle", turn=-90, class_="muted")
    return join([text(_LEFT, 12, across, class_="muted"), beside])


def _filling(grid: _Grid) -> str:
    """Say how many of the places belong to the pattern."""
    count, total = int(grid.counts.sum()), grid.shape[0] * grid.shape[1]
    return f"{count:,} of {total:,} places ({100 * count / total:.3g} %)"


def _description(grid: _Grid) -> str:
    """Say what the picture shows to a reader who does not see it."""
    rows, columns = grid.shape
    (down, across), counts = grid.counts.shape, grid.counts
    told = f"{rows:,} outputs by {columns:,} inputs: {_filling(grid)}."
    if (down, across) == grid.shape:
        return told
    filled = int(np.count_nonzero(counts))
    return f"{told} Drawn in {down} x {across} cells, {filled:,} of them not empty."
