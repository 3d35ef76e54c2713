"""The ten classes of `tenshapes` as signed distances: below 0 inside, 0 on the edge.

Each takes the place (u, v) of every pixel in the shape's own frame, where the shape
about fills the unit circle, and gives a distance in that frame. Distances and not
masks, so that edges can be drawn smoothly at any size and angle.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

Field: TypeAlias = NDArray[np.floating[Any]]


def circle(u: Field, v: Field) -> Field:
    """Return the distance to a disc."""
    return np.hypot(u, v) - 0.9


def ring(u: Field, v: Field) -> Field:
    """Return the distance to a disc with a hole."""
    return np.abs(np.hypot(u, v) - 0.75) - 0.22


def crescent(u: Field, v: Field) -> Field:
    """Return the distance to a disc without another that overlaps it."""
    return np.maximum(np.hypot(u, v) - 0.95, 0.8 - np.hypot(u - 0.5, v))


def triangle(u: Field, v: Field) -> Field:
    """Return the distance to an equilateral triangle."""
    flank = 0.866 * np.abs(u) - 0.5 * v
    return np.maximum(flank, v) - 0.55


def square(u: Field, v: Field) -> Field:
    """Return the distance to a square."""
    return np.maximum(np.abs(u), np.abs(v)) - 0.78


def cross(u: Field, v: Field) -> Field:
    """Return the distance to two crossing bars."""
    u, v = np.abs(u), np.abs(v)
    return np.maximum(np.maximum(u, v) - 1.0, np.minimum(u, v) - 0.3)


def star(u: Field, v: Field) -> Field:
    """Return the distance to five points: all are one edge, folded ten times."""
    tenth = np.float32(np.pi / 5)
    angle = np.abs((np.arctan2(u, v) + 11 * tenth) % (2 * tenth) - tenth)
    # The edge runs from the point (angle 0, radius 1.1) to the notch (tenth, 0.45).
    along = 1.1 - 0.45 * np.cos(tenth)
    across = 0.45 * np.sin(tenth)
    length = np.hypot(along, across)
    radius = np.hypot(u, v)
    edge = across * (radius * np.cos(angle) - 1.1) + along * radius * np.sin(angle)
    return edge / length


def stripes(u: Field, v: Field) -> Field:
    """Return the distance to bars side by side."""
    return np.maximum(_patch(u, v), _to_middle(u, 0.5) - 0.125)


def checkers(u: Field, v: Field) -> Field:
    """Return the distance to squares that meet at their corners."""
    wave = np.sin(2 * np.pi * u) * np.sin(2 * np.pi * v)
    return np.maximum(_patch(u, v), wave * 0.16)


def dots(u: Field, v: Field) -> Field:
    """Return the distance to small discs in rows and columns."""
    spots = np.hypot(_to_middle(u, 0.5), _to_middle(v, 0.5)) - 0.16
    return np.maximum(_patch(u, v), spots)


def _patch(u: Field, v: Field) -> Field:
    """Return the distance to the rounded square that a texture fills."""
    u, v = u * u, v * v
    return np.sqrt(np.sqrt(u * u + v * v)) - 1.0


def _to_middle(x: Field, period: float) -> Field:
    """Return the distance to the middle of the period that x lies in."""
    return np.abs(x % period - period / 2)


#: Class name -> signed distance, in the order of the labels.
SHAPES: dict[str, Callable[[Field, Field], Field]] = {
    shape.__name__: shape
    for shape in (
        circle,
        ring,
        crescent,
        triangle,
        square,
        cross,
        star,
        stripes,
        checkers,
        dots,
    )
}
