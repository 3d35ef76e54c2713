"""Blocks of cells, and how their contrast is made alike."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from hubel.features._gradients import safe_sqrt

WHOLE = (-3, -2, -1)
"""The axes of one block: its rows, its columns, the bins."""


def gather_blocks(cells: Any, block: int) -> Any:
    """Put every block of neighbouring cells together.

    Parameters
    ----------
    cells : array of shape (n, rows, columns, bins)
    block : int
        Cells of a block along each axis.

    Returns
    -------
    array of shape (n, rows - block + 1, columns - block + 1, block, block, bins)
    """
    rows, columns = (size - block + 1 for size in cells.shape[1:3])
    lines = [
        np.stack([cells[:, i : i + rows, j : j + columns] for j in range(block)], -2)
        for i in range(block)
    ]
    return np.stack(lines, axis=-3)


def _l1(blocks: Any, eps: float, clip: float) -> Any:
    return blocks / (blocks.sum(axis=WHOLE, keepdims=True) + eps)


def _l1_sqrt(blocks: Any, eps: float, clip: float) -> Any:
    return safe_sqrt(_l1(blocks, eps, clip))


def _l2(blocks: Any, eps: float, clip: float) -> Any:
    square = (blocks * blocks).sum(axis=WHOLE, keepdims=True)
    return blocks / np.sqrt(square + eps * eps)


def _l2_hys(blocks: Any, eps: float, clip: float) -> Any:
    """Limit how much one edge counts: L2, a ceiling, and L2 again."""
    return _l2(np.minimum(_l2(blocks, eps, clip), clip), eps, clip)


def _opencv(blocks: Any, eps: float, clip: float) -> Any:
    """Do as OpenCV, which adds to the lengths: a tenth for each number, then eps."""
    area = blocks.shape[-1] * blocks.shape[-2] * blocks.shape[-3]
    once = blocks / (_length(blocks) + 0.1 * area)
    once = np.minimum(once, clip)
    return once / (_length(once) + eps)


def _length(blocks: Any) -> Any:
    return safe_sqrt((blocks * blocks).sum(axis=WHOLE, keepdims=True))


NORMS: dict[str, Callable[[Any, float, float], Any]] = {
    "L1": _l1,
    "L1-sqrt": _l1_sqrt,
    "L2": _l2,
    "L2-Hys": _l2_hys,
    "opencv": _opencv,
}
"""Functions of blocks (..., block, block, bins), of eps and of the ceiling."""


def four_contrasts(cells: Any, eps: float, clip: float) -> Any:
    """Return the 31 numbers of each cell of Felzenszwalb et al. (2010), section 6.2.

    Parameters
    ----------
    cells : array of shape (n, rows, columns, 18)
        Votes for signed orientations.
    eps, clip : float
        What is added to lengths as a component of its own, and the ceiling.

    Returns
    -------
    array of shape (n, rows, columns, 31)
        18 signed orientations, 9 unsigned ones, 4 energies, one for each of the blocks
        of 2 x 2 cells that the cell is part of. At the border, cells stand for those
        that are missing.
    """
    half = cells.shape[3] // 2
    unsigned = cells[..., :half] + cells[..., half:]
    energy = (unsigned * unsigned).sum(axis=-1)
    framed = np.concatenate([energy[:, :1], energy, energy[:, -1:]], axis=1)
    framed = np.concatenate([framed[..., :1], framed, framed[..., -1:]], axis=2)
    pairs = framed[:, :-1] + framed[:, 1:]
    squares = pairs[..., :-1] + pairs[..., 1:]
    lengths = np.sqrt(squares + eps * eps)
    every = np.concatenate([cells, unsigned], axis=-1)
    sums: Any = 0
    energies: list[Any] = []
    for down, along in ((0, 0), (0, 1), (1, 0), (1, 1)):
        near = lengths[:, down : down + cells.shape[1], along : along + cells.shape[2]]
        alike = np.minimum(every / near[..., None], clip)
        sums = sums + alike
        energies.append(alike[..., 2 * half :].sum(axis=-1) / math.sqrt(2 * half))
    return np.concatenate([0.5 * sums, np.stack(energies, axis=-1)], axis=-1)
