"""Keypoints: places and sizes at which an image has something of its own."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np

from hubel.errors import OptionError, ShapeError
from hubel.features._brightness import brightness
from hubel.features._images import UNIT, Range, as_images, check_range, check_values
from hubel.features._scale_space import FIRST, STEPS, Octave, octaves
from hubel.nn._module import Array

BORDER = 5
"""Pixels at the border of a level in which nothing is looked for."""
NEAR = 0.6
"""Steps below which a place is kept: more than a half, as places half way between two
pixels would go to and fro."""


class Keypoints(NamedTuple):
    """Points of an image, an array of shape (k,) each.

    ``x`` and ``y`` are pixels, 0 the middle of the first one; ``size`` is twice the
    blur that brought the point out; ``angle`` is where brightness grows, in radians
    from the x axis towards the y axis, which points down; ``response`` the contrast.
    """

    x: Array
    y: Array
    size: Array
    angle: Array
    response: Array


def detect_keypoints(
    image: Any, contrast: float = 0.04, edge: float = 10.0, *, range: Range = UNIT
) -> Keypoints:
    """Find the keypoints of an image: spots, corners, ends of lines, of all sizes.

    Parameters
    ----------
    image : array of shape (height, width) or (height, width, channels)
        uint8, or floats of the range; at least 12 pixels along each axis.
    contrast : float
        How strong a spot has to be, where black and white differ by 1.
    edge : float
        How many times more than along it an edge may curve across it; points on
        longer edges, whose place is uncertain, are left out.
    range : tuple of float
        What black and white are in images of floats.

    Returns
    -------
    Keypoints
        From small to large. A place at which several orientations are strong is several
        keypoints.

    Raises
    ------
    ShapeError, DTypeError, OptionError
        If it is no image, or an option is out of range.

    Notes
    -----
    D. Lowe, "Distinctive image features from scale-invariant keypoints" (IJCV 2004),
    sections 3 to 5: extrema of differences of Gaussians in place and scale, of an image
    that is first doubled, found to a part of a pixel by a quadratic.

    Examples
    --------
    >>> y, x = np.mgrid[:48, :48]
    >>> spot = np.exp(-((x - 20) ** 2 + (y - 30) ** 2) / (2 * 4.0**2))
    >>> found = detect_keypoints(spot)
    >>> found.x[0].round(1), found.y[0].round(1), (found.size[0] / 2).round(1)
    (np.float32(20.0), np.float32(30.0), np.float32(3.5))
    """
    return find(octaves(as_plane(image, range)), contrast, edge)


def as_plane(image: Any, range: Range) -> Array:
    """Return the brightness (h, w) of one image as float32."""
    image = np.asarray(image)
    if image.ndim not in (2, 3) or min(image.shape[:2]) < 12:
        raise ShapeError(
            f"an image of shape {image.shape}",
            remedy="Give (height, width) or (height, width, channels), of at least 12 "
            "pixels along each axis.",
        )
    images = as_images(image[None, ..., None] if image.ndim == 2 else image[None])
    range = check_range(range)
    check_values(images, range)
    return brightness(images, range)[0].astype(np.float32)


def find(space: list[Octave], contrast: float, edge: float) -> Keypoints:
    """Find the keypoints of a scale space."""
    if not (contrast > 0 and edge >= 1):
        raise OptionError(
            f"contrast={contrast} and edge={edge}",
            remedy="Give a contrast above 0, and an edge of at least 1.",
        )
    rows: list[tuple[float, ...]] = []
    for levels, pixel in space:
        for k, y, x, value in _extrema(np.diff(levels, axis=0), contrast, edge):
            scale = FIRST * 2 ** (k / STEPS)
            level = levels[round(k)]
            for angle in _angles(level, round(y), round(x), scale):
                size = 2 * scale * pixel
                rows.append((x * pixel, y * pixel, size, angle, abs(value)))
    table = np.array(rows, np.float32).reshape(-1, 5)
    return Keypoints(*table[np.argsort(table[:, 2], kind="stable")].T)


def _extrema(stack: Array, contrast: float, edge: float) -> Array:
    """Return level, row, column and value of what stands out, to parts of a pixel."""
    places = _candidates(stack, 0.5 * contrast / STEPS)
    found: list[Array] = []
    for _ in range(5):
        slope, curve = _derivatives(stack, places)
        sure = abs(np.linalg.det(curve)) > 1e-20
        places, slope, curve = places[sure], slope[sure], curve[sure]
        step = -np.linalg.solve(curve, slope[..., None])[..., 0]
        near = (abs(step) < NEAR).all(axis=1)
        value = stack[tuple(places.T)] + (slope * step).sum(axis=1) / 2
        good = near & (abs(value) * STEPS >= contrast) & _is_round(curve, edge)
        found.append(np.column_stack([places + step, value])[good])
        moved = places + np.round(step.clip(-9, 9)).astype(np.int64)
        places = np.unique(moved[~near & _inside(moved, stack.shape)], axis=0)
    return np.unique(np.concatenate(found), axis=0)


def _candidates(stack: Array, least: float) -> Array:
    """Return the elements that none of their 26 neighbours reaches beyond."""
    strong = np.zeros(stack.shape, np.bool_)
    corner = 1, BORDER, BORDER
    inner = tuple(slice(first, -first) for first in corner)
    middle = stack[inner]
    if middle.size:
        high, low = (middle > least), (middle < -least)
        for shift in np.ndindex(3, 3, 3):
            pairs = zip(shift, inner, stack.shape, strict=True)
            around = stack[
                tuple(
                    slice(p.start + s - 1, p.indices(n)[1] + s - 1) for s, p, n in pairs
                )
            ]
            high &= middle >= around
            low &= middle <= around
        strong[inner] = high | low
    return np.argwhere(strong)


def _inside(places: Array, shape: tuple[int, ...]) -> Array:
    """Say which places have neighbours and are not too near to the border."""
    margin = np.array([1, BORDER, BORDER])
    inside = (places >= margin) & (places < np.array(shape) - margin)
    return np.asarray(inside.all(axis=1))


def _derivatives(stack: Array, places: Array) -> tuple[Array, Array]:
    """Return gradients (m, 3) and Hessians (m, 3, 3) by differences of neighbours."""
    unit = np.eye(3, dtype=np.int64)

    def at(shift: Array) -> Array:
        return stack[tuple((places + shift).T)].astype(np.float64)

    slope = np.stack([(at(u) - at(-u)) / 2 for u in unit], axis=-1)
    curve = np.empty((len(places), 3, 3))
    for i, u in enumerate(unit):
        curve[:, i, i] = at(u) + at(-u) - 2 * at(0 * u)
        for j, v in enumerate(unit[:i]):
            mixed = (at(u + v) - at(u - v) - at(v - u) + at(-u - v)) / 4
            curve[:, i, j] = curve[:, j, i] = mixed
    return slope, curve


def _is_round(curve: Array, edge: float) -> Array:
    """Say where the image does not curve much more across than along."""
    trace = curve[:, 1, 1] + curve[:, 2, 2]
    area = curve[:, 1, 1] * curve[:, 2, 2] - curve[:, 1, 2] ** 2
    return (area > 0) & (trace**2 * edge < (edge + 1) ** 2 * area)


def _angles(level: Array, y: int, x: int, scale: float) -> list[float]:
    """Return the strong directions of gradients around a place (section 5)."""
    radius = round(4.5 * scale)
    top, left = max(y - radius, 1), max(x - radius, 1)
    bottom, right = min(y + radius + 2, len(level)), min(x + radius + 2, level.shape[1])
    some = level[top - 1 : bottom, left - 1 : right].astype(np.float64)
    dx, dy = some[1:-1, 2:] - some[1:-1, :-2], some[2:, 1:-1] - some[:-2, 1:-1]
    rows = np.arange(top, bottom - 1)[:, None] - y
    columns = np.arange(left, right - 1) - x
    weight = np.exp(-(rows**2 + columns**2) / (2 * (1.5 * scale) ** 2))
    place = np.round(np.arctan2(dy, dx) * (36 / (2 * math.pi))).astype(np.int64) % 36
    votes = (weight * np.hypot(dx, dy)).ravel()
    counts = np.bincount(place.ravel(), votes, minlength=36)
    taps = zip((-2, -1, 0, 1, 2), (1, 4, 6, 4, 1), strict=True)
    smooth: Array = (
        sum((tap * np.roll(counts, k) for k, tap in taps), np.zeros(36)) / 16
    )
    before, after = np.roll(smooth, 1), np.roll(smooth, -1)
    peaks = (smooth > before) & (smooth > after) & (smooth >= 0.8 * smooth.max())
    found: list[float] = []
    for k in np.flatnonzero(peaks):
        b, m, a = before[k], smooth[k], after[k]
        found.append((k + (b - a) / (2 * (b - 2 * m + a))) * (2 * math.pi / 36))
    return found
