"""What images are to every feature: their axes, their dtype, their numbers.

Images are (n, height, width, channels), or (n, height, width) for grey ones, as uint8
or as floats of a declared range.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from hubel.errors import DTypeError, OptionError, ShapeError
from hubel.graph.term import Term
from hubel.nn._module import Array

Range = tuple[float, float]
UNIT: Range = (0.0, 1.0)

_FLOATS = (np.dtype(np.float32), np.dtype(np.float64))


def as_images(images: Any) -> Any:
    """Return images, traced or not, with all four axes.

    Raises
    ------
    ShapeError, DTypeError
        If they have other axes, no pixel, or are neither uint8 nor floats.

    Examples
    --------
    >>> as_images(np.zeros((5, 28, 28), np.uint8)).shape
    (5, 28, 28, 1)
    """
    if not isinstance(images, Term):
        images = np.asanyarray(images)
    _check_shape(images.shape)
    if images.dtype != np.uint8 and images.dtype.kind != "f":
        raise DTypeError(
            f"images of {images.dtype}",
            remedy="Give uint8, or floats of a declared range, such as "
            "images.astype(np.float32) with range=(0, 65535).",
        )
    return images if images.ndim == 4 else images[..., None]


def _check_shape(shape: tuple[int, ...]) -> None:
    """Refuse what is not a batch of images, or might be one image in colour."""
    if len(shape) == 3 and shape[2] <= 4:
        raise ShapeError(
            f"images of shape {shape}",
            remedy="Is it one image? Then images[None]. Grey images that narrow are "
            "images[..., None].",
        )
    if len(shape) not in (3, 4) or 0 in shape[1:]:
        raise ShapeError(
            f"images of shape {shape}",
            remedy="Give (n, height, width, channels), or (n, height, width) of grey "
            "ones; one image is image[None].",
        )


def as_floats(images: Any) -> Any:
    """Return the numbers of images as they are: float64 stays, else float32."""
    return images if images.dtype in _FLOATS else images.astype(np.float32)


def span(images: Any, range: Range) -> Range:
    """Return what black and white are in images: 0 and 255 for uint8."""
    return (0.0, 255.0) if images.dtype == np.uint8 else range


def split_colors(images: Any, low: float) -> tuple[Any, Any, Any]:
    """Return the planes of red, green and blue as floats, black being 0.

    Raises
    ------
    ShapeError
        If there are neither three channels nor one, which is all three colours then.
    """
    channels = images.shape[3]
    if channels not in (1, 3):
        raise ShapeError(
            f"colours of images with {channels} channels",
            remedy="Give images of red, green and blue: images[..., :3].",
        )
    values = as_floats(images)
    values = values - low if low else values
    red, green, blue = (values[..., k % channels] for k in (0, 1, 2))
    return red, green, blue


def check_range(range: Any) -> Range:
    """Return a declared range as two floats.

    Raises
    ------
    OptionError
        If it is not two finite numbers, the lower one first.
    """
    try:
        low, high = map(float, range)
    except (TypeError, ValueError):
        low = high = 0.0
    if not (low < high and np.isfinite(high - low)):
        raise OptionError(
            f"range={range!r}",
            remedy="Give the numbers of black and white, such as (0, 1) or (0, 255).",
        )
    return low, high


def check_values(images: Array, range: Range) -> None:
    """Refuse NaN, and floats outside a declared range by more than its length.

    So the mistake of images up to 255 that are said to reach up to 1 does not pass.
    """
    if images.dtype == np.uint8 or not images.size:
        return
    low, high = range
    least, most = float(images.min()), float(images.max())
    length = high - low
    if not (low - length <= least and most <= high + length):  # NaN is neither
        raise OptionError(
            f"images with numbers from {least:.4g} to {most:.4g}, where range="
            f"({low:g}, {high:g}) says what black and white are",
            remedy="Say so if they are others, such as range=(0, 255).",
        )
