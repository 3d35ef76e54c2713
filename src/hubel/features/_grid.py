"""Sums over the cells of a grid that is laid over images."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np

from hubel.errors import OptionError, ShapeError


def check_grid(grid: int) -> int:
    """Return how many rows and columns a grid has, at least 1."""
    if grid < 1:
        raise OptionError(f"grid={grid}", remedy="Give at least 1 row and column.")
    return grid


def parts(length: int, count: int) -> list[slice]:
    """Cut a length into parts as equal as can be.

    Examples
    --------
    >>> parts(32, 2)
    [slice(0, 16, None), slice(16, 32, None)]
    """
    if length < count:
        raise ShapeError(
            f"a grid of {count} rows or columns on {length} pixels",
            remedy="Give larger images, or a smaller grid=.",
        )
    ends = [length * i // count for i in range(count + 1)]
    return [slice(a, b) for a, b in pairwise(ends)]


def sum_grid(planes: Any, grid: int) -> Any:
    """Sum planes (..., h, w) over each cell of a grid: (..., grid, grid)."""
    height, width = planes.shape[-2:]
    if height % grid == 0 and width % grid == 0:
        return sum_columns(sum_rows(planes, height // grid), width // grid)
    bands = [planes[..., y, :].sum(axis=-2) for y in parts(height, grid)]
    rows = np.stack(bands, axis=-2)
    cells = [rows[..., x].sum(axis=-1) for x in parts(width, grid)]
    return np.stack(cells, axis=-1)


def split_rows(planes: Any, height: int) -> Any:
    """Cut planes (..., h, w) into bands (..., h // height, height, w)."""
    rows, width = planes.shape[-2] // height, planes.shape[-1]
    whole = planes[..., : rows * height, :]
    return whole.reshape(*planes.shape[:-2], rows, height, width)


def sum_rows(planes: Any, height: int) -> Any:
    """Sum so many rows at a time: (..., h, w) to (..., h // height, w)."""
    return split_rows(planes, height).sum(axis=-2)


def sum_columns(rows: Any, width: int) -> Any:
    """Sum so many columns at a time: (..., w) to (..., w // width)."""
    columns = rows.shape[-1] // width
    whole = rows[..., : columns * width]
    return whole.reshape(*rows.shape[:-1], columns, width).sum(axis=-1)
