"""Textons as a transformer."""

from __future__ import annotations

from typing import Any

from hubel.features._assign import Assignment
from hubel.features._filter_bank import Bank
from hubel.features._images import Range
from hubel.features._pool import Pooling
from hubel.features._textons import learn_textons
from hubel.features.sklearn._learner import LearningTransformer
from hubel.nn.estimators._net import remember


class TextonsTransformer(LearningTransformer):
    """Turn rows of pixels into histograms of textons that ``fit`` learns.

    Parameters
    ----------
    words, bank, scale, weber, how, spread, grid, pooling, samples, max_iter
        As of :func:`hubel.features.learn_textons`.
    image_shape, range
        As of :class:`FeatureTransformer`, and so are the attributes.
    random_state : int, RandomState or None
        Decides which pixels, and how k-means begins.

    Attributes
    ----------
    n_iter_ : int
        Iterations of k-means.

    Examples
    --------
    >>> import numpy as np
    >>> images = np.random.default_rng(0).integers(0, 256, (9, 12, 12), np.uint8)
    >>> TextonsTransformer(5, random_state=0).fit_transform(images).shape
    (9, 5)
    """

    makes = staticmethod(learn_textons)

    def __init__(
        self,
        words: int = 50,
        *,
        bank: Bank = "mr8",
        scale: float = 0.5,
        weber: bool = True,
        how: Assignment = "hard",
        spread: float = 1.0,
        grid: int = 1,
        pooling: Pooling = "mean",
        samples: int = 100_000,
        max_iter: int = 25,
        image_shape: tuple[int, ...] | None = None,
        range: Range | None = None,
        random_state: Any = None,
    ) -> None:
        remember(self, locals())
