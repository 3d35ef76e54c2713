"""From the votes of pixels to the histograms of cells and of blocks of cells."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np

from hubel.nn._module import Array

Spatial = Literal["hard", "bilinear"]


def shares(length: int, cell: int, spatial: Spatial) -> Array:
    """Return what each pixel of a row gives to each cell, shape (cells, length).

    Examples
    --------
    >>> shares(4, 2, "hard")
    array([[1., 1., 0., 0.],
           [0., 0., 1., 1.]])
    >>> shares(4, 2, "bilinear")
    array([[0.75, 0.75, 0.25, 0.  ],
           [0.  , 0.25, 0.75, 0.75]])
    """
    # In units of cells, measured between the centres of cells and pixels.
    pixels = (np.arange(length) + 0.5) / cell - 0.5
    away = pixels - np.arange(length // cell)[:, None]
    if spatial == "hard":
        return ((away >= -0.5) & (away < 0.5)).astype(np.float64)
    return np.maximum(1 - abs(away), 0)


def share_out(votes: Any, cell: int, spatial: Spatial) -> Any:
    """Share votes (n, bins, h, w) out to cells: (n, rows, columns, bins)."""
    down, along = (shares(size, cell, spatial) for size in votes.shape[2:])
    return both(votes, down, along).transpose(0, 3, 2, 1)


def share_in_blocks(
    votes: Any,
    cell: int,
    block: int,
    spatial: Spatial,
    *,
    window: float,
    off_centre: float,
) -> Any:
    """Share votes out to the cells of each block, as if there were no other block.

    Parameters
    ----------
    votes : array of shape (n, bins, h, w)
    cell, block : int
        Pixels of a cell, and cells of a block, along each axis.
    spatial : {"hard", "bilinear"}
        Whether a pixel votes for its cell, or for all that are near.
    window : float
        Standard deviation, in pixels, of the Gaussian that weighs pixels about the
        centre of a block.
    off_centre : float
        Pixels by which that centre is off, down and to the right.

    Returns
    -------
    array of shape (n, rows, columns, block, block, bins)
    """
    count, bins, height, width = votes.shape
    side = cell * block
    from_centre = np.arange(side) - (side - 1) / 2 - off_centre
    weights = np.exp(-(from_centre**2) / (2 * window * window))
    inner = shares(side, cell, spatial) * weights
    down, along = (_shifted(inner, size, cell) for size in (height, width))
    cells = both(votes, down, along)
    rows, columns = len(down) // block, len(along) // block
    blocks = cells.reshape(count, bins, columns, block, rows, block)
    return blocks.transpose(0, 4, 2, 5, 3, 1)


def _shifted(inner: Array, length: int, cell: int) -> Array:
    """Lay the shares of one block over a row of pixels, once for every block."""
    block, side = inner.shape
    count = max((length - side) // cell + 1, 0)
    whole = np.zeros((count, block, length))
    for i in range(count):
        whole[i, :, i * cell : i * cell + side] = inner
    return whole.reshape(count * block, length)


def both(votes: Any, down: Array, along: Array) -> Any:
    """Apply a matrix to the columns of planes (..., h, w), another to the rows.

    The result is (..., columns, rows).
    """
    dtype = votes.dtype
    across = votes @ along.T.astype(dtype)
    return np.swapaxes(across, -1, -2) @ down.T.astype(dtype)
