"""GIST as a transformer."""

from __future__ import annotations

from hubel.features._feature import Feature
from hubel.features._gist import GIST
from hubel.features._images import Range
from hubel.features.sklearn._transformer import FeatureTransformer


class GISTTransformer(FeatureTransformer):
    """Turn rows of pixels into the energies of waves in their parts.

    Parameters
    ----------
    orientations, grid
        As of :class:`hubel.features.GIST`.
    image_shape, range
        As of :class:`FeatureTransformer`, and so are the attributes.

    Examples
    --------
    >>> import numpy as np
    >>> images = np.zeros((3, 16, 16, 3), np.uint8)
    >>> GISTTransformer().fit_transform(images).shape
    (3, 512)
    """

    def __init__(
        self,
        orientations: tuple[int, ...] = (8, 8, 8, 8),
        *,
        grid: int = 4,
        image_shape: tuple[int, ...] | None = None,
        range: Range | None = None,
    ) -> None:
        self.orientations = orientations
        self.grid = grid
        self.image_shape = image_shape
        self.range = range

    def _make(self, range: Range) -> Feature:
        return GIST(self.orientations, grid=self.grid, range=range)
