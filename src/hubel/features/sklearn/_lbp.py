"""Local binary patterns as a transformer."""

from __future__ import annotations

from hubel.features._images import Range
from hubel.features._lbp import LBP, Method
from hubel.features.sklearn._transformer import FeatureTransformer
from hubel.nn.estimators._net import remember


class LBPTransformer(FeatureTransformer):
    """Turn rows of pixels into histograms of local binary patterns.

    Parameters
    ----------
    method, points, radius, grid
        As of :class:`hubel.features.LBP`.
    image_shape, range
        As of :class:`FeatureTransformer`, and so are the attributes.

    Examples
    --------
    >>> import numpy as np
    >>> images = np.zeros((3, 8, 8, 3), np.uint8)
    >>> LBPTransformer(grid=2).fit_transform(images).shape
    (3, 40)
    """

    makes = LBP

    def __init__(
        self,
        method: Method = "uniform",
        points: int = 8,
        radius: float = 1.0,
        *,
        grid: int = 1,
        image_shape: tuple[int, ...] | None = None,
        range: Range | None = None,
    ) -> None:
        remember(self, locals())
