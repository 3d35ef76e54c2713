"""Histograms of hue as a transformer."""

from __future__ import annotations

from hubel.features._hue import HueHistogram, Mode, Weight
from hubel.features._images import Range
from hubel.features.sklearn._transformer import FeatureTransformer
from hubel.nn.estimators._net import remember


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

    makes = HueHistogram

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
        remember(self, locals())
