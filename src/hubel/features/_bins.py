"""Votes for the bins of a histogram, whose sums over the pixels are the histogram.

Votes have an axis of bins before the last two. No index is looked up: every bin asks
every pixel, which compiles into one loop with the sums.
"""

from __future__ import annotations

from typing import Any

import numpy as np


def around(place: Any, weight: Any, bins: int) -> Any:
    """Share each pixel's weight between the two nearest bins of a circle, linearly.

    Parameters
    ----------
    place : array of shape (..., h, w)
        Where on the circle, from -1 to `bins`; the centre of bin k is at k.
    weight : array of shape (..., h, w)
        What the votes of a pixel add up to.
    bins : int
        How many bins there are, at least 2.

    Returns
    -------
    array of shape (..., bins, h, w)
    """
    place, weight = (each[..., None, :, :] for each in (place * weight, weight))
    k = numbered(bins, weight.dtype)
    # Of distances to k around the circle, 1 minus those below 1: one tent, written with
    # its foot at half a turn.
    away = abs(abs(place - k * weight) - bins / 2 * weight)
    return np.maximum(away - (bins / 2 - 1) * weight, 0)


def inside(lower: Any, upper: Any, weight: Any) -> Any:
    """Give each pixel's weight to the bins that it is inside of.

    Parameters
    ----------
    lower, upper : bool arrays of shape (..., bins, h, w)
        Whether a pixel is at or above the lower edge of a bin, and below the upper.
    weight : array of shape (..., h, w)

    Returns
    -------
    array of shape (..., bins, h, w)
    """
    return np.where(lower & upper, weight[..., None, :, :], 0)


def numbered(bins: int, dtype: Any) -> Any:
    """Return the numbers of bins along their axis, shape (bins, 1, 1)."""
    return np.arange(bins, dtype=dtype)[:, None, None]
