"""How strongly the filters of a bank answer to the parts of an image."""

from __future__ import annotations

from functools import reduce
from typing import Any, Literal, get_args

import numpy as np

from hubel.errors import OptionError, ShapeError
from hubel.features._batches import Progress
from hubel.features._brightness import brightness
from hubel.features._compute import compute
from hubel.features._feature import Feature
from hubel.features._filters import gabor_pairs, leung_malik, schmid, varma_zisserman
from hubel.features._gradients import safe_sqrt
from hubel.features._grid import check_grid, sum_grid
from hubel.features._images import UNIT, Range, as_images, check_range
from hubel.features._options import check_word
from hubel.gates._conv2d import conv2d
from hubel.nn._module import Array, static

Bank = Literal["gabor", "leung-malik", "schmid", "mr8"]


def filter_bank(
    images: Any,
    bank: Bank = "gabor",
    *,
    scale: float = 0.5,
    grid: int = 4,
    weber: bool = False,
    range: Range = UNIT,
    batch_size: int | None = None,
    out: Array | None = None,
    progress: Progress | None = None,
) -> Array:
    """Compute how strongly the filters of a bank answer to the parts of an image.

    Parameters
    ----------
    images : array of shape (n, height, width, channels) or (n, height, width)
        uint8, or floats of the range. Colour images are made grey.
    bank, scale, grid, weber, range
        As of :class:`FilterBank`.
    batch_size, out, progress
        As of :func:`compute`.

    Returns
    -------
    array of shape (n, grid * grid * k)
        float32; float64 for images of float64.

    Examples
    --------
    >>> images = np.zeros((5, 32, 32, 3), np.uint8)
    >>> filter_bank(images).shape
    (5, 256)
    >>> filter_bank(images, "mr8").shape
    (5, 128)
    """
    feature = FilterBank(bank, scale=scale, grid=grid, weber=weber, range=range)
    return compute(feature, images, batch_size=batch_size, out=out, progress=progress)


class FilterBank(Feature):
    """How strongly the filters of a bank answer to the parts of an image, as a module.

    Parameters
    ----------
    bank : {"gabor", "leung-malik", "schmid", "mr8"}
        "gabor": complex cells of 2 wavelengths and 8 orientations, the length of
        :func:`gabor_pairs`. "leung-malik": 48 filters. "schmid": 13. "mr8": the
        strongest of 6 orientations of edges and bars in 3 sizes, a Gaussian and a spot.
    scale : float
        How large the filters are: 1 as published, in images of 100 pixels and more,
        which makes them 49 pixels wide. Wavelengths of "gabor" are 8 and 16 times it.
    grid : int
        Rows and columns of cells; each has the mean of the absolute answers.
    weber : bool
        Whether strong answers are compressed, as in Weber's law.
    range : tuple of float
        What black and white are in images of floats.

    Notes
    -----
    Filters: :func:`leung_malik`, :func:`schmid`, :func:`varma_zisserman`. Images are
    carried on at the border by their last pixels. Edges turned by half a turn have the
    opposite sign, so "mr8" takes the strongest absolute answer. With ``weber``, the
    answers r of all filters at a pixel, of length L, become r log(1 + L / 0.03) / L
    (Varma and Zisserman, section 3).

    Examples
    --------
    >>> from hubel import nn
    >>> net = nn.Sequential(FilterBank("schmid"), nn.Linear(208, 10))
    >>> net(np.zeros((2, 32, 32, 3), np.uint8)).shape
    (2, 10)
    """

    bank: Bank = static()
    scale: float = static()
    grid: int = static()
    weber: bool = static()

    def __init__(
        self,
        bank: Bank = "gabor",
        *,
        scale: float = 0.5,
        grid: int = 4,
        weber: bool = False,
        range: Range = UNIT,
    ) -> None:
        check_word("bank", bank, get_args(Bank))
        if not 0.3 <= scale <= 10:  # smaller ones fall between the pixels
            raise OptionError(f"scale={scale}", remedy="Give a number from 0.3 to 10.")
        self._fill(
            bank=bank,
            scale=float(scale),
            grid=check_grid(grid),
            weber=bool(weber),
            range=check_range(range),
        )

    @property
    def answers(self) -> int:
        """How many numbers the bank gives for a pixel."""
        return {"gabor": 16, "leung-malik": 48, "schmid": 13, "mr8": 8}[self.bank]

    def filters(self) -> Array:
        """Return the filters, shape (m, size, size): of "mr8" 38, of "gabor" 32."""
        size = 2 * round(24 * self.scale) + 1
        if self.bank == "gabor":
            waves = (8 * self.scale, 16 * self.scale)
            return gabor_pairs(size, wavelengths=waves).reshape(-1, size, size)
        banks: Any = {
            "leung-malik": leung_malik,
            "schmid": schmid,
            "mr8": varma_zisserman,
        }
        return banks[self.bank](size, self.scale)

    def responses(self, images: Any) -> Any:
        """Return the answers at each pixel.

        Parameters
        ----------
        images : array of shape (n, height, width, channels)

        Returns
        -------
        array of shape (n, height, width, k)
            Positive and negative ones, of "gabor" and "mr8" lengths and greatest
            absolute ones. Black and white differ by 1.

        Examples
        --------
        >>> FilterBank("schmid").responses(np.zeros((1, 16, 16, 1))).shape
        (1, 16, 16, 13)
        """
        images = as_images(images)
        grey = brightness(images, self.range)
        filters = self.filters()
        edge = filters.shape[1] // 2
        framed = np.pad(grey, ((0, 0), (edge, edge), (edge, edge)), mode="edge")
        weights = np.moveaxis(filters, 0, 2)[:, :, None].astype(grey.dtype)
        still: Any = {"stride": (1, 1), "padding": ((0, 0), (0, 0)), "spread": (1, 1)}
        found = conv2d(framed[..., None], weights, **still)
        found = _put_together(self.bank, found)
        return _compressed(found) if self.weber else found

    def compose(self, images: Any) -> Any:
        """Compute the rows: answers, and their means over cells."""
        count, height, width, _ = images.shape
        if min(height, width) < self.grid:
            raise ShapeError(
                f"a grid of {self.grid} cells on {height} x {width} pixels",
                remedy="Give larger images, or a smaller grid=.",
            )
        planes = np.moveaxis(abs(self.responses(images)), 3, 1)
        area = sum_grid(np.ones((height, width)), self.grid)
        means = sum_grid(planes, self.grid) / area.astype(planes.dtype)
        return np.moveaxis(means, 1, 3).reshape(count, -1)


def _put_together(bank: Bank, found: Any) -> Any:
    """Make the answers of a bank of those of its filters, on the last axis."""
    if bank == "gabor":
        even, odd = found[..., :16], found[..., 16:]
        return safe_sqrt(even * even + odd * odd)
    if bank == "mr8":
        turns: list[Any] = [abs(found[..., k:36:6]) for k in (0, 1, 2, 3, 4, 5)]
        strongest: Any = reduce(np.maximum, turns)
        return np.concatenate([strongest, found[..., 36:]], axis=-1)
    return found


def _compressed(found: Any) -> Any:
    """Apply Weber's law to the length of all answers at a pixel."""
    length = safe_sqrt((found * found).sum(axis=-1, keepdims=True))
    some = np.where(length == 0, 1, length)
    return found * np.where(length == 0, 1 / 0.03, np.log1p(some * (1 / 0.03)) / some)
