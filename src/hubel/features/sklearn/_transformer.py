"""What the transformers share: rows of pixels in, rows of a feature out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar, Self

import numpy as np

from hubel.features._batches import in_batches
from hubel.features._feature import Feature
from hubel.features._images import Range
from hubel.nn._module import Array
from hubel.nn.estimators._image_shape import check_shape, infer_shape
from hubel.nn.estimators._net import DTYPES, flat
from hubel.nn.estimators._sklearn import (
    BaseEstimator,
    ClassNamePrefixFeaturesOutMixin,
    TransformerMixin,
    check_is_fitted,
    validate_data,
)


class FeatureTransformer(
    ClassNamePrefixFeaturesOutMixin, TransformerMixin, BaseEstimator
):
    """A feature as a transformer of scikit-learn.

    A subclass says in ``__init__`` what it can be told, as scikit-learn wants it, and
    in ``makes`` which feature takes these settings. All have the parameters
    ``image_shape`` and ``range``; None means that ``fit`` finds out.

    Attributes
    ----------
    feature_ : Feature
        What transforms.
    image_shape_ : tuple of int
        (height, width, channels): as given; or that of the images; or else a square,
        grey or of three colours; or else one row.
    range_ : tuple of float
        What black and white are: as given, or the least and the largest number that
        ``fit`` was shown; 0 and 255 for uint8.
    n_features_in_, feature_names_in_
        Of X, as everywhere in scikit-learn.
    """

    makes: ClassVar[Callable[..., Feature]]
    image_shape: Any
    range: Any

    def _settings(self) -> dict[str, Any]:
        """Return the parameters that are the feature's own."""
        given = self.get_params(deep=False)
        return {k: v for k, v in given.items() if k not in ("image_shape", "range")}

    def fit(self, X: Any, y: Any = None) -> Self:
        """Find the shape and the range of images.

        Parameters
        ----------
        X : array of shape (n, d), or images of shape (n, height, width, channels)
            uint8 or floats; all else becomes float64.
        y : None
            Of no use here.

        Returns
        -------
        self

        Raises
        ------
        OptionError, ShapeError
            If a parameter is outside its range, or images are too small.
        """
        rows, shape = flat(X)
        rows = validate_data(self, rows, dtype=DTYPES)
        width = rows.shape[1]
        given = self.image_shape
        found = shape or infer_shape(width)
        self.image_shape_ = found if given is None else check_shape(given, width)
        self.range_ = _range(rows) if self.range is None else self.range
        self.feature_ = self._learn(self._images(rows))
        self._n_features_out = in_batches(self.feature_, self._images(rows[:1])).shape[
            1
        ]
        return self

    def _learn(self, images: Array) -> Feature:
        """Return the feature, which may learn from images."""
        return self.makes(**self._settings(), range=self.range_)

    def transform(self, X: Any) -> Array:
        """Compute the feature.

        Parameters
        ----------
        X : array
            As for :meth:`fit`.

        Returns
        -------
        array of shape (n, m)
            float64 for float64, else float32.
        """
        check_is_fitted(self)
        rows = validate_data(self, flat(X)[0], reset=False, dtype=DTYPES)
        return in_batches(self.feature_, self._images(rows))

    def _images(self, rows: Array) -> Array:
        """Return rows as images."""
        return rows.reshape(-1, *self.image_shape_)


def _range(rows: Array) -> Range:
    """Return the least and the largest number; of equal ones, a range of length 1."""
    if rows.dtype == np.uint8:
        return 0.0, 255.0
    low, high = float(rows.min()), float(rows.max())
    return low, high if low < high else low + 1
