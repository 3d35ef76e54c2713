"""Local self-similarity: where around a point the image looks as it does there."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from hubel.errors import OptionError
from hubel.features._batches import Progress
from hubel.features._compute import compute
from hubel.features._feature import Feature
from hubel.features._images import UNIT, Range, as_floats, check_range, span
from hubel.features._patches import patches
from hubel.nn._module import Array, static
from hubel.transforms.arrays import array

ANGLES, RINGS = 20, 4
"""Bins of a descriptor, around the point and away from it."""


def self_similarity(
    images: Any,
    step: int = 4,
    radius: int = 8,
    patch: int = 5,
    *,
    noise: float = 0.05,
    range: Range = UNIT,
    batch_size: int | None = None,
    out: Array | None = None,
    progress: Progress | None = None,
) -> Array:
    """Compute where around the points of a grid the image looks as it does there.

    Parameters
    ----------
    images : array of shape (n, height, width, channels) or (n, height, width)
        uint8, or floats of the range.
    step, radius, patch, noise, range
        As of :class:`SelfSimilarity`.
    batch_size, out, progress
        As of :func:`compute`.

    Returns
    -------
    array of shape (n, points * 80)
        From 0 to 1; float32, or float64 for images of float64.

    Examples
    --------
    >>> images = np.zeros((5, 32, 32, 3), np.uint8)
    >>> self_similarity(images).shape  # of 3 x 3 points
    (5, 720)
    """
    feature = SelfSimilarity(step, radius, patch, noise=noise, range=range)
    return compute(feature, images, batch_size=batch_size, out=out, progress=progress)


class SelfSimilarity(Feature):
    """Where around the points of a grid the image looks as it does there, as a module.

    Parameters
    ----------
    step : int
        Pixels from one point to the next.
    radius : int
        How far around a point patches are compared with its own.
    patch : int
        Pixels of a patch along each axis; an odd number.
    noise : float
        The deviation of pixels, where black and white differ by 1, that makes no
        difference.
    range : tuple of float
        What black and white are in images of floats.

    Notes
    -----
    E. Shechtman and M. Irani, "Matching local self-similarities across images and
    videos" (CVPR 2007): the similarity of two patches is exp(-SSD / v), where v is the
    SSD that noise makes, or the largest one between the patch of the point and those a
    pixel away. A descriptor has the greatest similarity in each of 20 angles and 4
    rings, whose widths grow with their distance, stretched to reach from 0 to 1. A bin
    without a pixel has the nearest one; the radius of the paper is 40. Colours are
    compared as they are. Points are as many as have room, at least one, about the
    middle of the image; beyond it its last pixels are carried on.

    Differentiable but for ties; an even image gives 0.

    Examples
    --------
    >>> from hubel import nn
    >>> net = nn.Sequential(SelfSimilarity(radius=5), nn.Linear(80, 10))
    >>> net(np.zeros((2, 16, 16, 3), np.uint8)).shape
    (2, 10)
    """

    step: int = static()
    radius: int = static()
    patch: int = static()
    noise: float = static()

    def __init__(
        self,
        step: int = 4,
        radius: int = 8,
        patch: int = 5,
        *,
        noise: float = 0.05,
        range: Range = UNIT,
    ) -> None:
        if step < 1 or radius < 2:
            raise OptionError(
                f"step={step} and radius={radius}",
                remedy="Give at least 1 and 2 pixels.",
            )
        if patch < 1 or patch % 2 == 0:
            raise OptionError(f"patch={patch}", remedy="Give an odd number of pixels.")
        if not 0 < noise < math.inf:
            raise OptionError(f"noise={noise}", remedy="Give a number above 0.")
        self._fill(
            step=int(step),
            radius=int(radius),
            patch=int(patch),
            noise=float(noise),
            range=check_range(range),
        )

    def compose(self, images: Any) -> Any:
        """Compute the descriptors: regions, differences, similarities, bins."""
        count, _, _, channels = images.shape
        low, high = span(images, self.range)
        values = as_floats(images) * (1 / (high - low))
        regions = self._regions(values)
        squares = self._differences(regions.reshape(-1, *regions.shape[2:]))
        side = 2 * self.radius + 1
        flat = squares.reshape(-1, side * side)
        near = array(_a_pixel_away(self.radius))
        least = self.noise**2 * self.patch**2 * channels
        limit = np.maximum(flat[:, near].max(axis=1, keepdims=True), least)
        similar = np.exp(-flat / limit)
        best = similar[:, array(_bins(self.radius))].max(axis=2)
        return _stretched(best).reshape(count, -1)

    def at_once(self, shape: tuple[int, ...]) -> int:
        """Return how many images have differences that stay in cache."""
        points = math.prod(len(self.starts(size)) for size in shape[1:3])
        numbers = points * (2 * self.radius + 1) ** 2 * self.patch**2 * shape[3]
        return max(1, 2**22 // numbers)

    def starts(self, length: int) -> Array:
        """Return where the regions around points begin along so many pixels."""
        side = 2 * self.radius + self.patch
        count = max(length - side, 0) // self.step + 1
        first = (length - side - (count - 1) * self.step) // 2
        return first + np.arange(count) * self.step

    def _regions(self, values: Any) -> Any:
        """Return the pixels around each point, shape (n, points, side, side, c)."""
        side = 2 * self.radius + self.patch
        rows, columns = (self.starts(size) for size in values.shape[1:3])
        pixels = [
            (first[:, None] + np.arange(side)).clip(0, size - 1)
            for first, size in zip((rows, columns), values.shape[1:3], strict=True)
        ]
        found = values[:, array(pixels[0])][:, :, :, array(pixels[1])]
        moved = found.transpose(0, 1, 3, 2, 4, 5)
        return moved.reshape(values.shape[0], -1, side, side, values.shape[3])

    def _differences(self, regions: Any) -> Any:
        """Return the sums of squared differences to the patch in the middle."""
        windows = patches(regions, self.patch, 1)
        middle = windows[:, self.radius, self.radius][:, None, None]
        away = windows - middle
        return (away * away).sum(axis=(3, 4, 5))


def _offsets(radius: int) -> tuple[Array, Array]:
    """Return how far pixels are from a point, and in which direction in turns."""
    y, x = np.mgrid[-radius : radius + 1, -radius : radius + 1]
    away = np.hypot(x, y).ravel()
    return away, np.arctan2(y, x).ravel() / (2 * math.pi) % 1


def _a_pixel_away(radius: int) -> Array:
    """Return the numbers of the 8 neighbours of a point."""
    away = _offsets(radius)[0]
    return np.flatnonzero((away > 0) & (away < 1.5))


def _bins(radius: int) -> Array:
    """Return the numbers of the pixels in each bin, the last ones repeated.

    Angles follow each other within a ring; the first ring is the inner one.
    """
    away, turn = _offsets(radius)
    ring = np.log(np.maximum(away, 1)) / math.log(radius) * RINGS
    place = np.floor(turn * ANGLES + 0.5) % ANGLES
    inside = (away > 0) & (away <= radius)
    found: list[Array] = []
    for k in np.ndindex(RINGS, ANGLES):
        last = (k[0] == RINGS - 1) & (ring >= RINGS)
        here = inside & ((np.floor(ring) == k[0]) | last) & (place == k[1])
        if not here.any():
            aside = abs((turn * ANGLES - k[1] + ANGLES / 2) % ANGLES - ANGLES / 2)
            far = np.where(inside, (ring - k[0] - 0.5) ** 2 + aside**2, np.inf)
            here = far == far.min()
        found.append(np.flatnonzero(here))
    most = max(map(len, found))
    return np.stack(
        [np.pad(each, (0, most - len(each)), mode="edge") for each in found]
    )


def _stretched(rows: Any) -> Any:
    """Make rows reach from 0 to 1; those that are even become 0."""
    low, high = rows.min(axis=1, keepdims=True), rows.max(axis=1, keepdims=True)
    return (rows - low) / np.where(high == low, 1, high - low)
