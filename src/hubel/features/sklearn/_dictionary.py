"""Learned dictionaries as transformers."""

from __future__ import annotations

from typing import Any

from hubel.features._assign import Assignment
from hubel.features._feature import Feature
from hubel.features._images import Range
from hubel.features._learn import learn_bag_of_words, learn_dictionary
from hubel.features._pool import Pooling
from hubel.features.sklearn._learner import LearningTransformer
from hubel.nn.estimators._net import remember


class DictionaryTransformer(LearningTransformer):
    """Turn rows of pixels into what a dictionary says that ``fit`` learns.

    Parameters
    ----------
    words, size, stride, describe, whitening, how, spread, grid, pooling, samples, \
    max_iter
        As of :func:`hubel.features.learn_dictionary`; ``describe`` gets the range.
    image_shape, range
        As of :class:`FeatureTransformer`, and so are the attributes.
    random_state : int, RandomState or None
        Decides which patches, and how k-means begins.

    Attributes
    ----------
    n_iter_ : int
        Iterations of k-means.

    Examples
    --------
    >>> import numpy as np
    >>> images = np.random.default_rng(0).integers(0, 256, (9, 8, 8, 3), np.uint8)
    >>> DictionaryTransformer(5, random_state=0).fit_transform(images).shape
    (9, 20)
    """

    makes = staticmethod(learn_dictionary)

    def __init__(
        self,
        words: int = 400,
        *,
        size: int = 6,
        stride: int = 1,
        describe: Feature | None = None,
        whitening: float | None = 0.1,
        how: Assignment = "triangle",
        spread: float = 1.0,
        grid: int = 2,
        pooling: Pooling = "sum",
        samples: int = 200_000,
        max_iter: int = 25,
        image_shape: tuple[int, ...] | None = None,
        range: Range | None = None,
        random_state: Any = None,
    ) -> None:
        remember(self, locals())


class BagOfWordsTransformer(LearningTransformer):
    """Turn rows of pixels into histograms of visual words that ``fit`` learns.

    Parameters
    ----------
    words, size, stride, describe, how, grid, pooling, samples, max_iter
        As of :func:`hubel.features.learn_bag_of_words`; ``describe`` gets the range.
    image_shape, range
        As of :class:`FeatureTransformer`, and so are the attributes.
    random_state : int, RandomState or None
        Decides which patches, and how k-means begins.

    Attributes
    ----------
    n_iter_ : int
        Iterations of k-means.

    Examples
    --------
    >>> import numpy as np
    >>> images = np.random.default_rng(0).integers(0, 256, (9, 40, 40), np.uint8)
    >>> BagOfWordsTransformer(5, random_state=0).fit_transform(images).shape
    (9, 5)
    """

    makes = staticmethod(learn_bag_of_words)

    def __init__(
        self,
        words: int = 1000,
        *,
        size: int = 32,
        stride: int = 8,
        describe: Feature | None = None,
        how: Assignment = "hard",
        grid: int = 1,
        pooling: Pooling = "sum",
        samples: int = 200_000,
        max_iter: int = 25,
        image_shape: tuple[int, ...] | None = None,
        range: Range | None = None,
        random_state: Any = None,
    ) -> None:
        remember(self, locals())
