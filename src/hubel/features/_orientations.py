"""Votes for orientations: what the gradient at a pixel says about edges there."""

from __future__ import annotations

import math
from typing import Any, Literal

import numpy as np

from hubel.features._bins import around, inside
from hubel.features._gradients import Gradients, safe_sqrt

Binning = Literal["linear", "hard", "cs231n"]


def vote(
    gradient: Gradients,
    scale: float,
    bins: int,
    *,
    signed: bool,
    binning: Binning,
    start: float,
) -> Any:
    """Let each pixel vote for the orientation of its gradient with its length.

    Parameters
    ----------
    gradient : Gradients
        Planes of shape (..., h, w).
    scale : float
        What a gradient of length 1 weighs.
    bins : int
        Into how many parts half a turn is cut; a whole turn if `signed`.
    signed : bool
        Whether opposite gradients are different.
    binning : {"linear", "hard", "cs231n"}
        Whether a pixel shares its vote between the two nearest bins, or gives it to
        one; or as the course does it.
    start : float
        Where the first bin begins, in bins: 0, or -0.5 if its centre is at 0.

    Returns
    -------
    array of shape (..., bins, h, w)
    """
    length = safe_sqrt(gradient.square) * scale
    if binning == "cs231n":
        return _as_in_course(gradient, length, bins)
    if binning == "linear":
        return around(_place(gradient, bins, signed) - (start + 0.5), length, bins)
    return _in_wedges(gradient, length, bins, signed, start)


def _place(gradient: Gradients, bins: int, signed: bool) -> Any:
    """Return the angle in bins, from 0 to `bins`."""
    x = np.where(gradient.square == 0, 1, gradient.x)
    place = np.arctan2(gradient.y, x) * (bins / (2 * math.pi if signed else math.pi))
    return np.where(place < 0, place + bins, place)


def _in_wedges(
    gradient: Gradients, length: Any, bins: int, signed: bool, start: float
) -> Any:
    """Find the wedge that each gradient lies in, by products, without an angle.

    Equal products of whole numbers are equal, so that no gradient of 45 degrees lies
    on the wrong side of an edge.
    """
    turn = 2 * math.pi if signed else math.pi
    angles = (np.arange(bins + 1) + start) * (turn / bins)
    # Rounded, so that the sine and the cosine of 45 degrees are one number.
    sides = [np.round(f(angles), 15).astype(length.dtype) for f in (np.cos, np.sin)]
    cos, sin = (each[:, None, None] for each in sides)
    x, y = gradient.x, gradient.y
    if not signed:
        x, y = _half_turned(x, y, *[float(each[0]) for each in sides])
    # y cos - x sin is the length times the sine of the angle beyond an edge.
    beyond = y[..., None, :, :] * cos >= x[..., None, :, :] * sin
    return inside(beyond[..., :-1, :, :], ~beyond[..., 1:, :, :], length)


def _half_turned(x: Any, y: Any, cos: float, sin: float) -> tuple[Any, Any]:
    """Turn gradients round that point away from the half plane beyond an edge."""
    up, along = y * cos, x * sin
    away: Any = (up < along) | ((up == along) & (x * cos + y * sin < 0))
    choose: Any = np.where
    return choose(away, -x, x), choose(away, -y, y)


def _as_in_course(gradient: Gradients, length: Any, bins: int) -> Any:
    """Vote as the ``hog_feature`` of CS231n does, without half of the gradients.

    Its angles go from -90 to 270 degrees, its bins from 0 to 180, after 90 degrees were
    added: what points to the left has no vote. To what points straight up or down, it
    adds 1e-15 to the right, which float64 forgets beyond the lengths below (of images
    up to 255).
    """
    x, y, square = gradient
    seen = (y >= -5.8054) & (y <= 2.5361)
    x = np.where((x == 0) & seen, 1e-15, x)
    x = np.where(x == 0, -1e-15, x)
    whole = _in_wedges(Gradients(x, y, square), length, 2 * bins, True, -bins / 2)
    return whole[..., :bins, :, :]
