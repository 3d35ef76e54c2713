"""Patches drawn from any number of images, none with more chance than another."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np

from hubel.errors import DataError, OptionError, ShapeError
from hubel.features._images import as_images
from hubel.features._patches import places
from hubel.nn._module import Array
from hubel.streams import stream

CHUNK = 1024
"""Images that are looked at together."""


def sample_patches(
    images: Any, count: int, *, size: int = 6, stride: int = 1, seed: int = 0
) -> Array:
    """Draw patches from images that are read once, in the memory of what is drawn.

    Parameters
    ----------
    images : array of shape (n, height, width, channels), or an iterable of such
        Shards of images: they may differ in all but channels and dtype.
    count : int
        How many; all patches, if the images have fewer.
    size, stride : int
        As of :func:`patches`.
    seed : int
        Decides which; how images are cut into shards does not matter.

    Returns
    -------
    array of shape (count, size, size, channels)
        Of the dtype of the images.

    Raises
    ------
    ShapeError, DTypeError, DataError
        If there is no image, or shards do not go together.

    Notes
    -----
    Algorithm R of J. Vitter, "Random sampling with a reservoir" (1985): patch number i
    (from 1) is kept with chance count / i, in place of one that was.

    Examples
    --------
    >>> shards = (np.full((10, 8, 8, 3), i, np.uint8) for i in range(5))
    >>> sample_patches(shards, 100).shape
    (100, 6, 6, 3)
    """
    if count < 1:
        raise OptionError(f"a sample of {count} patches", remedy="Give at least 1.")
    chances, slots = (stream(seed, f"patch {what}") for what in ("chances", "places"))
    kept, met = np.empty(0), 0
    for chunk in chunks(images):
        rows, columns = places(chunk.shape, size, stride)
        numbers = met + np.arange(len(chunk) * rows * columns)
        takes = np.flatnonzero(chances.random(len(numbers)) * (numbers + 1) < count)
        late = takes[numbers[takes] >= count]
        to = numbers[takes]
        to[len(takes) - len(late) :] = slots.integers(count, size=len(late))
        if not met:
            kept = np.empty((count, size, size, chunk.shape[3]), chunk.dtype)
        _check_alike(chunk, kept)
        views = np.lib.stride_tricks.sliding_window_view(chunk, (size, size), (1, 2))
        image, place = np.divmod(takes, rows * columns)
        y, x = stride * (place // columns), stride * (place % columns)
        kept[to] = views[image, y, x].transpose(0, 2, 3, 1)
        met += len(numbers)
    if not met:
        raise DataError("no images to draw patches from", remedy="Give at least one.")
    return kept[: min(met, count)]


def chunks(images: Any) -> Iterator[Array]:
    """Give images, in an array or in shards, some at a time."""
    shards: Iterable[Any] = [images] if hasattr(images, "shape") else images
    for shard in shards:
        shard = as_images(shard)
        for first in range(0, len(shard), CHUNK):
            yield shard[first : first + CHUNK]


def _check_alike(chunk: Array, kept: Array) -> None:
    if chunk.shape[3] != kept.shape[3] or chunk.dtype != kept.dtype:
        raise ShapeError(
            f"a shard of {chunk.dtype} with {chunk.shape[3]} channels after one of "
            f"{kept.dtype} with {kept.shape[3]}",
            remedy="Give shards of one kind.",
        )
