"""GIST as a transformer."""

from __future__ import annotations

from hubel.features._gist import GIST
from hubel.features._images import Range
from hubel.features.sklearn._transformer import FeatureTransformer
from hubel.nn.estimators._net import remember


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

    makes = GIST

    def __init__(
        self,
        orientations: tuple[int, ...] = (8, 8, 8, 8),
        *,
        grid: int = 4,
        image_shape: tuple[int, ...] | None = None,
        range: Range | None = None,
    ) -> None:
        remember(self, locals())
