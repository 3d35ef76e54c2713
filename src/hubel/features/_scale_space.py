"""Scale space: an image in ever more blur, and what is left of it from step to step."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from hubel.nn._module import Array

STEPS = 3
"""Levels from one blur to twice the blur: an octave (Lowe 2004, section 3.2)."""
FIRST = 1.6
"""The blur of the first level of an octave, in its pixels."""


class Octave(NamedTuple):
    """Levels of one size: level k is blurred by ``FIRST * 2 ** (k / STEPS)`` pixels.

    ``pixel`` is the length of a pixel, in pixels of the image; that of the first octave
    is a half.
    """

    levels: Array
    pixel: float


def octaves(image: Array) -> list[Octave]:
    """Return the octaves of an image (h, w), which has a blur of half a pixel."""
    base = blur(_doubled(image), math.sqrt(FIRST**2 - 1))
    count = max(round(math.log2(min(base.shape))) - 2, 1)
    found: list[Octave] = []
    for number in range(count):
        levels = [base]
        for k in range(STEPS + 2):
            before, after = (FIRST * 2 ** (i / STEPS) for i in (k, k + 1))
            levels.append(blur(levels[-1], math.sqrt(after**2 - before**2)))
        found.append(Octave(np.stack(levels), 2.0 ** (number - 1)))
        base = levels[STEPS][::2, ::2]
    return found


def blur(plane: Array, sigma: float) -> Array:
    """Blur a plane (h, w) by a Gaussian, as if it were mirrored at the border."""
    radius = round(4 * sigma)
    taps = np.exp(-(np.arange(-radius, radius + 1) ** 2) / (2 * sigma**2))
    taps = (taps / taps.sum()).astype(plane.dtype)
    for axis in (0, 1):
        frame = [(0, 0), (0, 0)]
        frame[axis] = radius, radius
        framed = np.pad(plane, frame, mode="reflect")
        size = plane.shape[axis]
        total = np.zeros_like(plane)
        for k, tap in enumerate(taps):
            part = framed[k : k + size] if axis == 0 else framed[:, k : k + size]
            total += tap * part
        plane = total
    return plane


def _doubled(image: Array) -> Array:
    """Return an image of twice the size, whose pixel (2 y, 2 x) is that of (y, x)."""
    for axis in (0, 1):
        after = np.roll(image, -1, axis)
        last: tuple[int | slice, ...] = (-1,) if axis == 0 else (slice(None), -1)
        after[last] = image[last]
        both = np.stack([image, (image + after) / 2], axis=axis + 1)
        shape = [*image.shape]
        shape[axis] *= 2
        image = both.reshape(shape)
    return image
