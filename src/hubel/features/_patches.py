"""Patches: the small images at all places of large ones."""

from __future__ import annotations

from typing import Any

import numpy as np

from hubel.errors import OptionError, ShapeError
from hubel.features._feature import Feature
from hubel.features._images import (
    UNIT,
    Range,
    as_floats,
    as_images,
    check_range,
    span,
)
from hubel.gates._conv2d import windows2d
from hubel.nn._module import static


def patches(images: Any, size: int = 6, stride: int = 1) -> Any:
    """Return the patches of images.

    Parameters
    ----------
    images : array of shape (n, height, width, channels) or (n, height, width)
        uint8 or floats; may be traced.
    size : int
        Height and width of a patch.
    stride : int
        Pixels from one patch to the next.

    Returns
    -------
    array of shape (n, rows, columns, size, size, channels)
        Of the dtype of the images.

    Raises
    ------
    ShapeError
        If the images are smaller than a patch.

    Examples
    --------
    >>> patches(np.zeros((2, 32, 32, 3), np.uint8), 6).shape
    (2, 27, 27, 6, 6, 3)
    >>> patches(np.zeros((2, 32, 32, 3), np.uint8), 8, stride=8).shape
    (2, 4, 4, 8, 8, 3)
    """
    images = as_images(images)
    places(images.shape, size, stride)
    found = windows2d(
        images,
        window=(size, size),
        stride=(stride, stride),
        padding=((0, 0), (0, 0)),
        spread=(1, 1),
    )
    return found.reshape(*found.shape[:3], size, size, images.shape[3])


def places(shape: tuple[int, ...], size: int, stride: int) -> tuple[int, int]:
    """Return how many rows and columns of patches images (n, h, w, c) have."""
    if size < 1 or stride < 1:
        raise OptionError(f"size={size}, stride={stride}", remedy="Give at least 1.")
    if min(shape[1:3]) < size:
        raise ShapeError(
            f"patches of {size} x {size} in images of {shape[1]} x {shape[2]} pixels",
            remedy="Give larger images, or a smaller size.",
        )
    return (shape[1] - size) // stride + 1, (shape[2] - size) // stride + 1


class Contrast(Feature):
    """The pixels of a patch, as far from their mean as the patch has contrast.

    Parameters
    ----------
    eps : float
        What is added to the variance, on the scale where white is 255.
    range : tuple of float
        What black and white are in images of floats.

    Notes
    -----
    (x - mean) / sqrt(variance + eps) of the numbers of one patch, all channels
    together: A. Coates, H. Lee and A. Ng, "An analysis of single-layer networks in
    unsupervised feature learning" (AISTATS 2011), with their eps of 10. The variance is
    that of the population.

    Examples
    --------
    >>> Contrast()(np.array([[[[0], [255]]]], np.uint8)).round(3)
    array([[-1.,  1.]], dtype=float32)
    """

    eps: float = static()

    def __init__(self, eps: float = 10.0, *, range: Range = UNIT) -> None:
        if not 0 < eps < np.inf:
            raise OptionError(f"eps={eps}", remedy="Give a number above 0.")
        self._fill(eps=float(eps), range=check_range(range))

    def compose(self, images: Any) -> Any:
        """Shift and scale the pixels of images (n, h, w, c) to rows (n, h * w * c)."""
        low, high = span(images, self.range)
        pixels = as_floats(images).reshape(images.shape[0], -1)
        away = pixels - pixels.mean(axis=1, keepdims=True)
        variance = (away * away).mean(axis=1, keepdims=True)
        return away / np.sqrt(variance + self.eps * ((high - low) / 255) ** 2)

    def __repr__(self) -> str:
        return f"Contrast({self.eps:g})"
