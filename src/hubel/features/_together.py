"""Features made of features: several side by side, and square roots of one."""

from __future__ import annotations

from typing import Any

import numpy as np

from hubel.errors import OptionError
from hubel.features._feature import Feature
from hubel.graph.node import Spec
from hubel.tracing.program import trace_program


class SquareRoot(Feature):
    """The square roots of a feature, which bring large counts closer to small ones.

    They are 0 where a number is not above 0, and so is the derivative there.

    Parameters
    ----------
    feature : Feature

    Examples
    --------
    >>> from hubel.features import HueHistogram
    >>> red = np.full((1, 4, 4, 3), [255, 0, 0], np.uint8)
    >>> SquareRoot(HueHistogram(3))(red)
    array([[4., 0., 0.]], dtype=float32)
    """

    feature: Feature

    def __init__(self, feature: Feature) -> None:
        self._fill(feature=feature, range=feature.range)

    def compose(self, images: Any) -> Any:
        """Compute the feature and its square roots, with no infinite derivative."""
        rows = self.feature.compose(images)
        choose: Any = np.where
        roots: Any = np.sqrt(choose(rows > 0, rows, 1))
        return choose(rows > 0, roots, 0)

    def __repr__(self) -> str:
        return f"SquareRoot({self.feature!r})"


class Together(Feature):
    """Several features of the same images, side by side in each row.

    Parameters
    ----------
    *features : Feature
        At least one, and all of the same range.

    Raises
    ------
    OptionError
        If there is no feature, or their ranges differ.

    Examples
    --------
    >>> from hubel import nn
    >>> from hubel.features import HOG, HueHistogram
    >>> net = nn.Sequential(Together(HOG(), HueHistogram()), nn.Linear(154, 10))
    >>> net(np.zeros((2, 32, 32, 3), np.uint8)).shape
    (2, 10)
    """

    features: tuple[Feature, ...]

    def __init__(self, *features: Feature) -> None:
        ranges = sorted({feature.range for feature in features})
        if len(ranges) != 1:
            raise OptionError(
                f"{len(features)} features together, of the ranges {ranges}",
                remedy="Give at least one, and the same range= to each.",
            )
        self._fill(features=features, range=ranges[0])

    def widths(self, shape: tuple[int, ...]) -> tuple[int, ...]:
        """Return how many numbers each feature has; none is computed for that.

        Parameters
        ----------
        shape : tuple of int
            Of an image: (height, width, channels).

        Raises
        ------
        ShapeError, OptionError
            If a feature has no room in such images.

        Examples
        --------
        >>> from hubel.features import HOG, HueHistogram
        >>> Together(HOG(), HueHistogram()).widths((32, 32, 3))
        (144, 10)
        """
        images = Spec((1, *shape), np.dtype(np.uint8))
        graphs = [trace_program(f.compose, (images,), {}).graph for f in self.features]
        return tuple(rows.shape[1] for g in graphs for rows in g.outputs.values())

    def compose(self, images: Any) -> Any:
        """Compute every feature, and put them side by side."""
        parts = [feature.compose(images) for feature in self.features]
        return np.concatenate(parts, axis=1) if len(parts) > 1 else parts[0]

    def __repr__(self) -> str:
        return f"Together({', '.join(map(repr, self.features))})"
