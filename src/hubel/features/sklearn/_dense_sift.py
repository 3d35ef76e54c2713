"""SIFT descriptors on a grid as a transformer."""

from __future__ import annotations

from hubel.features._dense_sift import DenseSIFT
from hubel.features._images import Range
from hubel.features.sklearn._transformer import FeatureTransformer
from hubel.nn.estimators._net import remember


class DenseSIFTTransformer(FeatureTransformer):
    """Turn rows of pixels into SIFT descriptors at the points of a grid.

    Parameters
    ----------
    step, cell, sigma, root
        As of :class:`hubel.features.DenseSIFT`.
    image_shape, range
        As of :class:`FeatureTransformer`, and so are the attributes.

    Examples
    --------
    >>> import numpy as np
    >>> images = np.zeros((3, 16, 16, 3), np.uint8)
    >>> DenseSIFTTransformer().fit_transform(images).shape
    (3, 128)
    """

    makes = DenseSIFT

    def __init__(
        self,
        step: int = 8,
        cell: float = 4.0,
        *,
        sigma: float | None = None,
        root: bool = False,
        image_shape: tuple[int, ...] | None = None,
        range: Range | None = None,
    ) -> None:
        remember(self, locals())
