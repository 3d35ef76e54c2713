"""Losses of scores with two derivatives, for solvers that use both.

Each is a mean over the examples. Scores that have nothing to do with each other are
columns with results of their own, of shape (columns,); else results are of shape (1,).
"""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np

from hubel.nn._module import Array


class ScoreLoss(Protocol):
    """A convex loss of scores.

    Attributes
    ----------
    columns : int
        How many scores an example has.
    apart : bool
        Whether these have nothing to do with each other.
    curvature : float
        About the mean second derivative by a score.
    """

    columns: int
    apart: bool
    curvature: float

    def value(self, scores: Array) -> Array:
        """Return the loss."""
        ...

    def slope(self, scores: Array) -> Array:
        """Return the derivative by each score."""
        ...

    def along(self, scores: Array, direction: Array) -> tuple[Array, Array]:
        """Return the first two derivatives along a direction."""
        ...


class SquaredHinge:
    """The mean of the sum over classes of max(0, 1 - y s)**2, one class against all.

    Two classes have one score between them.

    Parameters
    ----------
    labels : int array of shape (n,)
    classes : int
    shares : float array of shape (n,)
        How much each example counts, 1 on average.
    """

    def __init__(self, labels: Array, classes: int, shares: Array) -> None:
        right = labels[:, np.newaxis] == np.arange(classes)
        right = right[:, 1:] if classes == 2 else right
        self.columns, self.apart, self.curvature = right.shape[1], True, 1.0
        self._signs = np.where(right, 1.0, -1.0)
        self._shares = shares[:, np.newaxis] / len(labels)

    def value(self, scores: Array) -> Array:
        """Return the loss of each class."""
        return (self._shares * self._gap(scores) ** 2).sum(axis=0)

    def slope(self, scores: Array) -> Array:
        """Return the derivative by each score."""
        return -2 * self._shares * self._signs * self._gap(scores)

    def along(self, scores: Array, direction: Array) -> tuple[Array, Array]:
        """Return the first two derivatives along a direction, for each class."""
        gap = self._gap(scores)
        first = -2 * (self._shares * self._signs * gap * direction).sum(axis=0)
        second = 2 * (self._shares * (gap > 0) * direction**2).sum(axis=0)
        return first, second

    def _gap(self, scores: Array) -> Array:
        return np.maximum(0, 1 - self._signs * scores)


class Softmax:
    """The mean of -log of the right class's probability.

    Parameters are those of :class:`SquaredHinge`.
    """

    def __init__(self, labels: Array, classes: int, shares: Array) -> None:
        self.columns, self.apart = classes, False
        self.curvature = (1 - 1 / classes) / classes
        self._right = np.arange(len(labels)), labels
        self._shares = shares / len(labels)

    def value(self, scores: Array) -> Array:
        """Return the loss."""
        shifted = scores - scores.max(axis=1, keepdims=True)
        each = np.log(np.exp(shifted).sum(axis=1)) - shifted[self._right]
        return (self._shares * each).sum(keepdims=True)

    def slope(self, scores: Array) -> Array:
        """Return the derivative by each score."""
        error = _shares_of(scores)
        error[self._right] -= 1
        return self._shares[:, np.newaxis] * error

    def along(self, scores: Array, direction: Array) -> tuple[Array, Array]:
        """Return the first two derivatives along a direction."""
        chances = _shares_of(scores)
        mean = (chances * direction).sum(axis=1)
        square = (chances * direction**2).sum(axis=1)
        first = self._shares * (mean - direction[self._right])
        second = self._shares * (square - mean**2)
        return first.sum(keepdims=True), second.sum(keepdims=True)


def _shares_of(scores: Array) -> Array:
    """Return the probabilities of the classes."""
    powers: Any = np.exp(scores - scores.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


SCORE_LOSSES: dict[str, type[SquaredHinge | Softmax]] = {
    "softmax": Softmax,
    "squared_hinge": SquaredHinge,
}
"""The losses that `solver="exact"` minimises, by the name that options use."""
