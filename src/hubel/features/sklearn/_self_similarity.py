"""Self-similarity as a transformer."""

from __future__ import annotations

from hubel.features._images import Range
from hubel.features._self_similarity import SelfSimilarity
from hubel.features.sklearn._transformer import FeatureTransformer
from hubel.nn.estimators._net import remember


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

    makes = SelfSimilarity

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
        remember(self, locals())
