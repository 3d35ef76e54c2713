"""Histograms of oriented gradients: where an image has edges of which slope."""

from __future__ import annotations

import math
from dataclasses import fields
from typing import Any

import numpy as np

from hubel.errors import ShapeError
from hubel.features._batches import Progress
from hubel.features._blocks import NORMS, four_contrasts, gather_blocks
from hubel.features._cells import share_in_blocks, share_out
from hubel.features._compute import compute
from hubel.features._feature import Feature
from hubel.features._gradients import Gradients, gradients
from hubel.features._grid import split_rows, sum_columns
from hubel.features._hog_settings import HOGSettings, Preset, find_settings
from hubel.features._images import UNIT, Range, as_floats, as_images, check_range, span
from hubel.features._orientations import vote
from hubel.nn._module import Array, static


def hog(
    images: Any,
    preset: Preset = "lecture",
    *,
    range: Range = UNIT,
    batch_size: int | None = None,
    out: Array | None = None,
    progress: Progress | None = None,
    **overrides: Any,
) -> Array:
    """Compute histograms of oriented gradients: edges, by place and orientation.

    Parameters
    ----------
    images : array of shape (n, height, width, channels) or (n, height, width)
        uint8, or floats of the range.
    preset, range, **overrides
        As of :class:`HOG`.
    batch_size, out, progress
        As of :func:`compute`.

    Returns
    -------
    array of shape (n, d)
        float32; float64 for images of float64.

    Examples
    --------
    >>> images = np.zeros((5, 32, 32, 3), np.uint8)
    >>> hog(images).shape
    (5, 144)
    >>> hog(images, block=2, norm="L2-Hys").shape
    (5, 324)
    """
    feature = HOG(preset, range=range, **overrides)
    return compute(feature, images, batch_size=batch_size, out=out, progress=progress)


class HOG(Feature):
    """Histograms of oriented gradients, as a module.

    Parameters
    ----------
    preset : str
        "lecture": 144 numbers for 32 x 32 pixels, 9 orientations in 4 x 4 cells.
        "skimage": the defaults of ``skimage.feature.hog``. "opencv": OpenCV 4's
        ``HOGDescriptor``. "dalal-triggs": the paper's. "uoctti": 31 numbers a cell, of
        Felzenszwalb et al. "cs231n": the number of the course, which loses half of
        the gradients.
    range : tuple of float
        What black and white are in images of floats.
    **overrides
        Fields of :class:`HOGSettings`, such as ``bins=12`` or ``cell=4``.

    Attributes
    ----------
    settings : HOGSettings

    Raises
    ------
    OptionError
        If there is no such preset or setting, or a value is not allowed.

    Notes
    -----
    N. Dalal and B. Triggs, "Histograms of oriented gradients for human detection"
    (CVPR 2005); P. Felzenszwalb et al., "Object detection with discriminatively
    trained part-based models" (PAMI 2010), section 6.

    Votes that are shared linearly between orientations are continuous, and
    differentiable wherever the gradient of the image is not 0; there the derivative
    is 0. Hard votes jump where a gradient turns from one bin into the next; in between
    their derivative is that of its length.

    Examples
    --------
    >>> from hubel import nn
    >>> net = nn.Sequential(HOG(), nn.Linear(144, 10))
    >>> net(np.zeros((2, 32, 32, 3), np.uint8)).shape
    (2, 10)
    """

    settings: HOGSettings = static()

    def __init__(
        self, preset: Preset = "lecture", *, range: Range = UNIT, **overrides: Any
    ) -> None:
        settings = find_settings(preset, overrides)
        self._fill(settings=settings, range=check_range(range))

    def compose(self, images: Any) -> Any:
        """Compute the numbers: gradients, votes, cells, blocks."""
        s = self.settings
        gradient, scale = self._gradients(images), self._scale(images)
        if s.window is not None:
            blocks = self._windowed_blocks(gradient, scale, s.window)
        else:
            blocks = self._cells(gradient, scale)
            if s.block > 1 or s.norm in NORMS:
                blocks = gather_blocks(blocks, s.block)
        blocks = self._normalised(blocks)
        if s.transpose:
            blocks = np.swapaxes(blocks, 1, 2)
            blocks = np.swapaxes(blocks, 3, 4) if blocks.ndim == 6 else blocks
        return blocks.reshape(images.shape[0], -1)

    def cells(self, images: Any) -> Array:
        """Return the histogram of each cell before anything is done to contrasts.

        Parameters
        ----------
        images : array of shape (n, height, width, channels)

        Returns
        -------
        array of shape (n, rows, columns, bins)
            What ``hubel.view.glyphs`` draws.

        Examples
        --------
        >>> HOG().cells(np.zeros((1, 32, 24, 3), np.uint8)).shape
        (1, 4, 3, 9)
        """
        images = as_images(images)
        return self._cells(self._gradients(images), self._scale(images))

    def _gradients(self, images: Any) -> Gradients:
        """Stage 1: the gradient at each pixel, in the units of the images."""
        s = self.settings
        side = s.cell * s.block
        if min(images.shape[1:3]) < side:
            raise ShapeError(
                f"images of {images.shape[1]} x {images.shape[2]} pixels have no room "
                f"for {s.block} x {s.block} cells of {s.cell} x {s.cell}",
                remedy="Give larger images, or a smaller cell= or block=.",
            )
        low = span(images, self.range)[0]
        images = as_floats(images) - low if low and s.root else images
        return gradients(
            images, channels=s.channels, differences=s.differences, root=s.root
        )

    def _votes(self, gradient: Gradients, scale: float) -> Any:
        """Stage 2: what each pixel says about edges; bins before the last two axes."""
        s = self.settings
        how: Any = {"signed": s.signed, "binning": s.binning, "start": s.start}
        return vote(gradient, scale, s.bins, **how)

    def _cells(self, gradient: Gradients, scale: float) -> Any:
        """Stage 3: the histograms (n, rows, columns, bins) of cells."""
        s = self.settings
        if s.spatial == "bilinear":
            return share_out(self._votes(gradient, scale), s.cell, s.spatial)
        bands = Gradients(*[split_rows(each, s.cell) for each in gradient])
        rows = self._votes(bands, scale).sum(axis=-2)
        return np.moveaxis(sum_columns(rows, s.cell), 2, 3)

    def _windowed_blocks(self, gradient: Gradients, scale: float, window: float) -> Any:
        """Stage 3 and the beginning of 4, where each block weighs its own pixels."""
        s = self.settings
        return share_in_blocks(
            self._votes(gradient, scale),
            s.cell,
            s.block,
            s.spatial,
            window=window,
            off_centre=s.off_centre,
        )

    def _normalised(self, blocks: Any) -> Any:
        """Stage 4: the contrasts of blocks made alike."""
        s = self.settings
        if s.norm is None:
            return blocks
        if s.norm == "uoctti":
            return four_contrasts(blocks, s.eps, s.clip)
        return NORMS[s.norm](blocks, s.eps, s.clip)

    def _scale(self, images: Any) -> float:
        """Return what the units of the images, and of sums, are multiplied by."""
        s = self.settings
        low, high = span(images, self.range)
        scale = s.white / (high - low)
        return (math.sqrt(scale) if s.root else scale) / (s.cell**2 if s.mean else 1)

    def __repr__(self) -> str:
        plain = find_settings("lecture", {})
        said: dict[str, Any] = {"range": self.range} if self.range != UNIT else {}
        for field in fields(HOGSettings):
            value = getattr(self.settings, field.name)
            if value != getattr(plain, field.name):
                said[field.name] = value
        return f"HOG({', '.join(f'{k}={v!r}' for k, v in said.items())})"
