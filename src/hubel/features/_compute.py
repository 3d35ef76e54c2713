"""A feature of any number of images."""

from __future__ import annotations

from typing import Any

from hubel.errors import OptionError
from hubel.features._batches import Progress, in_batches
from hubel.features._feature import Feature
from hubel.features._images import as_images, check_values
from hubel.nn._module import Array


def compute(
    feature: Feature,
    images: Any,
    *,
    batch_size: int | None = None,
    out: Array | None = None,
    progress: Progress | None = None,
) -> Array:
    """Compute a feature of any number of images, in the memory of a batch.

    Parameters
    ----------
    feature : Feature
        Such as ``HOG()``.
    images : array of shape (n, height, width, channels) or (n, height, width)
        uint8, or floats of the feature's range. A memory-mapped file is read batch by
        batch.
    batch_size : int, optional
        Images at once; by default as many as fit into a processor's cache.
    out : array of shape (n, d), optional
        Where the rows go, such as a memory-mapped file.
    progress : callable, optional
        Called as ``progress(done, n)`` after each batch.

    Returns
    -------
    array of shape (n, d)
        float64 for images of float64, else float32; ``out``, if given.

    Raises
    ------
    ShapeError, DTypeError, OptionError
        If the images are not as said, lie far outside the range, or ``out`` does not
        fit.

    Examples
    --------
    >>> import numpy as np
    >>> from hubel.features import HueHistogram
    >>> images = np.zeros((100, 8, 8, 3), np.uint8)
    >>> compute(HueHistogram(bins=6), images, batch_size=40).shape
    (100, 6)
    """
    images = as_images(images)
    size = feature.at_once(images.shape) if batch_size is None else batch_size
    if size < 1:
        raise OptionError(f"batch_size={batch_size}", remedy="Give at least 1.")
    check_values(images[:size], feature.range)
    return in_batches(feature, images, size=size, out=out, progress=progress)
