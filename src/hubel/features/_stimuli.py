"""What cells are shown: gratings and bars, around a grey that is 0."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from hubel.features._gabor import spread, turned


def grating(
    size: int,
    orientation: Any = 0.0,
    wavelength: Any = 8.0,
    phase: Any = 0.0,
    *,
    contrast: Any = 1.0,
) -> Any:
    """Make images of stripes whose brightness is a cosine.

    Parameters
    ----------
    size : int
        Pixels along each axis.
    orientation, wavelength, phase : float or array
        As of :func:`gabor`.
    contrast : float or array
        How far the stripes are from grey, at most 1.

    Returns
    -------
    array of shape (..., size, size)
        One image for each of the arguments, which are broadcast; from -1 (black) to 1
        (white).

    Examples
    --------
    >>> grating(4, wavelength=4, phase=np.pi / 4)[0].round(3)
    array([ 0.,  1.,  0., -1.])
    """
    across, _ = turned(size, orientation)
    angle = across * (2 * math.pi) / spread(wavelength) + spread(phase)
    return np.cos(angle) * spread(contrast)


def bar(
    size: int,
    orientation: Any = 0.0,
    offset: Any = 0.0,
    shift: Any = 0.0,
    *,
    width: Any = 4.0,
    length: Any = math.inf,
    contrast: Any = 1.0,
) -> Any:
    """Make images of one bar on grey, as Hubel and Wiesel moved over their screen.

    Parameters
    ----------
    size : int
        Pixels along each axis.
    orientation : float or array
        Across the bar, in radians, as of :func:`gabor`: 0 is an upright bar.
    offset, shift : float or array
        Pixels from the middle of the image to that of the bar, across it and along it.
    width, length : float or array
        Pixels of the bar; pixels at its border have a part of its contrast.
    contrast : float or array
        1 is a white bar, -1 a black one.

    Returns
    -------
    array of shape (..., size, size)
        One image for each of the arguments, which are broadcast; 0 is grey.

    Examples
    --------
    >>> bar(5, width=2)[0]
    array([0. , 0.5, 1. , 0.5, 0. ])
    >>> bar(32, offset=np.arange(-8, 9)).shape
    (17, 32, 32)
    """
    across, along = turned(size, orientation)
    inside = _covered(across - spread(offset), width)
    return inside * _covered(along - spread(shift), length) * spread(contrast)


def _covered(away: Any, width: Any) -> Any:
    """Return the part of pixels, so far from the middle of a strip, that it covers."""
    return np.clip(spread(width) / 2 + 0.5 - abs(away), 0, 1)
