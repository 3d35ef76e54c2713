"""Local binary patterns: which neighbours of a pixel are brighter than it."""

from __future__ import annotations

import math
from typing import Any, Literal, get_args

import numpy as np

from hubel.errors import OptionError
from hubel.features._batches import Progress
from hubel.features._compute import compute
from hubel.features._feature import Feature
from hubel.features._gradients import LUMA
from hubel.features._grid import check_grid, parts
from hubel.features._images import UNIT, Range, as_images, check_range, split_colors
from hubel.features._options import check_word
from hubel.nn._module import Array, static
from hubel.transforms.arrays import array, zeros

Method = Literal["uniform", "nri_uniform", "ror", "default"]

STEPS = 10**5
"""Parts of a pixel by which the places of neighbours are rounded."""


def lbp(
    images: Any,
    method: Method = "uniform",
    points: int = 8,
    radius: float = 1.0,
    *,
    grid: int = 1,
    range: Range = UNIT,
    batch_size: int | None = None,
    out: Array | None = None,
    progress: Progress | None = None,
) -> Array:
    """Count local binary patterns: spots, edges, corners of the finest texture.

    Parameters
    ----------
    images : array of shape (n, height, width, channels) or (n, height, width)
        uint8, or floats. Colour images are made grey.
    method, points, radius, grid, range
        As of :class:`LBP`.
    batch_size, out, progress
        As of :func:`compute`.

    Returns
    -------
    array of shape (n, grid * grid * bins)
        Counts, float32; float64 for images of float64.

    Examples
    --------
    >>> images = np.zeros((1, 8, 8), np.uint8)
    >>> lbp(images)  # all neighbours are as bright: 8 of 8
    array([[ 0.,  0.,  0.,  0.,  0.,  0.,  0.,  0., 64.,  0.]], dtype=float32)
    """
    feature = LBP(method, points, radius, grid=grid, range=range)
    return compute(feature, images, batch_size=batch_size, out=out, progress=progress)


class LBP(Feature):
    """How many pixels have which local binary pattern, as a module.

    Parameters
    ----------
    method : {"uniform", "nri_uniform", "ror", "default"}
        What is told apart. "default": all patterns, 2 ** points. "ror": all that no
        rotation turns into each other, 36 of 8 points. "nri_uniform": each pattern
        whose brighter neighbours lie side by side, and one for the others, 59 of 8
        points. "uniform": how many the brighter neighbours are, if they lie side by
        side, and one for the others, points + 2.
    points : int
        Neighbours on the circle: from 2 to 24, or to 16 for "default" and "ror".
    radius : float
        That of the circle, in pixels.
    grid : int
        Rows and columns of cells that have a histogram each.
    range : tuple of float
        What black and white are in images of floats.

    Notes
    -----
    T. Ojala, M. Pietikainen, T. Maenpaa, "Multiresolution gray-scale and rotation
    invariant texture classification with local binary patterns" (PAMI 2002). A
    neighbour counts as brighter if it is at least as bright. Between pixels, brightness
    is interpolated linearly, at places rounded to 5 decimals; outside the image it is
    0: all as in ``skimage.feature.local_binary_pattern``. Of bytes, and the grey of
    bytes, which is rounded, every comparison is exact; scikit-image's own rounding
    decides some that are equal, up to a thousandth for radii that are no whole number.

    A pattern does not change with small changes of an image, so the derivative is 0,
    and ``grad`` through it warns.

    Examples
    --------
    >>> from hubel import nn
    >>> net = nn.Sequential(LBP(grid=2), nn.Linear(40, 10))
    >>> net(np.zeros((2, 8, 8, 3), np.uint8)).shape
    (2, 10)
    """

    method: Method = static()
    points: int = static()
    radius: float = static()
    grid: int = static()

    def __init__(
        self,
        method: Method = "uniform",
        points: int = 8,
        radius: float = 1.0,
        *,
        grid: int = 1,
        range: Range = UNIT,
    ) -> None:
        check_word("method", method, get_args(Method))
        most = 24 if "uniform" in method else 16
        if not 2 <= points <= most:
            raise OptionError(
                f"points={points}", remedy=f"{method!r} needs from 2 to {most} points."
            )
        if not 0.5 <= radius <= 1000:
            raise OptionError(f"radius={radius}", remedy="Give at least half a pixel.")
        self._fill(
            method=method,
            points=points,
            radius=float(radius),
            grid=check_grid(grid),
            range=check_range(range),
        )

    @property
    def bins(self) -> int:
        """How many patterns are told apart."""
        p = self.points
        counts = {"uniform": p + 2, "nri_uniform": p * (p - 1) + 3, "default": 2**p}
        return counts.get(self.method) or int(_rings(p).max()) + 1

    def compose(self, images: Any) -> Any:
        """Compute the histograms: comparisons, patterns, votes."""
        patterns = self.patterns(images)
        count, height, width = patterns.shape
        dtype = np.float64 if images.dtype == np.float64 else np.float32
        total = zeros((count, self.grid, self.grid, self.bins), dtype)
        rows, columns = (_cell_of_each(size, self.grid) for size in (height, width))
        image = np.arange(int(count))[:, None, None]
        np.add.at(total, (image, rows[:, None], columns, patterns), dtype(1))
        return total.reshape(count, -1)

    def patterns(self, images: Any) -> Any:
        """Return the number of the pattern at each pixel, from 0 to ``bins - 1``.

        Parameters
        ----------
        images : array of shape (n, height, width, channels)

        Returns
        -------
        int32 array of shape (n, height, width)

        Examples
        --------
        >>> LBP().patterns(np.eye(3)[None, :, :, None])[0]
        array([[0, 8, 8],
               [8, 0, 8],
               [8, 8, 0]], dtype=int32)
        """
        bits = _brighter(_grey(as_images(images), self.range), self.points, self.radius)
        return _METHODS[self.method](bits)


def _cell_of_each(length: int, grid: int) -> Array:
    """Return in which row of a grid each row of pixels lies; and for columns."""
    sizes = [part.stop - part.start for part in parts(length, grid)]
    return np.repeat(np.arange(grid), sizes)


def _grey(images: Any, range: Range) -> Any:
    """Return the brightness of images as float64; of bytes, whole numbers."""
    if images.shape[3] == 1:
        return images[..., 0].astype(np.float64)
    parts = zip(LUMA["gray"], split_colors(images.astype(np.float64), 0), strict=True)
    red, green, blue = (share * plane for share, plane in parts)
    grey = red + green + blue
    return np.rint(grey) if images.dtype == np.uint8 else grey


def _brighter(grey: Any, points: int, radius: float) -> list[Any]:
    """Say of each neighbour on the circle whether it is at least as bright.

    The first one is to the right; they go round against the clock.
    """
    _, height, width = grey.shape
    angles = 2 * math.pi * np.arange(points) / points
    down, right = (
        np.round(radius * turn, 5) for turn in (-np.sin(angles), np.cos(angles))
    )
    frame = math.ceil(radius)
    framed = np.pad(grey, ((0, 0), (frame, frame), (frame, frame)))
    found: list[Any] = []
    for y, x in zip(down, right, strict=True):
        beyond: Any = 0.0
        for top, share in _between(frame + y):
            for left, part in _between(frame + x):
                pixel = framed[:, top : top + height, left : left + width]
                # Whole numbers for bytes; 0 where all is even, for any floats.
                beyond = beyond + (pixel - grey) * float(share * part)
        found.append(beyond >= 0)
    return found


def _between(place: float) -> list[tuple[int, int]]:
    """Return the pixels on both sides of a place with their shares, out of `STEPS`."""
    whole, part = divmod(round(place * STEPS), STEPS)
    pair = [(whole, STEPS - part), (whole + 1, part)]
    return [(pixel, share) for pixel, share in pair if share]


def _one(bits: Any) -> Any:
    """Return bools as whole numbers."""
    return bits.astype(np.int32)


def _code(bits: list[Any]) -> Any:
    """Read bits as a number, the first one as the lowest digit."""
    return sum(_one(bit) * 2**k for k, bit in enumerate(bits))


def _uniform(bits: list[Any]) -> Any:
    """Count the brighter neighbours; points + 1 if they are not side by side."""
    choose: Any = np.where
    ones, starts = sum(map(_one, bits)), sum(map(_one, _starts(bits)))
    return choose(starts <= 1, ones, np.int32(len(bits) + 1))


def _nri_uniform(bits: list[Any]) -> Any:
    """Tell apart the patterns whose brighter neighbours are side by side.

    By their count, then by how far the first of them lies before the first point, as
    in scikit-image.
    """
    choose: Any = np.where
    points, starts = len(bits), _starts(bits)
    ones, runs = sum(map(_one, bits)), sum(map(_one, starts))
    before = sum(_one(start) * (-k % points) for k, start in enumerate(starts))
    number = choose(ones > 0, 1 + (ones - 1) * points + before, np.int32(0))
    return choose(runs <= 1, number, np.int32(points * (points - 1) + 2))


def _starts(bits: list[Any]) -> list[Any]:
    """Say of each neighbour whether it is brighter and the one before it is not."""
    return [bit & ~bits[k - 1] for k, bit in enumerate(bits)]


def _ror(bits: list[Any]) -> Any:
    """Tell apart the patterns that no rotation turns into each other."""
    return array(_rings(len(bits)))[_code(bits)]


def _rings(points: int) -> Array:
    """Return the number of each code's ring of rotations, in the order of the least."""
    count = 1 << points
    codes = least = np.arange(count)
    for k in np.arange(points):
        least = np.minimum(least, (codes >> k | codes << (points - k)) % count)
    return np.unique(least, return_inverse=True)[1].astype(np.int32)


_METHODS = {
    "uniform": _uniform,
    "nri_uniform": _nri_uniform,
    "ror": _ror,
    "default": _code,
}
