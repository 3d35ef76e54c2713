"""Drawing one batch of `tenshapes`: background, clutter, shape, noise.

All lengths are in pixels and all colours in grey levels, 0 to 255. Arrays of one
number an image have shape (BATCH, 1, 1), so that they meet (BATCH, SIDE, SIDE) fields;
colours have shape (BATCH, 1, 1, 3).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from hubel.data._shapes import SHAPES, Field

SIDE = 32
#: Enough images to keep NumPy busy, few enough to stay in the cache; a multiple of 10.
BATCH = 250

_RADIUS = 8.0, 13.0
_OFF_CENTRE = 4.5
_TILT = np.radians(30.0)
_CONTRAST = 50.0, 120.0
_BRIGHTNESS = 85.0, 170.0
_SATURATION = 15.0, 50.0
_LIGHT = 25.0
_STROKES = 3
_STROKE_CONTRAST = 55.0
_NOISE = 4.0, 16.0

#: How far each row or column lies from the middle of the image.
_STEPS = np.arange(SIDE, dtype=np.float32) - np.float32(SIDE / 2 - 0.5)


def draw(rng: np.random.Generator) -> NDArray[np.uint8]:
    """Draw `BATCH` images, class by class and equally many of each."""
    shape_colour, back_colour = _two_colours(rng)
    image = back_colour + _light(rng)
    for _ in range(_STROKES):
        image += _stroke(rng)
    image += _cover(rng) * (shape_colour + _light(rng) - image)
    image += _noise(rng)
    return np.clip(image, 0, 255).astype(np.uint8)


def _each(rng: np.random.Generator, low: float, high: float) -> Field:
    """Return a number between two limits for each image."""
    return rng.uniform(low, high, (BATCH, 1, 1)).astype(np.float32)


def _two_colours(rng: np.random.Generator) -> tuple[Field, Field]:
    """Return two colours of different brightness; either may be the brighter one."""
    middle = _each(rng, *_BRIGHTNESS)
    half = _each(rng, *_CONTRAST) / 2 * np.sign(_each(rng, -1, 1))
    return _tinted(rng, middle + half), _tinted(rng, middle - half)


def _tinted(rng: np.random.Generator, grey: Field) -> Field:
    """Return a colour of any hue whose channels have the given mean."""
    # Three cosines a third of a turn apart add up to 0, so the mean stays.
    thirds = np.arange(3, dtype=np.float32) * np.float32(2 * np.pi / 3)
    hue = np.cos(_each(rng, 0, 2 * np.pi) + thirds)
    return (grey + _each(rng, *_SATURATION) * hue)[:, np.newaxis]


def _light(rng: np.random.Generator) -> Field:
    """Return light that grows evenly in one direction, (BATCH, SIDE, SIDE, 1)."""
    along, _ = _frame(rng, angle=np.pi)
    return (_each(rng, 0, _LIGHT / (SIDE / 2)) * along)[..., np.newaxis]


def _stroke(rng: np.random.Generator) -> Field:
    """Return what a straight stroke of any colour adds to the background."""
    along, across = _frame(rng, angle=np.pi, off_centre=SIDE * 0.45)
    beyond = np.maximum(np.abs(along) - _each(rng, 2, 9), 0)
    distance = np.hypot(beyond, across) - _each(rng, 0.3, 1.2)
    colour = rng.uniform(-_STROKE_CONTRAST, _STROKE_CONTRAST, (BATCH, 1, 1, 3))
    return _inside(distance) * colour.astype(np.float32)


def _cover(rng: np.random.Generator) -> Field:
    """Return how much of each pixel the shape covers, 0 to 1."""
    radius = _each(rng, *_RADIUS)
    u, v = _frame(rng, angle=_TILT, size=radius, off_centre=_OFF_CENTRE)
    classes = zip(
        SHAPES.values(), np.split(u, len(SHAPES)), np.split(v, len(SHAPES)), strict=True
    )
    distances = [shape(u_part, v_part) for shape, u_part, v_part in classes]
    return _inside(np.concatenate(distances) * radius)


def _frame(
    rng: np.random.Generator,
    *,
    angle: float,
    size: Field | float = 1.0,
    off_centre: float = 0.0,
) -> tuple[Field, Field]:
    """Return each pixel's place in a frame that is shifted, turned and scaled."""
    turn = _each(rng, -angle, angle)
    x = _STEPS - _each(rng, -off_centre, off_centre)
    y = _STEPS[:, np.newaxis] - _each(rng, -off_centre, off_centre)
    cos, sin = np.cos(turn) / size, np.sin(turn) / size
    return cos * x + sin * y, cos * y - sin * x


def _inside(distance: Field) -> Field:
    """Turn distances in pixels into coverage with an edge one pixel wide."""
    return np.clip(0.5 - distance, 0, 1)[..., np.newaxis]


def _noise(rng: np.random.Generator) -> Field:
    """Return noise on every channel, stronger in some images than in others."""
    strength = _each(rng, *_NOISE)[:, np.newaxis]
    return strength * rng.standard_normal((BATCH, SIDE, SIDE, 3), np.float32)
