"""Histograms of hue as a transformer."""

from __future__ import annotations

from hubel.features._feature import Feature
from hubel.features._hue import HueHistogram, Mode, Weight
from hubel.features._images import Range
from hubel.features.sklearn._transformer import FeatureTransformer


class HueHistogramTransformer(FeatureTransformer):
    """Turn rows of pixels into histograms of hue.

    Parameters
    ----------
    bins, mode, weight, grid
        As of :class:`hubel.features.HueHistogram`.
    image_shape, range
        As of :class:`FeatureTransformer`, and so are the attributes.

    Examples
    --------
    >>> import numpy as np
    >>> images = np.zeros((3, 8, 8, 3), np.uint8)
    >>> HueHistogramTransformer(bins=4).fit_transform(images).shape
    (3, 4)
    """

    def __init__(
        self,
        bins: int = 10,
        mode: Mode = "hard",
        weight: Weight = "count",
        *,
        grid: int = 1,
        image_shape: tuple[int, ...] | None = None,
        range: Range | None = None,
    ) -> None:
        self.bins = bins
        self.mode: Mode = mode
        self.weight: Weight = weight
        self.grid = grid
        self.image_shape = image_shape
        self.range = range

    def _make(self, range: Range) -> Feature:
        return HueHistogram(
            self.bins, self.mode, self.weight, grid=self.grid, range=range
        )
