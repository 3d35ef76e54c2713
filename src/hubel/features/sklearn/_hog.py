"""Histograms of oriented gradients as a transformer."""

from __future__ import annotations

from typing import Any

from hubel.features._hog import HOG
from hubel.features._hog_settings import Norm, Preset
from hubel.features._images import Range
from hubel.features.sklearn._transformer import FeatureTransformer
from hubel.nn.estimators._net import remember


class HOGTransformer(FeatureTransformer):
    """Turn rows of pixels into histograms of oriented gradients.

    Parameters
    ----------
    preset : str
        As of :class:`hubel.features.HOG`.
    bins, cell, block, norm : optional
        Where they are not None, they replace those of the preset.
    overrides : dict, optional
        More fields of :class:`hubel.features.HOGSettings`.
    image_shape, range
        As of :class:`FeatureTransformer`, and so are the attributes.

    Examples
    --------
    >>> import numpy as np
    >>> images = np.zeros((3, 32, 32, 3), np.uint8)
    >>> HOGTransformer().fit_transform(images).shape
    (3, 144)
    """

    makes = HOG

    def __init__(
        self,
        preset: Preset = "lecture",
        *,
        bins: int | None = None,
        cell: int | None = None,
        block: int | None = None,
        norm: Norm | None = None,
        overrides: dict[str, Any] | None = None,
        image_shape: tuple[int, ...] | None = None,
        range: Range | None = None,
    ) -> None:
        remember(self, locals())

    def _settings(self) -> dict[str, Any]:
        """Return what is stated; the preset says the rest."""
        stated = super()._settings()
        overrides: dict[str, Any] = stated.pop("overrides") or {}
        return {k: v for k, v in stated.items() if v is not None} | overrides
