"""SIFT: keypoints of an image and a descriptor of what is around each."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from hubel.errors import ShapeError
from hubel.features._dense_sift import cell_shares, normalized
from hubel.features._images import UNIT, Range
from hubel.features._keypoints import Keypoints, as_plane, find
from hubel.features._scale_space import FIRST, STEPS, Octave, octaves
from hubel.nn._module import Array

TOGETHER = 16
"""Keypoints that are described at once."""


def sift(
    image: Any,
    keypoints: Keypoints | None = None,
    *,
    root: bool = False,
    contrast: float = 0.04,
    edge: float = 10.0,
    range: Range = UNIT,
) -> tuple[Keypoints, Array]:
    """Describe the surroundings of keypoints: 8 orientations in 4 x 4 turned cells.

    Parameters
    ----------
    image : array of shape (height, width) or (height, width, channels)
        uint8, or floats of the range; at least 12 pixels along each axis.
    keypoints : Keypoints, optional
        Of this image; by default those that :func:`detect_keypoints` finds.
    root : bool
        Whether to take square roots, which makes distances those of Hellinger.
    contrast, edge, range
        As of :func:`detect_keypoints`.

    Returns
    -------
    keypoints : Keypoints
    descriptors : float32 array of shape (k, 128)
        Of length 1, or 0 without contrast. In the order of OpenCV.

    Raises
    ------
    ShapeError, DTypeError, OptionError
        If it is no image, or an option is out of range.

    Notes
    -----
    D. Lowe (IJCV 2004), section 6. A cell is 1.5 sizes of the keypoint wide, and turned
    by its angle; the image is described in the blur that is nearest to that of the
    keypoint. :class:`DenseSIFT` is the same on a grid, as a composition of gates.

    Examples
    --------
    >>> image = np.random.default_rng(0).integers(0, 256, (48, 48)).astype(np.uint8)
    >>> keypoints, descriptors = sift(image)
    >>> descriptors.shape == (len(keypoints.x), 128)
    True
    """
    space = octaves(as_plane(image, range))
    if keypoints is None:
        keypoints = find(space, contrast, edge)
    table = _table(keypoints)
    number, level = _levels(table[2], len(space))
    found = np.zeros((table.shape[1], 128), np.float32)
    pairs: set[tuple[int, int]] = set(zip(number.tolist(), level.tolist(), strict=True))
    for n, k in sorted(pairs):
        here = np.flatnonzero((number == n) & (level == k))
        for first in np.arange(0, len(here), TOGETHER):
            some = here[first : first + TOGETHER]
            found[some] = _describe(space[n], k, table[:, some], root)
    return keypoints, found


def _table(keypoints: Keypoints) -> Array:
    """Return x, y, size and angle of keypoints as an array (4, k)."""
    parts = [np.atleast_1d(np.asarray(each, np.float64)) for each in keypoints[:4]]
    good = parts[0].ndim == 1 and len({part.shape for part in parts}) == 1
    if not good or not np.isfinite(parts).all() or not (parts[2] > 0).all():
        raise ShapeError(
            "keypoints that are not arrays (k,) of finite numbers, or have no size",
            remedy="Give Keypoints as detect_keypoints returns them, of sizes above 0.",
        )
    return np.stack(parts)


def _levels(sizes: Array, count: int) -> tuple[Array, Array]:
    """Return the octaves, and levels in them, whose blur is nearest to keypoints'."""
    steps = np.round(STEPS * np.log2(sizes / 2 / (FIRST / 2))).astype(np.int64)
    number = ((steps - 1) // STEPS).clip(0, count - 1)
    return number, (steps - STEPS * number).clip(0, STEPS + 2)


def _describe(octave: Octave, level: int, table: Array, root: bool) -> Array:
    """Describe keypoints (4, m) in one level of an octave."""
    plane = octave.levels[level]
    x, y, size, angle = table * np.array([[1 / octave.pixel]] * 3 + [[1]])
    cell = 1.5 * size
    radius = min(math.ceil(float(cell.max()) * math.sqrt(2) * 2.5), max(plane.shape))
    rows, columns = _around(y, radius)[:, :, None], _around(x, radius)[:, None, :]
    right, up = _slopes(plane, rows, columns)
    x, y, cell, angle = (each[:, None, None] for each in (x, y, cell, angle))
    down, along = (rows - y) / cell, (columns - x) / cell
    cos, sin = np.cos(angle), np.sin(angle)
    many = len(x), -1
    rows_of = cell_shares((down * cos - along * sin).reshape(many))
    columns_of = cell_shares((along * cos + down * sin).reshape(many))
    place = rows_of[..., :, None] * columns_of[..., None, :]
    turn = (np.arctan2(up, right) + angle).reshape(many) * (8 / (2 * math.pi))
    away = abs((turn[..., None] - np.arange(8) + 4) % 8 - 4)
    votes = np.maximum(1 - away, 0) * np.hypot(right, up).reshape(many)[..., None]
    cells = np.swapaxes(place.reshape(*many, 16), 1, 2) @ votes
    return normalized(cells.reshape(-1, 4, 4, 8), root=root).reshape(-1, 128)


def _around(places: Array, radius: int) -> Array:
    """Return the pixels around places along an axis, shape (m, 2 radius + 1)."""
    found: Array = np.linspace(-radius, radius, 2 * radius + 1)
    return (np.round(places)[:, None] + found).astype(np.int64)


def _slopes(plane: Array, rows: Array, columns: Array) -> tuple[Array, Array]:
    """Return how brightness grows to the right and up; 0 at the border and beyond."""
    height, width = plane.shape
    seen = (rows > 0) & (rows < height - 1) & (columns > 0) & (columns < width - 1)
    rows, columns = rows.clip(1, height - 2), columns.clip(1, width - 2)
    right = plane[rows, columns + 1] - plane[rows, columns - 1]
    up = plane[rows - 1, columns] - plane[rows + 1, columns]
    return np.where(seen, right, 0), np.where(seen, up, 0)
