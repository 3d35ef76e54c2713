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
        raise ShapeError(f"a grid of {count} rows or columns on {length} pixels")
    ends = [length * i // count for i in range(count + 1)]
    return [slice(a, b) for a, b in pairwise(ends)]


def sum_grid(plane: Any, grid: int) -> Any:
    """Sum a plane (n, h, w) over each cell of a grid: (n, grid, grid)."""
    height, width = plane.shape[1:]
    if grid == 1:
        return plane.sum(axis=(1, 2))[:, None, None]
    if height % grid == 0 and width % grid == 0:
        return sum_cells(plane, height // grid, width // grid)
    rows = [
        np.stack([plane[:, y, x].sum(axis=(1, 2)) for x in parts(width, grid)], axis=-1)
        for y in parts(height, grid)
    ]
    return np.stack(rows, axis=1)


def sum_cells(plane: Any, height: int, width: int) -> Any:
    """Sum a plane (n, h, w) over cells of a size; pixels beyond the last are left out.

    The result is (n, h // height, w // width).
    """
    rows, columns = plane.shape[1] // height, plane.shape[2] // width
    whole = plane[:, : rows * height, : columns * width]
    return whole.reshape(-1, rows, height, columns, width).sum(axis=(2, 4))
