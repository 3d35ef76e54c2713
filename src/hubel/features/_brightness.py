"""How bright the pixels of images are."""

from __future__ import annotations

from typing import Any

from hubel.features._gradients import LUMA
from hubel.features._images import Range, as_floats, span, split_colors


def brightness(images: Any, range: Range) -> Any:
    """Return the brightness of images (n, h, w, c) as planes (n, h, w).

    Black is 0 and white 1; colours are weighed as by ITU-R BT.601.
    """
    low, high = span(images, range)
    if images.shape[3] == 1:
        values = as_floats(images[..., 0])
        return (values - low if low else values) * (1 / (high - low))
    pairs = zip(LUMA["gray"], split_colors(images, low), strict=True)
    red, green, blue = (share * plane for share, plane in pairs)
    return (red + green + blue) * (1 / (high - low))
