"""Histograms of whole colours, in the cells of a grid."""

from __future__ import annotations

from functools import reduce
from operator import mul
from typing import Any, get_args

import numpy as np

from hubel.errors import OptionError
from hubel.features._batches import Progress
from hubel.features._bins import numbered
from hubel.features._compute import compute
from hubel.features._feature import Feature
from hubel.features._grid import check_grid, sum_grid
from hubel.features._hue import Mode
from hubel.features._images import UNIT, Range, as_floats, check_range, span
from hubel.features._options import check_word
from hubel.nn._module import Array, static

MOST = 4096
"""More bins than this are a mistake: a bin asks every pixel."""


def color_histogram(
    images: Any,
    bins: int = 4,
    mode: Mode = "hard",
    *,
    grid: int = 1,
    range: Range = UNIT,
    batch_size: int | None = None,
    out: Array | None = None,
    progress: Progress | None = None,
) -> Array:
    """Count the pixels of each colour in each cell of a grid.

    Parameters
    ----------
    images : array of shape (n, height, width, channels) or (n, height, width)
        uint8, or floats of the range.
    bins, mode, grid, range
        As of :class:`ColorHistogram`.
    batch_size, out, progress
        As of :func:`compute`.

    Returns
    -------
    array of shape (n, grid * grid * bins ** channels)
        float32; float64 for images of float64.

    Examples
    --------
    >>> images = np.zeros((5, 32, 32, 3), np.uint8)
    >>> color_histogram(images, grid=2).shape
    (5, 256)
    """
    feature = ColorHistogram(bins, mode, grid=grid, range=range)
    return compute(feature, images, batch_size=batch_size, out=out, progress=progress)


class ColorHistogram(Feature):
    """How many pixels of each cell have which colour, as a module.

    Parameters
    ----------
    bins : int
        Into how many parts each channel is cut. A bin of the histogram is one part of
        red with one of green and one of blue: the number of part r of red, g of green
        and b of blue is ``(r * bins + g) * bins + b``.
    mode : {"hard", "soft"}
        Whether a pixel votes for the bin of its colour, or shares its vote between the
        parts whose centres are nearest, in each channel.
    grid : int
        Rows and columns of cells that have a histogram each.
    range : tuple of float
        What black and white are in images of floats.

    Notes
    -----
    M. J. Swain and D. H. Ballard, "Color indexing" (IJCV 1991). A hard count has
    derivative 0. Soft votes are continuous, and differentiable between the centres of
    parts.

    Examples
    --------
    >>> histogram = ColorHistogram(2)
    >>> red = np.array([[[[200, 10, 30]]]], np.uint8)
    >>> histogram(red)
    array([[0., 0., 0., 0., 1., 0., 0., 0.]], dtype=float32)
    """

    bins: int = static()
    mode: Mode = static()
    grid: int = static()

    def __init__(
        self,
        bins: int = 4,
        mode: Mode = "hard",
        *,
        grid: int = 1,
        range: Range = UNIT,
    ) -> None:
        if bins < 2:
            raise OptionError(f"{bins} bins a channel", remedy="Give at least 2.")
        check_word("mode", mode, get_args(Mode))
        self._fill(
            bins=bins, mode=mode, grid=check_grid(grid), range=check_range(range)
        )

    def compose(self, images: Any) -> Any:
        """Compute the histograms: places, votes, sums."""
        channels, bins = images.shape[3], self.bins
        if bins**channels > MOST:
            raise OptionError(
                f"{bins} bins for each of {channels} channels are {bins**channels:,}",
                remedy=f"Give fewer bins: at most {MOST:,} together.",
            )
        low, white = span(images, self.range)
        values = as_floats(images) - low if low else as_floats(images)
        places = values * (bins / (white - low))
        vote = _hard if self.mode == "hard" else _soft
        votes = vote([places[..., k] for k in range(channels)], bins)
        sums = np.moveaxis(sum_grid(votes, self.grid), 1, 3)
        return sums.reshape(images.shape[0], -1)


def _hard(places: list[Any], bins: int) -> Any:
    """Give each pixel's vote to the bin of its colour."""
    parts = [np.minimum(np.maximum(np.floor(p), 0), bins - 1) for p in places]
    number = reduce(lambda left, right: left * bins + right, parts)
    k = numbered(bins ** len(places), number.dtype)
    return (number[:, None] == k).astype(number.dtype)


def _soft(places: list[Any], bins: int) -> Any:
    """Share each pixel's vote between the nearest parts of every channel."""
    k = np.arange(bins ** len(places), dtype=np.int64)
    shares: list[Any] = []
    for channel, place in enumerate(places):
        part = k // bins ** (len(places) - 1 - channel) % bins
        centre: Any = np.minimum(np.maximum(place - 0.5, 0), bins - 1)[:, None]
        away = abs(centre - part.astype(place.dtype)[:, None, None])
        shares.append(np.maximum(1 - away, 0))
    return reduce(mul, shares)
