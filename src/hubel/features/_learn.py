"""Dictionaries learned from images, without labels."""

from __future__ import annotations

from typing import Any

from hubel.errors import OptionError
from hubel.features._assign import Assignment
from hubel.features._batches import in_batches
from hubel.features._dictionary import Dictionary
from hubel.features._feature import Feature
from hubel.features._hog import HOG
from hubel.features._images import UNIT, Range, check_values
from hubel.features._kmeans import kmeans
from hubel.features._patches import Contrast
from hubel.features._pool import Pooling
from hubel.features._sample import sample_patches
from hubel.features._whitening import whiten


def learn_dictionary(
    images: Any,
    words: int = 400,
    *,
    size: int = 6,
    stride: int = 1,
    describe: Feature | None = None,
    whitening: float | None = 0.1,
    how: Assignment = "triangle",
    spread: float = 1.0,
    grid: int = 2,
    pooling: Pooling = "sum",
    samples: int = 200_000,
    max_iter: int = 25,
    range: Range = UNIT,
    seed: int = 0,
    **options: Any,
) -> Dictionary:
    """Learn the words of a dictionary: k-means of patches drawn from images.

    Parameters
    ----------
    images : array of shape (n, height, width, channels), or an iterable of such
        Shards of any number: they are read once, and only what is drawn is kept.
    words : int
        Centroids.
    size, stride, describe, how, spread, grid, pooling
        As of :class:`Dictionary`. Patches are drawn at all places, whatever the stride.
    whitening : float, optional
        The eps of :func:`whiten`; None does without.
    samples : int
        Patches to learn from.
    max_iter, **options
        As of :func:`kmeans`, such as ``progress``.
    range : tuple of float
        What black and white are in images of floats, if ``describe`` does not say.
    seed : int
        Decides which patches, and how k-means begins.

    Returns
    -------
    Dictionary

    Raises
    ------
    ShapeError, DTypeError, OptionError, DataError
        If the images are not as said, or an option is out of range.

    Examples
    --------
    >>> from hubel.features import compute
    >>> import numpy as np
    >>> images = np.random.default_rng(0).integers(0, 256, (50, 12, 12, 3), np.uint8)
    >>> dictionary = learn_dictionary(images, 8, max_iter=5)
    >>> compute(dictionary, images).shape
    (50, 32)
    """
    describe = Contrast(range=range) if describe is None else describe
    drawn = sample_patches(images, samples, size=size, seed=seed)
    check_values(drawn, describe.range)
    rows = in_batches(describe, drawn)
    if len(rows) < words:
        raise OptionError(
            f"{words} words from {len(rows)} patches",
            remedy="Give more images or samples, or fewer words.",
        )
    white = None if whitening is None else whiten(rows, whitening)
    rows = rows if white is None else white(rows)
    found = kmeans(rows, words, max_iter=max_iter, seed=seed, **options)
    assigned: Any = {"how": how, "spread": spread, "grid": grid, "pooling": pooling}
    placed: Any = {"describe": describe, "size": size, "stride": stride}
    return Dictionary(found.centroids, white, **placed, **assigned)


def learn_bag_of_words(
    images: Any,
    words: int = 1000,
    *,
    size: int = 32,
    stride: int = 8,
    describe: Feature | None = None,
    whitening: float | None = None,
    how: Assignment = "hard",
    grid: int = 1,
    range: Range = UNIT,
    **options: Any,
) -> Dictionary:
    """Learn the lecture's bag of visual words: a histogram of what patches are like.

    Parameters
    ----------
    images, **options
        As of :func:`learn_dictionary`, which this is with other defaults: 32 x 32
        patches, 144 numbers of :class:`HOG` each, 1000 words, a count of each.
    words, size, stride, describe, whitening, how, grid, range
        As there.

    Returns
    -------
    Dictionary

    Examples
    --------
    >>> import numpy as np
    >>> images = np.random.default_rng(0).integers(0, 256, (3, 48, 48, 3), np.uint8)
    >>> bag = learn_bag_of_words(images, 10, samples=100)
    >>> bag(images).sum(axis=1)
    array([9., 9., 9.], dtype=float32)
    """
    return learn_dictionary(
        images,
        words,
        size=size,
        stride=stride,
        describe=HOG(range=range) if describe is None else describe,
        whitening=whitening,
        how=how,
        grid=grid,
        **options,
    )
