"""Brightness gradients of images: how far, and where to, it grows at each pixel."""

from __future__ import annotations

from typing import Any, Literal, NamedTuple

import numpy as np

from hubel.errors import ShapeError
from hubel.features._images import as_floats
from hubel.nn._module import Array

Channels = Literal["max", "gray", "cs231n"]
Differences = Literal["central", "interior", "forward"]

LUMA = {"gray": (0.299, 0.587, 0.114), "cs231n": (0.299, 0.587, 0.144)}
"""What red, green and blue count in a grey: of ITU-R BT.601, and with the course's slip
of the pen."""


class Gradients(NamedTuple):
    """The gradient at each pixel, as planes of shape (n, h, w).

    ``x`` points to the right and ``y`` down; ``square`` is that of the length.
    """

    x: Any
    y: Any
    square: Any


def gradients(
    images: Any,
    *,
    channels: Channels = "max",
    differences: Differences = "central",
    root: bool = False,
) -> Gradients:
    """Compute the gradients of images (n, h, w, c), in the units of their numbers.

    Parameters
    ----------
    images : array of shape (n, h, w, c)
        uint8, whose differences are exact, or floats.
    channels : {"max", "gray", "cs231n"}
        Of the channel whose gradient is longest, the first of equal ones; or of a
        weighted sum of red, green and blue.
    differences : {"central", "interior", "forward"}
        Between the pixels on both sides, 0 along an axis on which one is missing; or 0
        at the whole border; or between the next pixel and the pixel itself.
    root : bool
        Whether to take the square root of the images first.
    """
    count, height, width, _ = images.shape
    framed = np.concatenate([images[:, :1], images, images[:, -1:]], axis=1)
    # The rows of a plane end to end: neighbours are at fixed distances, in long rows.
    planes = as_floats(np.moveaxis(framed, 3, 1)).reshape(count, images.shape[3], -1)
    planes = planes if channels == "max" else _to_grey(planes, LUMA[channels])
    planes = safe_sqrt(planes) if root else planes
    inner_x, inner_y = _inner(height, width, differences)
    longest: Gradients | None = None
    for k in range(planes.shape[1]):
        x = np.where(inner_x, _step(planes[:, k], 1, width, differences), 0)
        y = np.where(inner_y, _step(planes[:, k], width, width, differences), 0)
        longest = _longer(longest, Gradients(x, y, x * x + y * y))
    assert longest is not None
    return Gradients(*[each.reshape(count, height, width) for each in longest])


def _step(plane: Any, far: int, width: int, differences: Differences) -> Any:
    """Return the difference between neighbours of each pixel, so far in the row."""
    size = plane.shape[1] - 2 * width
    before = 0 if differences == "forward" else far
    start = width - before
    return plane[:, width + far : width + far + size] - plane[:, start : start + size]


def _inner(height: int, width: int, differences: Differences) -> tuple[Array, Array]:
    """Say which pixels have the neighbours that differences by x and by y need."""
    first = 0 if differences == "forward" else 1
    x, y = np.zeros((2, height, width), np.bool_)
    x[:, first : max(width - 1, first)] = True
    y[first : max(height - 1, first)] = True
    if differences == "interior":
        x = y = x & y
    return x.ravel(), y.ravel()


def _longer(longest: Gradients | None, other: Gradients) -> Gradients:
    """Return the longer gradient of two at each pixel, the first of equal ones."""
    if longest is None:
        return other
    longer = other.square > longest.square
    pairs = zip(longest, other, strict=True)
    return Gradients(*[np.where(longer, new, old) for old, new in pairs])


def _to_grey(planes: Any, luma: tuple[float, ...]) -> Any:
    """Return the weighted sum of colours (n, 3, ...); grey images are grey already."""
    if planes.shape[1] == 1:
        return planes
    if planes.shape[1] != 3:
        raise ShapeError(
            f"the grey of images with {planes.shape[1]} channels",
            remedy='Give images of red, green and blue, or say channels="max".',
        )
    red, green, blue = (part * planes[:, k : k + 1] for k, part in enumerate(luma))
    return red + green + blue


def safe_sqrt(square: Any) -> Any:
    """Return square roots; that of 0 is 0, and so is its derivative."""
    flat = square == 0
    return np.where(flat, 0, np.sqrt(np.where(flat, 1, square)))
