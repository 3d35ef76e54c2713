"""Self-similarity as a transformer."""

from __future__ import annotations

from hubel.features._feature import Feature
from hubel.features._images import Range
from hubel.features._self_similarity import SelfSimilarity
from hubel.features.sklearn._transformer import FeatureTransformer


class SelfSimilarityTransformer(FeatureTransformer):
    """Turn rows of pixels into descriptors of local self-similarity.

    Parameters
    ----------
    step, radius, patch, noise
        As of :class:`hubel.features.SelfSimilarity`.
    image_shape, range
        As of :class:`FeatureTransformer`, and so are the attributes.

    Examples
    --------
    >>> import numpy as np
    >>> images = np.zeros((3, 16, 16, 3), np.uint8)
    >>> SelfSimilarityTransformer().fit_transform(images).shape
    (3, 80)
    """

    def __init__(
        self,
        step: int = 4,
        radius: int = 8,
        patch: int = 5,
        *,
        noise: float = 0.05,
        image_shape: tuple[int, ...] | None = None,
        range: Range | None = None,
    ) -> None:
        self.step = step
        self.radius = radius
        self.patch = patch
        self.noise = noise
        self.image_shape = image_shape
        self.range = range

    def _make(self, range: Range) -> Feature:
        return SelfSimilarity(
            self.step, self.radius, self.patch, noise=self.noise, range=range
        )
