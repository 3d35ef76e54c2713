"""Banks of filters by which textures are told apart, as they were published."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from hubel.features._gabor import gabor, turned
from hubel.nn._module import Array

TURNS: Array = np.arange(6) * (math.pi / 6)
"""The orientations of the filters of Leung and Malik, and of Varma and Zisserman."""

SCHMID = (
    *((2, 1), (4, 1), (4, 2), (6, 1), (6, 2), (6, 3), (8, 1), (8, 2), (8, 3)),
    *((10, 1), (10, 2), (10, 3), (10, 4)),
)
"""Widths and numbers of rings of Schmid's filters."""


def gabor_pairs(
    size: int, orientations: int = 8, wavelengths: tuple[float, ...] = (4.0, 8.0)
) -> Array:
    """Make pairs of Gabor functions, a quarter of a wave apart.

    Parameters
    ----------
    size : int
        Pixels of a filter along each axis.
    orientations : int
        Evenly spaced over half a turn.
    wavelengths : tuple of float
        In pixels.

    Returns
    -------
    array of shape (2, len(wavelengths), orientations, size, size)
        Bright stripes in the middle, then edges; each of sum 0 and length 1.

    Examples
    --------
    >>> gabor_pairs(15).shape
    (2, 2, 8, 15, 15)
    """
    turns = np.arange(orientations) * (math.pi / orientations)
    waves = np.array(wavelengths, np.float64)[:, None]
    return gabor(size, turns, waves, np.array([0, -math.pi / 2])[:, None, None])


def leung_malik(size: int = 49, scale: float = 1.0) -> Array:
    """Make the 48 filters of Leung and Malik.

    Parameters
    ----------
    size : int
        Pixels of a filter along each axis.
    scale : float
        What all widths are multiplied by.

    Returns
    -------
    array of shape (48, size, size)
        Three scales of six edges each, as many bars, eight spots, and four Gaussians.
        But for these a filter has the sum 0 and absolute values that sum to 1.

    Notes
    -----
    T. Leung and J. Malik, "Representing and recognizing the visual appearance of
    materials using three-dimensional textons" (IJCV 2001): widths of 1.4, 2, 2.8 pixels
    for what is oriented, three times as long as wide, and 1.4, 2, 2.8, 4 for
    Gaussians; Laplacians have these and three times these.

    Examples
    --------
    >>> leung_malik(25, 0.5).shape
    (48, 25, 25)
    """
    widths: list[float] = [scale * math.sqrt(2) ** k for k in (1, 2, 3, 4)]
    edges, bars = (
        np.concatenate([_oriented(size, width, order) for width in widths[:3]])
        for order in (1, 2)
    )
    spots = [_spot(size, times * width) for times in (1, 3) for width in widths]
    blurs = [_blur(size, width) for width in widths]
    return np.concatenate([edges, bars, np.stack(spots + blurs)])


def schmid(size: int = 49, scale: float = 1.0) -> Array:
    """Make the 13 filters of Schmid: rings under a Gaussian, the same when turned.

    Parameters
    ----------
    size, scale
        As of :func:`leung_malik`.

    Returns
    -------
    array of shape (13, size, size)
        The sum is 0, that of absolute values 1.

    Notes
    -----
    C. Schmid, "Constructing models for content-based image retrieval" (CVPR 2001).

    Examples
    --------
    >>> schmid().shape
    (13, 49, 49)
    """
    return np.stack([_rings(size, scale * width, count) for width, count in SCHMID])


def varma_zisserman(size: int = 49, scale: float = 1.0) -> Array:
    """Make the 38 filters whose greatest responses over orientations are MR8.

    Parameters
    ----------
    size, scale
        As of :func:`leung_malik`.

    Returns
    -------
    array of shape (38, size, size)
        Three scales of six edges each, as many bars, a Gaussian, a spot. But for the
        Gaussian the sum is 0, that of absolute values is 1.

    Notes
    -----
    M. Varma and A. Zisserman, "A statistical approach to texture classification from
    single images" (IJCV 2005): 1, 2 and 4 pixels wide and three times as long; Gaussian
    and Laplacian are 10 wide.

    Examples
    --------
    >>> varma_zisserman().shape
    (38, 49, 49)
    """
    oriented = [
        _oriented(size, scale * width, order) for order in (1, 2) for width in (1, 2, 4)
    ]
    round_ones = np.stack([_blur(size, 10 * scale), _spot(size, 10 * scale)])
    return np.concatenate([*oriented, round_ones])


def _oriented(size: int, width: float, order: int) -> Array:
    """Return a derivative of a long Gaussian across it, in six orientations."""
    across, along = turned(size, TURNS)
    u = across / width
    slope = u if order == 1 else u * u - 1
    return _balanced(slope * np.exp(-(u * u + (along / (3 * width)) ** 2) / 2))


def _spot(size: int, width: float) -> Array:
    """Return the Laplacian of a Gaussian."""
    square = _square(size) / (width * width)
    return _balanced((square - 2) * np.exp(-square / 2))


def _rings(size: int, width: float, count: int) -> Array:
    square = _square(size) / (width * width)
    return _balanced(np.cos(math.pi * count * np.sqrt(square)) * np.exp(-square / 2))


def _blur(size: int, width: float) -> Array:
    bell = np.exp(-_square(size) / (2 * width * width))
    return bell / bell.sum()


def _square(size: int) -> Any:
    """Return the squared distance of each pixel from the middle."""
    x, y = turned(size, 0.0)
    return x * x + y * y


def _balanced(filters: Array) -> Array:
    """Make the sum of each filter 0, and that of its absolute values 1."""
    even = filters - filters.mean((-2, -1), keepdims=True)
    return even / abs(even).sum((-2, -1), keepdims=True)
