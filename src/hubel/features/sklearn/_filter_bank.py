"""Answers of banks of filters as a transformer."""

from __future__ import annotations

from hubel.features._filter_bank import Bank, FilterBank
from hubel.features._images import Range
from hubel.features.sklearn._transformer import FeatureTransformer
from hubel.nn.estimators._net import remember


class FilterBankTransformer(FeatureTransformer):
    """Turn rows of pixels into how strongly a bank of filters answers to them.

    Parameters
    ----------
    bank, scale, grid, weber
        As of :class:`hubel.features.FilterBank`.
    image_shape, range
        As of :class:`FeatureTransformer`, and so are the attributes.

    Examples
    --------
    >>> import numpy as np
    >>> images = np.zeros((3, 8, 8, 3), np.uint8)
    >>> FilterBankTransformer("mr8", grid=2).fit_transform(images).shape
    (3, 32)
    """

    makes = FilterBank

    def __init__(
        self,
        bank: Bank = "gabor",
        *,
        scale: float = 0.5,
        grid: int = 4,
        weber: bool = False,
        image_shape: tuple[int, ...] | None = None,
        range: Range | None = None,
    ) -> None:
        remember(self, locals())
