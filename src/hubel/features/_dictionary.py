"""A learned dictionary: patches, what describes them, the words they are like."""

from __future__ import annotations

from typing import Any

import numpy as np

from hubel.errors import ShapeError
from hubel.features._assign import Assignment, assign
from hubel.features._feature import Feature
from hubel.features._patches import Contrast, patches, places
from hubel.features._pool import Pooling, pool
from hubel.nn._module import Array, Module, static, weight

DISTANCES = 2**22
"""Bytes of what is computed at once: it should stay in cache."""


class Dictionary(Feature):
    """How much each part of an image is like each word of a codebook, as a module.

    Every patch of an image is described by a row of numbers, which may be whitened,
    and compared with all words; what the patches of a part of the image say is pooled.
    :func:`learn_dictionary` learns one from images.

    Parameters
    ----------
    codebook : array of shape (k, d)
        The words.
    whitening : Module, optional
        What is done to descriptions first: a :class:`Whitening`, frozen or not.
    describe : Feature, optional
        Maps patches (m, size, size, channels) to rows (m, d); by default
        :class:`Contrast`. ``HOG()`` of patches of 32 pixels makes the lecture's bag of
        visual words. Images of floats have its range.
    size, stride : int
        Height and width of a patch; pixels from one to the next.
    how : {"hard", "soft", "triangle"}
        As of :func:`assign`, and so is ``spread``.
    grid, pooling
        Parts of the image along each axis, and what :func:`pool` does in each.

    Attributes
    ----------
    codebook, whitening
        Parameters: training changes them, unless the module is frozen.

    Notes
    -----
    "hard" and "sum" count visual words (Csurka et al., ECCV Workshop 2004); "triangle"
    of whitened 6 x 6 patches in quarters is Coates, Lee and Ng (AISTATS 2011). With
    parameters that are trained this is a convolutional layer and its pooling.

    Examples
    --------
    >>> from hubel import nn
    >>> words = np.random.default_rng(0).normal(size=(5, 108)).astype(np.float32)
    >>> dictionary = Dictionary(words)
    >>> net = nn.Sequential(dictionary.freeze(), nn.Linear(20, 10))
    >>> net(np.zeros((2, 32, 32, 3), np.uint8)).shape
    (2, 10)
    """

    codebook: Array = weight()
    whitening: Module | None
    describe: Feature
    size: int = static()
    stride: int = static()
    how: Assignment = static()
    spread: float = static()
    grid: int = static()
    pooling: Pooling = static()

    def __init__(
        self,
        codebook: Any,
        whitening: Module | None = None,
        *,
        describe: Feature | None = None,
        size: int = 6,
        stride: int = 1,
        how: Assignment = "triangle",
        spread: float = 1.0,
        grid: int = 2,
        pooling: Pooling = "sum",
    ) -> None:
        codebook = np.asarray(codebook)
        if codebook.ndim != 2 or not codebook.size:
            raise ShapeError(
                f"a codebook of shape {codebook.shape}", remedy="Give (k, d)."
            )
        describe = Contrast() if describe is None else describe
        self._fill(
            codebook=codebook,
            whitening=whitening,
            describe=describe,
            size=size,
            stride=stride,
            how=how,
            spread=float(spread),
            grid=grid,
            pooling=pooling,
            range=describe.range,
        )
        # A patch for each part says whether the options are right.
        self._pooled(np.zeros((1, max(grid, 1), max(grid, 1), codebook.shape[1])))

    def compose(self, images: Any) -> Any:
        """Compute the rows: patches, descriptions, words, parts."""
        return self._pooled(self.descriptions(images))

    def _pooled(self, rows: Any) -> Any:
        words = assign(rows, self.codebook, self.how, spread=self.spread)
        return pool(words, self.grid, self.pooling)

    def descriptions(self, images: Any) -> Any:
        """Return what is compared with the words, shape (n, rows, columns, d)."""
        rows = describe_patches(images, self.describe, self.size, self.stride)
        flat = rows.reshape(-1, rows.shape[-1])
        flat = flat if self.whitening is None else self.whitening(flat)
        return flat.reshape(rows.shape)

    def at_once(self, shape: tuple[int, ...]) -> int:
        """Return how many images have distances that fit into a processor's cache."""
        rows, columns = places(shape, self.size, self.stride)
        row = 4 * max(len(self.codebook), self.size**2 * shape[3])
        return max(1, DISTANCES // (rows * columns * row))

    def __repr__(self) -> str:
        words, width = self.codebook.shape
        return (
            f"Dictionary({words} x {width}, {self.how!r}, size={self.size}, "
            f"stride={self.stride}, describe={self.describe!r})"
        )


def describe_patches(images: Any, describe: Feature, size: int, stride: int) -> Any:
    """Return the description of every patch, shape (n, rows, columns, d)."""
    found = patches(images, size, stride)
    rows = describe.compose(found.reshape(-1, *found.shape[3:]))
    return rows.reshape(*found.shape[:3], -1)
