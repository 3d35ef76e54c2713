"""Textons: what the answers of a bank of filters at a pixel are most like."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from hubel.errors import OptionError, ShapeError
from hubel.features._assign import Assignment, assign
from hubel.features._feature import Feature
from hubel.features._filter_bank import Bank, FilterBank
from hubel.features._images import UNIT, Range, as_images, check_values
from hubel.features._kmeans import kmeans
from hubel.features._pool import Pooling, pool
from hubel.nn._module import Array, static, weight
from hubel.streams import permutation

PIXELS = 2**14
"""Pixels in a batch: their answers, and distances to textons, stay in cache."""


class Textons(Feature):
    """How much of each part of an image is like each texton, as a module.

    Parameters
    ----------
    codebook : array of shape (k, d)
        The textons: answers of the bank. :func:`learn_textons` finds them.
    bank : FilterBank, optional
        By default that of the filters "mr8", with Weber's law. Its grid does not count.
    how : {"hard", "soft", "triangle"}
        As of :func:`assign`, and so is ``spread``.
    grid, pooling
        Parts of the image along each axis, and what :func:`pool` does in each.

    Attributes
    ----------
    codebook
        A parameter: training changes it, unless the module is frozen.

    Notes
    -----
    T. Leung and J. Malik (IJCV 2001); with "mr8", M. Varma and A. Zisserman (IJCV
    2005). Hard textons are constant almost everywhere: they have no derivative.

    Examples
    --------
    >>> from hubel import nn
    >>> textons = Textons(np.random.default_rng(0).normal(size=(5, 8)), how="soft")
    >>> net = nn.Sequential(textons.freeze(), nn.Linear(5, 10))
    >>> net(np.zeros((2, 16, 16, 3), np.uint8)).shape
    (2, 10)
    """

    codebook: Array = weight()
    bank: FilterBank
    how: Assignment = static()
    spread: float = static()
    grid: int = static()
    pooling: Pooling = static()

    def __init__(
        self,
        codebook: Any,
        bank: FilterBank | None = None,
        *,
        how: Assignment = "hard",
        spread: float = 1.0,
        grid: int = 1,
        pooling: Pooling = "mean",
    ) -> None:
        bank = FilterBank("mr8", weber=True) if bank is None else bank
        codebook = np.asarray(codebook)
        if codebook.ndim != 2 or codebook.shape[1] != bank.answers or not codebook.size:
            raise ShapeError(
                f"textons of shape {codebook.shape} of the bank {bank.bank!r}",
                remedy=f"Give (k, {bank.answers}).",
            )
        # One pixel a part with all that follows says whether the options are right.
        pixels = np.zeros((1, max(grid, 1), max(grid, 1), bank.answers))
        pool(assign(pixels, codebook, how, spread=spread), grid, pooling)
        self._fill(
            codebook=codebook,
            bank=bank,
            how=how,
            spread=float(spread),
            grid=grid,
            pooling=pooling,
            range=bank.range,
        )

    def compose(self, images: Any) -> Any:
        """Compute the rows: answers, textons, parts."""
        answers = self.bank.responses(images)
        codebook = self.codebook.astype(answers.dtype)
        words = assign(answers, codebook, self.how, spread=self.spread)
        return pool(words, self.grid, self.pooling)

    def at_once(self, shape: tuple[int, ...]) -> int:
        """Return how many images have answers that fit into a processor's cache."""
        return max(1, PIXELS // (shape[1] * shape[2]))

    def __repr__(self) -> str:
        return f"Textons({len(self.codebook)}, {self.bank!r}, {self.how!r})"


def learn_textons(
    images: Any,
    words: int = 50,
    *,
    bank: Bank = "mr8",
    scale: float = 0.5,
    weber: bool = True,
    how: Assignment = "hard",
    spread: float = 1.0,
    grid: int = 1,
    pooling: Pooling = "mean",
    samples: int = 100_000,
    max_iter: int = 25,
    range: Range = UNIT,
    seed: int = 0,
    **options: Any,
) -> Textons:
    """Learn textons: k-means of the answers of a bank of filters at pixels.

    Parameters
    ----------
    images : array of shape (n, height, width, channels) or (n, height, width)
        uint8, or floats of the range.
    words : int
        How many textons.
    bank, scale, weber, range
        As of :class:`FilterBank`.
    how, spread, grid, pooling
        As of :class:`Textons`.
    samples : int
        Pixels to learn from, at least 16 of an image.
    max_iter, **options
        As of :func:`kmeans`.
    seed : int
        Decides which pixels, and how k-means begins.

    Returns
    -------
    Textons

    Raises
    ------
    ShapeError, DTypeError, OptionError, DataError
        If the images are not as said, or an option is out of range.

    Examples
    --------
    >>> images = np.random.default_rng(0).integers(0, 256, (5, 16, 16), np.uint8)
    >>> learn_textons(images, 6, grid=2)(images).shape
    (5, 24)
    """
    images = as_images(images)
    filters = FilterBank(bank, scale=scale, weber=weber, range=range)
    rows = _sample(filters, images, samples, seed)
    if len(rows) < words:
        raise OptionError(
            f"{words} textons from {len(rows)} pixels",
            remedy="Give more images or samples, or fewer textons.",
        )
    found = kmeans(rows, words, max_iter=max_iter, seed=seed, **options)
    assigned: Any = {"how": how, "spread": spread, "grid": grid, "pooling": pooling}
    return Textons(found.centroids, filters, **assigned)


def _sample(bank: FilterBank, images: Array, samples: int, seed: int) -> Array:
    """Return the answers at pixels drawn from images that are drawn first."""
    count, pixels = len(images), images.shape[1] * images.shape[2]
    if not count or samples < 1:
        raise OptionError(f"{samples} samples of {count} images", remedy="Give some.")
    each = min(max(math.ceil(samples / count), 16), pixels)
    drawn = permutation(count, seed, "texton images")[: math.ceil(samples / each)]
    found: list[Array] = []
    for i in np.sort(drawn):
        image = images[i : i + 1]
        check_values(image, bank.range)
        answers = bank.responses(image).reshape(pixels, -1)
        order = permutation(pixels, seed, "texton pixels", int(i))
        found.append(answers[order[:each]])
    return np.concatenate(found)[:samples]
