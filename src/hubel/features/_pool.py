"""Pooling: what all patches of a part of an image say together."""

from __future__ import annotations

from typing import Any, Literal, get_args

import numpy as np

from hubel.errors import ShapeError
from hubel.features._grid import check_grid, parts
from hubel.features._options import check_word

Pooling = Literal["sum", "mean", "max"]


def pool(values: Any, grid: int = 2, how: Pooling = "sum") -> Any:
    """Put together what lies in each cell of a grid.

    Parameters
    ----------
    values : array of shape (n, rows, columns, k)
        Floats; may be traced.
    grid : int
        Cells along each axis, as equal as can be: 2 for the quarters of an image.
    how : {"sum", "mean", "max"}

    Returns
    -------
    array of shape (n, grid * grid * k)
        The cells row by row.

    Raises
    ------
    OptionError, ShapeError
        If there is no such way, or there are more cells than values along an axis.

    Examples
    --------
    >>> pool(np.arange(12.0).reshape(1, 3, 4, 1), 2)
    array([[ 1.,  5., 26., 34.]])
    """
    check_word("how", how, get_args(Pooling))
    if values.ndim != 4:
        raise ShapeError(
            f"values of shape {values.shape}", remedy="Give (n, rows, columns, k)."
        )
    down, along = (parts(size, check_grid(grid)) for size in values.shape[1:3])
    cells = [getattr(values[:, y, x], how)(axis=(1, 2)) for y in down for x in along]
    return np.concatenate(cells, axis=1)
