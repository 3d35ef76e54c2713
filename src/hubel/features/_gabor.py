"""Gabor functions: stripes under a Gaussian, the receptive field of a simple cell."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from hubel.errors import OptionError


def gabor(
    size: int,
    orientation: Any = 0.0,
    wavelength: Any = 8.0,
    phase: Any = 0.0,
    *,
    sigma: Any = None,
    aspect: Any = 0.5,
) -> Any:
    """Make the receptive field of a simple cell: stripes under a Gaussian.

    Parameters
    ----------
    size : int
        Pixels of the field along each axis.
    orientation : float or array
        Across the stripes, in radians from the x axis towards the y axis, which points
        down: 0 is upright stripes. It is also the orientation that :func:`grating` and
        :func:`bar` have, and the direction of gradients in :func:`hog`.
    wavelength : float or array
        Pixels from one stripe to the next.
    phase : float or array
        In radians; 0 has a bright stripe in the middle, -pi / 2 an edge there, bright
        on the side that the orientation points to.
    sigma : float or array, optional
        Standard deviation of the Gaussian across the stripes, in pixels; by default
        0.56 wavelengths, which answers to a band of one octave.
    aspect : float or array
        That, divided by the standard deviation along the stripes.

    Returns
    -------
    array of shape (..., size, size)
        One field for each of the arguments, which are broadcast. Its sum is 0, so that
        even light has no effect, and its length 1.

    Raises
    ------
    OptionError
        If the size is less than 2.

    Notes
    -----
    J. G. Daugman (JOSA A 1985), J. P. Jones and L. A. Palmer (J. Neurophysiology 1987).
    Arguments may be traced: fields are differentiable by all of them. The sum is made
    0 by a part of the Gaussian, as in the wavelets of Lee (PAMI 1996, eq. 10).

    Examples
    --------
    >>> field = gabor(32, orientation=0.3, wavelength=6)
    >>> field.shape, bool(abs(field.sum()) < 1e-12)
    ((32, 32), True)
    >>> gabor(16, orientation=np.arange(8) * np.pi / 8).shape
    (8, 16, 16)
    """
    across, along = turned(size, orientation)
    wave, phase = spread(wavelength), spread(phase)
    width = 0.56 * wave if sigma is None else spread(sigma)
    along = along * spread(aspect)
    bell = np.exp(-(across * across + along * along) / (2 * width * width))
    stripes = bell * np.cos(across * (2 * math.pi) / wave + phase)
    both = -2, -1
    level = stripes.sum(both, keepdims=True) / bell.sum(both, keepdims=True)
    even = stripes - bell * level
    return even / np.sqrt((even * even).sum(both, keepdims=True))


def turned(size: int, orientation: Any) -> tuple[Any, Any]:
    """Return how far pixels are from the middle, across stripes and along them."""
    if size < 2:
        raise OptionError(f"size={size}", remedy="Give at least 2 pixels.")
    x = np.arange(size) - (size - 1) / 2
    y, angle = x[:, None], spread(orientation)
    cos, sin = np.cos(angle), np.sin(angle)
    return x * cos + y * sin, y * cos - x * sin


def spread(argument: Any) -> Any:
    """Give an argument, a number or an array, two more axes for the pixels."""
    argument = argument if hasattr(argument, "shape") else np.asarray(argument)
    return argument[..., None, None]
