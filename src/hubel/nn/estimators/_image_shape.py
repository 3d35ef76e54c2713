"""What images the rows of a table are."""

from __future__ import annotations

import math
import warnings

from hubel.errors import ShapeError

Shape = tuple[int, ...]


def infer_shape(width: int) -> Shape:
    """Return the shape of images of so many numbers: square, grey or else colour.

    Any other width is one row of pixels.

    Examples
    --------
    >>> infer_shape(784), infer_shape(3072), infer_shape(5)
    ((28, 28, 1), (32, 32, 3), (1, 5, 1))
    """
    for channels in (1, 3):
        side = math.isqrt(width // channels)
        if side * side * channels == width:
            return (side, side, channels)
    return (1, width, 1)


def warn_unless_square(shape: Shape) -> None:
    """Say so where images are one row of pixels, since nothing else is known."""
    if shape[0] != shape[1]:
        warnings.warn(
            f"{math.prod(shape)} numbers are no square image, grey or of three "
            "colours: they are taken for one row of pixels. Give "
            "image_shape=(height, width, channels).",
            stacklevel=3,
        )


def check_shape(shape: Shape, width: int) -> Shape:
    """Return a shape that the user gave, as (height, width, channels).

    Raises
    ------
    ShapeError
        If an image of it has another number of values.
    """
    whole = tuple(int(length) for length in shape)
    whole = (*whole, 1) if len(whole) == 2 else whole
    if len(whole) != 3 or min(whole) < 1 or math.prod(whole) != width:
        raise ShapeError(
            f"image_shape={shape!r} does not fit examples of {width} numbers",
            remedy="Give (height, width, channels), whose product is that number.",
        )
    return whole
