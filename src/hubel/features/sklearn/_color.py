"""Histograms of colours as a transformer."""

from __future__ import annotations

from hubel.features._color import ColorHistogram
from hubel.features._hue import Mode
from hubel.features._images import Range
from hubel.features.sklearn._transformer import FeatureTransformer
from hubel.nn.estimators._net import remember


class ColorHistogramTransformer(FeatureTransformer):
    """Turn rows of pixels into histograms of colours.

    Parameters
    ----------
    bins, mode, grid
        As of :class:`hubel.features.ColorHistogram`.
    image_shape, range
        As of :class:`FeatureTransformer`, and so are the attributes.

    Examples
    --------
    >>> import numpy as np
    >>> images = np.zeros((3, 8, 8, 3), np.uint8)
    >>> ColorHistogramTransformer(bins=2, grid=2).fit_transform(images).shape
    (3, 32)
    """

    makes = ColorHistogram

    def __init__(
        self,
        bins: int = 4,
        mode: Mode = "hard",
        *,
        grid: int = 1,
        image_shape: tuple[int, ...] | None = None,
        range: Range | None = None,
    ) -> None:
        remember(self, locals())
