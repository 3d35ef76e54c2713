"""Many small images on one sheet, with clear space between them."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Bytes = NDArray[np.uint8]
SIDE = 64
"""Small images are shown at most this wide and high, larger ones are shrunk."""


def shrink(images: NDArray[Any], side: int = SIDE) -> NDArray[np.float64]:
    """Average blocks of pixels until images are at most `side` wide and high.

    Parameters
    ----------
    images : numpy.ndarray
        Shape (n, h, w, c).
    side : int
        The largest height and width of the result.

    Returns
    -------
    numpy.ndarray of float64
        Shape (n, ceil(h / k), ceil(w / k), c) for the least k that is enough. A block
        that the edge cuts averages over edge pixels again.
    """
    block = -(-max(images.shape[1:3]) // side)
    values = images.astype(np.float64)
    if block == 1:
        return values
    count, height, width, channels = images.shape
    margin = [(0, 0), (0, -height % block), (0, -width % block), (0, 0)]
    padded = np.pad(values, margin, mode="edge")
    rows, columns = padded.shape[1] // block, padded.shape[2] // block
    blocks = padded.reshape(count, rows, block, columns, block, channels)
    return blocks.mean(axis=(2, 4))


def sheet(tiles: Bytes, columns: int, gap: int = 2) -> Bytes:
    """Lay tiles out in rows, on a surface that lets the page shine through.

    Parameters
    ----------
    tiles : numpy.ndarray of uint8
        Shape (n, h, w, 3).
    columns : int
        How many tiles a row has.
    gap : int
        The pixels between two tiles.

    Returns
    -------
    numpy.ndarray of uint8
        Shape (rows * (h + gap) - gap, columns * (w + gap) - gap, 4), the last
        channel 255 on tiles and 0 between them.
    """
    count, height, width, _ = tiles.shape
    rows = -(-count // columns)
    cells = np.zeros((rows * columns, height + gap, width + gap, 4), np.uint8)
    cells[:count, :height, :width, :3] = tiles
    cells[:count, :height, :width, 3] = 255
    grid = cells.reshape(rows, columns, height + gap, width + gap, 4)
    joined = grid.transpose(0, 2, 1, 3, 4).reshape(
        rows * (height + gap), columns * (width + gap), 4
    )
    return joined[: joined.shape[0] - gap, : joined.shape[1] - gap]


def as_color(images: NDArray[Any]) -> NDArray[Any]:
    """Return images of one or three channels with three."""
    return np.repeat(images, 3, axis=3) if images.shape[3] == 1 else images
