"""`tenshapes`: ten classes of shapes and textures, drawn from random numbers."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from hubel.data._collect import Progress
from hubel.data._dataset import Dataset
from hubel.data._drawing import BATCH, SIDE, draw
from hubel.data._shapes import SHAPES
from hubel.errors import OptionError
from hubel.streams import permutation, stream

_MOST_IMAGES = 1_000_000


def tenshapes(
    count_train: int = 10_000,
    count_test: int = 2_000,
    *,
    seed: int = 0,
    progress: Progress | None = None,
) -> tuple[Dataset, Dataset]:
    """Generate colour images of ten kinds of shapes and textures.

    A shape of random place, size, angle and colour, lighter or darker than what is
    behind it, on an uneven background with strokes of clutter, under noise. Because
    no pixel is bright for one class and dark for another, a linear classifier of the
    pixels learns next to nothing; edges tell the classes apart.

    Parameters
    ----------
    count_train, count_test : int
        Number of images, 0 to 1,000,000 each. In every 250 images from the first on,
        each class comes 25 times.
    seed : int
        The run's seed. Image i of a part depends on the seed, the part and i alone.
    progress : callable, optional
        Called with the number of images drawn and of all of a part, as it goes on.

    Returns
    -------
    train, test : Dataset
        Images uint8 of shape (count, 32, 32, 3).

    Raises
    ------
    OptionError
        If a count is out of range.

    Examples
    --------
    >>> train, test = tenshapes(500, 100)
    >>> train
    <Dataset 'tenshapes train': 500 examples, 32x32x3 uint8, 10 classes>
    >>> test.class_names[:4]
    ('circle', 'ring', 'crescent', 'triangle')
    """
    train = _part("train", count_train, seed, progress)
    return train, _part("test", count_test, seed, progress)


def _part(part: str, count: int, seed: int, progress: Progress | None) -> Dataset:
    """Return one part, drawn batch by batch.

    A batch is always drawn whole, so that image i is the same for every count.
    """
    if not 0 <= count <= _MOST_IMAGES:
        raise OptionError(
            f"tenshapes draws 0 to {_MOST_IMAGES:,} {part} images, not {count}"
        )
    images = np.empty((count, SIDE, SIDE, 3), np.uint8)
    labels = np.empty(count, np.int64)
    done = 0
    for drawn, numbers in draw_batches(part, count, seed):
        kept = slice(done, done + len(drawn))
        images[kept], labels[kept] = drawn, numbers
        done = kept.stop
        if progress is not None:
            progress(done, count)
    return Dataset(images, labels, tuple(SHAPES), f"tenshapes {part}")


def draw_batches(
    part: str, count: int, seed: int = 0
) -> Iterator[tuple[NDArray[np.uint8], NDArray[np.int64]]]:
    """Draw the images of a part with their labels, some at a time."""
    for batch, start in enumerate(range(0, count, BATCH)):
        order = permutation(BATCH, seed, f"tenshapes/{part}/order", batch)
        order = order[: count - start]
        images = draw(stream(seed, f"tenshapes/{part}", batch))[order]
        yield images, order * len(SHAPES) // BATCH
