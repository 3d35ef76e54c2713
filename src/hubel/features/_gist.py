"""GIST: the shape of a whole scene, as the energy of waves in its parts."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from hubel.errors import OptionError, ShapeError
from hubel.features._batches import Progress
from hubel.features._brightness import brightness
from hubel.features._compute import compute
from hubel.features._feature import Feature
from hubel.features._gradients import safe_sqrt
from hubel.features._grid import check_grid, sum_grid
from hubel.features._images import UNIT, Range, check_range
from hubel.nn._module import Array, static

NOISE = 20 / 255
"""The contrast up to which the prefilter does not enhance (of 255 in the paper)."""
SLOW = 4.0
"""Waves in the image below which the prefilter takes them for light and shade."""
FINEST = 0.25
"""The frequency of the finest scale, in waves a pixel; the next ones are halves."""

WAVES = 2**18
"""Numbers that waves of a batch have, before images are mirrored."""


def gist(
    images: Any,
    orientations: tuple[int, ...] = (8, 8, 8, 8),
    *,
    grid: int = 4,
    range: Range = UNIT,
    batch_size: int | None = None,
    out: Array | None = None,
    progress: Progress | None = None,
) -> Array:
    """Compute how strong waves of each size and orientation are in parts of an image.

    Parameters
    ----------
    images : array of shape (n, height, width, channels) or (n, height, width)
        uint8, or floats of the range. Colour images are made grey.
    orientations, grid, range
        As of :class:`GIST`.
    batch_size, out, progress
        As of :func:`compute`.

    Returns
    -------
    array of shape (n, grid * grid * sum(orientations))
        float32; float64 for images of float64.

    Examples
    --------
    >>> images = np.zeros((5, 32, 32, 3), np.uint8)
    >>> gist(images).shape
    (5, 512)
    """
    feature = GIST(orientations, grid=grid, range=range)
    return compute(feature, images, batch_size=batch_size, out=out, progress=progress)


class GIST(Feature):
    """How strong waves of each size and orientation are in parts of an image.

    Parameters
    ----------
    orientations : tuple of int
        How many orientations each scale has, beginning with the finest: waves of 4
        pixels, then 8, 16, 32.
    grid : int
        Rows and columns of cells.
    range : tuple of float
        What black and white are in images of floats.

    Notes
    -----
    A. Oliva and A. Torralba, "Modeling the shape of the scene: a holistic
    representation of the spatial envelope" (IJCV 2001). First local contrast is made
    alike (their prefilter, with g a Gaussian that halves 4 waves an image); then each
    filter is a Gaussian in the plane of frequencies, which meets its neighbours where
    they are at half of their height, so that its answer is complex and its modulus the
    local amplitude. A number is the root of the mean energy in a cell. Images keep
    their size, and are mirrored at the border.

    Differentiable; the derivative of an amplitude of 0 is 0.

    Examples
    --------
    >>> from hubel import nn
    >>> net = nn.Sequential(GIST((4, 4), grid=2), nn.Linear(32, 10))
    >>> net(np.zeros((2, 16, 16, 3), np.uint8)).shape
    (2, 10)
    """

    orientations: tuple[int, ...] = static()
    grid: int = static()

    def __init__(
        self,
        orientations: tuple[int, ...] = (8, 8, 8, 8),
        *,
        grid: int = 4,
        range: Range = UNIT,
    ) -> None:
        counts = tuple(int(count) for count in orientations)
        if not counts or min(counts) < 2:
            raise OptionError(
                f"orientations={orientations!r}",
                remedy="Give at least 2 for each scale, such as (8, 8, 8, 8).",
            )
        self._fill(orientations=counts, grid=check_grid(grid), range=check_range(range))

    def compose(self, images: Any) -> Any:
        """Compute the numbers: contrasts made alike, waves, energies of cells."""
        count, height, width, _ = images.shape
        if min(height, width) < self.grid:
            raise ShapeError(
                f"a grid of {self.grid} cells on {height} x {width} pixels",
                remedy="Give larger images, or a smaller grid=.",
            )
        grey = brightness(images, self.range)
        edges = [(0, 0), *((size // 4, size // 4) for size in (height, width))]
        framed = np.pad(grey, edges, mode="symmetric")
        even = _even_contrast(framed, min(height, width))
        bank = self.filters(framed.shape[1], framed.shape[2]).astype(even.dtype)
        spectrum = np.fft.fft2(even)[:, None] * bank
        # Of the inverse transform only what lies in the image, as products.
        down, along = (
            _inverse(size).astype(spectrum.dtype) for size in (height, width)
        )
        inner = down @ spectrum @ along.T
        energy = inner.real * inner.real + inner.imag * inner.imag
        area = sum_grid(np.ones((height, width)), self.grid).astype(even.dtype)
        cells = safe_sqrt(sum_grid(energy, self.grid) / area)
        return np.moveaxis(cells, 1, 3).reshape(count, -1)

    def at_once(self, shape: tuple[int, ...]) -> int:
        """Return how many images have waves that stay in cache."""
        return max(1, WAVES // (shape[1] * shape[2] * sum(self.orientations)))

    def filters(self, height: int, width: int) -> Array:
        """Return what each filter does to each frequency of such images.

        Returns
        -------
        array of shape (sum(orientations), height, width)
            In the order of ``np.fft``; from 0 to 1.
        """
        y, x = np.fft.fftfreq(height)[:, None], np.fft.fftfreq(width)
        found: list[Array] = []
        for scale, count in enumerate(self.orientations):
            frequency = FINEST / 2**scale
            # Half of the height a third of the way to 0, and between orientations.
            along, across = frequency / 3, frequency * math.tan(math.pi / (2 * count))
            for turn in np.arange(count) * (math.pi / count):
                forth = x * np.cos(turn) + y * np.sin(turn) - frequency
                aside = y * np.cos(turn) - x * np.sin(turn)
                found.append(0.5 ** ((forth / along) ** 2 + (aside / across) ** 2))
        return np.stack(found)


def _inverse(size: int) -> Array:
    """Return the matrix from the frequencies of a mirrored row to its inner pixels."""
    whole = size + 2 * (size // 4)
    turns = np.outer(np.arange(size) + size // 4, np.arange(whole)) / whole
    return np.exp(2j * math.pi * turns) / whole


def _even_contrast(planes: Any, size: int) -> Any:
    """Divide planes by their local contrast: the prefilter of the paper."""
    y, x = np.fft.fftfreq(planes.shape[1])[:, None], np.fft.fftfreq(planes.shape[2])
    slow = (0.5 ** ((x * x + y * y) * (size / SLOW) ** 2)).astype(planes.dtype)
    fine = planes - np.fft.ifft2(np.fft.fft2(planes) * slow).real
    variance = np.fft.ifft2(np.fft.fft2(fine * fine) * slow).real
    return fine / (safe_sqrt(np.maximum(variance, 0)) + NOISE)
