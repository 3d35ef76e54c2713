"""Histograms of colour: how much of an image is red, yellow, green ..."""

from __future__ import annotations

from typing import Any, Literal, get_args

import numpy as np

from hubel.errors import OptionError
from hubel.features._batches import Progress
from hubel.features._bins import around, inside
from hubel.features._compute import compute
from hubel.features._feature import Feature
from hubel.features._grid import check_grid, sum_grid
from hubel.features._images import UNIT, Range, check_range, span, split_colors
from hubel.features._options import check_word
from hubel.nn._module import Array, static

Mode = Literal["hard", "soft"]
Weight = Literal["count", "saturation", "value"]


def hue_histogram(
    images: Any,
    bins: int = 10,
    mode: Mode = "hard",
    weight: Weight = "count",
    *,
    grid: int = 1,
    range: Range = UNIT,
    batch_size: int | None = None,
    out: Array | None = None,
    progress: Progress | None = None,
) -> Array:
    """Count the pixels of each hue: the lecture's colour histogram.

    Parameters
    ----------
    images : array of shape (n, height, width, 3)
        uint8, or floats of the range. Grey images are taken for colour ones.
    bins, mode, weight, grid, range
        As of :class:`HueHistogram`.
    batch_size, out, progress
        As of :func:`compute`.

    Returns
    -------
    array of shape (n, grid * grid * bins)
        float32; float64 for images of float64.

    Examples
    --------
    >>> red, green = [255, 0, 0], [0, 255, 0]
    >>> images = np.array([[[red, green], [red, red]]], np.uint8)
    >>> hue_histogram(images, bins=3)
    array([[3., 1., 0.]], dtype=float32)
    """
    feature = HueHistogram(bins, mode, weight, grid=grid, range=range)
    return compute(feature, images, batch_size=batch_size, out=out, progress=progress)


class HueHistogram(Feature):
    """How many pixels of an image have which hue, as a module.

    Parameters
    ----------
    bins : int
        Into how many parts the circle of hues is cut; red is at the beginning of the
        first.
    mode : {"hard", "soft"}
        Whether a pixel votes for the bin of its hue, or shares its vote between the
        two bins whose centres are nearest. The total is the same.
    weight : {"count", "saturation", "value"}
        What a vote weighs: 1, or the pixel's saturation (0 for greys) or value, both
        from 0 to 1.
    grid : int
        Rows and columns of cells that have a histogram each.
    range : tuple of float
        What black and white are in images of floats.

    Notes
    -----
    Hue, saturation and value are those of A. R. Smith, "Color gamut transform pairs"
    (SIGGRAPH 1978), as in the module ``colorsys``: greys have hue 0. Bins are found by
    comparisons of whole numbers for uint8, so that none lies on the wrong side of an
    edge.

    A hard count is constant almost everywhere: its derivative is 0. Soft votes are
    differentiable except where the hue itself is not, at greys, which get 0.

    Examples
    --------
    >>> from hubel import nn
    >>> net = nn.Sequential(HueHistogram(6, "soft"), nn.Linear(6, 10))
    >>> net(np.zeros((2, 8, 8, 3), np.uint8)).shape
    (2, 10)
    """

    bins: int = static()
    mode: Mode = static()
    weight: Weight = static()
    grid: int = static()

    def __init__(
        self,
        bins: int = 10,
        mode: Mode = "hard",
        weight: Weight = "count",
        *,
        grid: int = 1,
        range: Range = UNIT,
    ) -> None:
        if bins < 2:
            raise OptionError(f"a histogram of {bins} bins", remedy="Give at least 2.")
        check_word("mode", mode, get_args(Mode))
        check_word("weight", weight, get_args(Weight))
        self._fill(
            bins=bins,
            mode=mode,
            weight=weight,
            grid=check_grid(grid),
            range=check_range(range),
        )

    def compose(self, images: Any) -> Any:
        """Compute the histograms: hue, weights, votes, sums."""
        low, white = span(images, self.range)
        red, green, blue = split_colors(images, low)
        high = np.maximum(np.maximum(red, green), blue)
        chroma = high - np.minimum(np.minimum(red, green), blue)
        turn = _turn(red, green, blue, high, chroma)
        weight: Any = {
            "count": lambda: np.ones_like(high),
            "saturation": lambda: chroma / np.where(high == 0, 1, high),
            "value": lambda: high * (1 / (white - low)),
        }[self.weight]()
        vote = _hard if self.mode == "hard" else _soft
        votes = vote(turn, np.where(chroma == 0, 1, chroma), weight, self.bins)
        sums = np.moveaxis(sum_grid(votes, self.grid), 1, 3)
        return sums.reshape(images.shape[0], -1)


def _turn(red: Any, green: Any, blue: Any, high: Any, chroma: Any) -> Any:
    """Return the hue, from 0 to 6 and 0 for greys, times the chroma.

    Nothing is divided, so that whole numbers stay whole.
    """
    choose: Any = np.where
    first = green - blue + choose(green < blue, 6 * chroma, 0)
    second, third = blue - red + 2 * chroma, red - green + 4 * chroma
    turn = choose(red == high, first, choose(green == high, second, third))
    return choose(chroma == 0, 0, turn)


def _hard(turn: Any, chroma: Any, weight: Any, bins: int) -> Any:
    """Give each pixel's weight to the bin that its hue lies in."""
    turn, chroma = (each[..., None, :, :] for each in (turn * bins, chroma))
    edges = 6 * np.arange(bins + 1, dtype=weight.dtype)[:, None, None]
    edges[-1] = np.inf  # a hue just below 6 may be rounded to it
    return inside(turn >= edges[:-1] * chroma, turn < edges[1:] * chroma, weight)


def _soft(turn: Any, chroma: Any, weight: Any, bins: int) -> Any:
    """Share each pixel's weight between the bins whose centres its hue lies between."""
    return around(turn / chroma * (bins / 6) - 0.5, weight, bins)
