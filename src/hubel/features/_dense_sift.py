"""SIFT descriptors on a grid: where edges lie around each point, and how they run."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from hubel.errors import OptionError
from hubel.features._batches import Progress
from hubel.features._blocks import NORMS, WHOLE
from hubel.features._brightness import brightness
from hubel.features._cells import both
from hubel.features._compute import compute
from hubel.features._feature import Feature
from hubel.features._gradients import Gradients, gradients, safe_sqrt
from hubel.features._images import UNIT, Range, check_range
from hubel.features._orientations import vote
from hubel.nn._module import Array, static

CAMERA = 0.5
"""The blur that images are taken to have, in pixels (Lowe 2004, section 3.3)."""
FAINT = 1e-3
"""The length, where black and white differ by 1, up to which descriptors fade to 0."""


def dense_sift(
    images: Any,
    step: int = 8,
    cell: float = 4.0,
    *,
    sigma: float | None = None,
    root: bool = False,
    range: Range = UNIT,
    batch_size: int | None = None,
    out: Array | None = None,
    progress: Progress | None = None,
) -> Array:
    """Compute SIFT descriptors at the points of a grid.

    Parameters
    ----------
    images : array of shape (n, height, width, channels) or (n, height, width)
        uint8, or floats of the range. Colour images are made grey.
    step, cell, sigma, root, range
        As of :class:`DenseSIFT`.
    batch_size, out, progress
        As of :func:`compute`.

    Returns
    -------
    array of shape (n, points * 128)
        Each descriptor has length 1, or 0 without contrast. float32; float64 for
        images of float64.

    Examples
    --------
    >>> images = np.zeros((5, 32, 32, 3), np.uint8)
    >>> dense_sift(images).shape  # of 3 x 3 points
    (5, 1152)
    """
    feature = DenseSIFT(step, cell, sigma=sigma, root=root, range=range)
    return compute(feature, images, batch_size=batch_size, out=out, progress=progress)


class DenseSIFT(Feature):
    """SIFT descriptors at the points of a grid, as a module.

    Parameters
    ----------
    step : int
        Pixels from one point to the next.
    cell : float
        Pixels of a cell along each axis; a descriptor has 4 x 4 of them, with 8
        orientations each. A keypoint of size s has cells of 1.5 s.
    sigma : float, optional
        The blur of what is described, in pixels, which images are brought to; by
        default a third of a cell, as of keypoints.
    root : bool
        Whether to take square roots, which makes distances those of Hellinger.
    range : tuple of float
        What black and white are in images of floats.

    Notes
    -----
    D. Lowe, "Distinctive image features from scale-invariant keypoints" (IJCV 2004),
    section 6; R. Arandjelovic and A. Zisserman, "Three things everyone should know to
    improve object retrieval" (CVPR 2012) for the roots. Votes are shared between two
    rows, columns and orientations, weighed by a Gaussian of half the window, and
    numbers limited to a fifth of the length. The points are as many as have room for
    their window, at least one, about the middle of the image, row by row; numbers are
    in the order of OpenCV: rows, columns, orientations against the clock.

    Differentiable wherever the gradient of the image is not 0; there the derivative is
    0.

    Examples
    --------
    >>> from hubel import nn
    >>> net = nn.Sequential(DenseSIFT(16), nn.Linear(512, 10))
    >>> net(np.zeros((2, 32, 32, 3), np.uint8)).shape
    (2, 10)
    """

    step: int = static()
    cell: float = static()
    sigma: float | None = static()
    root: bool = static()

    def __init__(
        self,
        step: int = 8,
        cell: float = 4.0,
        *,
        sigma: float | None = None,
        root: bool = False,
        range: Range = UNIT,
    ) -> None:
        if step < 1:
            raise OptionError(f"step={step}", remedy="Give at least 1 pixel.")
        if not 1 <= cell < math.inf:
            raise OptionError(f"cell={cell}", remedy="Give at least 1 pixel.")
        if sigma is not None and not 0 <= sigma < math.inf:
            raise OptionError(f"sigma={sigma}", remedy="Give 0 pixels or more.")
        self._fill(
            step=int(step),
            cell=float(cell),
            sigma=None if sigma is None else float(sigma),
            root=bool(root),
            range=check_range(range),
        )

    def points(self, length: int) -> Array:
        """Return where points lie along an axis of so many pixels.

        Examples
        --------
        >>> DenseSIFT(5).points(32)
        array([ 8., 13., 18., 23.])
        """
        room = max(length - 4 * self.cell, 0)
        count = int(room // self.step) + 1
        return (length - 1) / 2 + (np.arange(count) - (count - 1) / 2) * self.step

    def compose(self, images: Any) -> Any:
        """Compute the descriptors: grey, blur, gradients, votes, cells, contrast."""
        count, height, width, _ = images.shape
        grey = brightness(images, self.range)
        sigma = self.cell / 3 if self.sigma is None else self.sigma
        more = math.sqrt(max(sigma**2 - CAMERA**2, 0))
        grey = grey - grey[:, :1, :1]  # even images are 0 without a rounding error
        # The axes of planes change places here, and back again with the cells.
        blurred = both(grey, *[blur_matrix(size, more) for size in (height, width)])
        slope = gradients(blurred[..., None], differences="interior")
        turned = Gradients(slope.y, -slope.x, slope.square)
        votes = vote(turned, 1.0, 8, signed=True, binning="linear", start=-0.5)
        rows, columns = (self._shares(size) for size in (height, width))
        cells = both(votes, columns, rows)
        apart = cells.reshape(count, 8, len(rows) // 4, 4, len(columns) // 4, 4)
        found = normalized(apart.transpose(0, 2, 4, 3, 5, 1), root=self.root)
        return found.reshape(count, -1)

    def _shares(self, length: int) -> Array:
        """Return what each pixel of a row gives to the 4 cells of each point."""
        away = (np.arange(length) - self.points(length)[:, None]) / self.cell
        return cell_shares(away).transpose(0, 2, 1).reshape(-1, length)


def cell_shares(away: Array) -> Array:
    """Return what pixels give to the 4 cells along an axis of a descriptor.

    Parameters
    ----------
    away : array
        How far from the point, in cells.

    Returns
    -------
    array of shape (..., 4)
        Linear shares, weighed by a Gaussian of 2 cells.

    Examples
    --------
    >>> cell_shares(np.array([0.0])).round(2)
    array([[0. , 0.5, 0.5, 0. ]])
    """
    tents = np.maximum(1 - abs(away[..., None] - (np.arange(4) - 1.5)), 0)
    return tents * np.exp(-(away[..., None] ** 2) / 8)


def normalized(cells: Any, *, root: bool) -> Any:
    """Make the length of descriptors (..., 4, 4, 8) 1, and no edge count too much."""
    found = NORMS["L2-Hys"](cells, FAINT, 0.2)
    if not root:
        return found
    total = found.sum(axis=WHOLE, keepdims=True)
    return safe_sqrt(found / np.where(total == 0, 1, total))


def blur_matrix(length: int, sigma: float) -> Array:
    """Return the matrix that blurs columns of pixels; beyond them it is a mirror.

    Examples
    --------
    >>> blur_matrix(3, 0.5).round(2)
    array([[0.79, 0.21, 0.  ],
           [0.11, 0.79, 0.11],
           [0.  , 0.21, 0.79]])
    """
    radius = round(4 * sigma)
    taps = np.exp(-(np.arange(-radius, radius + 1) ** 2) / (2 * max(sigma, 1e-9) ** 2))
    place = np.pad(np.arange(length), radius, mode="reflect")
    found = np.zeros((length, length))
    for k, tap in enumerate(taps / taps.sum()):
        np.add.at(found, (np.arange(length), place[k : k + length]), tap)
    return found
