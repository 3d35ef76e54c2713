"""Textons as a transformer."""

from __future__ import annotations

from typing import Any

from hubel.features._assign import Assignment
from hubel.features._feature import Feature
from hubel.features._filter_bank import Bank
from hubel.features._images import Range
from hubel.features._pool import Pooling
from hubel.features._textons import learn_textons
from hubel.features.sklearn._transformer import FeatureTransformer
from hubel.nn._module import Array
from hubel.nn.estimators._net import seed_of


class TextonsTransformer(FeatureTransformer):
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

    n_iter_: int

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
        self.words = words
        self.bank: Bank = bank
        self.scale = scale
        self.weber = weber
        self.how: Assignment = how
        self.spread = spread
        self.grid = grid
        self.pooling: Pooling = pooling
        self.samples = samples
        self.max_iter = max_iter
        self.image_shape = image_shape
        self.range = range
        self.random_state = random_state

    def _learn(self, images: Array) -> Feature:
        def note(done: int, most: int) -> None:
            self.n_iter_ = done

        return learn_textons(
            images,
            self.words,
            **{name: getattr(self, name) for name in _GIVEN},
            range=self.range_,
            seed=seed_of(self.random_state),
            progress=note,
        )


_GIVEN = (
    *("bank", "scale", "weber", "how", "spread"),
    *("grid", "pooling", "samples", "max_iter"),
)
