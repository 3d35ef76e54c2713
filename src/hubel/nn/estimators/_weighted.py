"""Losses in which the classes of the examples count differently."""

from __future__ import annotations

from typing import Any

import numpy as np

from hubel.gates._cross_entropy import softmax_cross_entropy as cross_entropy
from hubel.gates._softmax import one_hot
from hubel.nn._losses import Loss
from hubel.nn._module import Array
from hubel.transforms.arrays import array


def weighted_loss(loss: str, weights: Array) -> Loss:
    """Return the loss with the share of each example multiplied by its class's weight.

    Parameters
    ----------
    loss : {"softmax", "svm", "squared_hinge"}
    weights : array of shape (classes,)

    Examples
    --------
    >>> scores, labels = np.zeros((2, 2)), np.array([0, 1])
    >>> double = weighted_loss("svm", np.array([1.0, 3.0]))
    >>> float(double(scores, labels))
    2.0
    """
    of_each = OF_EACH[loss]

    def weighted(scores: Any, labels: Any) -> Any:
        share = array(weights.astype(scores.dtype))[labels]
        return np.sum(of_each(scores, labels) * share) / scores.shape[0]

    return weighted


def _hinges(scores: Any, labels: Any) -> Any:
    """Return each example's part of `hubel.nn.multiclass_hinge`."""
    right = one_hot(labels, classes=scores.shape[1], dtype=np.dtype(np.bool_))
    own = np.sum(np.where(right, scores, 0.0), axis=1, keepdims=True)
    excess = np.where(right, 0.0, np.maximum(scores - own + 1.0, 0.0))
    return np.sum(excess, axis=1)


def _squared_hinges(scores: Any, labels: Any) -> Any:
    """Return each example's part of `hubel.nn.squared_hinge`."""
    right = one_hot(labels, classes=scores.shape[1], dtype=scores.dtype)
    gap = np.maximum(1.0 + (1.0 - 2.0 * right) * scores, 0.0)
    return np.sum(gap * gap, axis=1)


OF_EACH: dict[str, Loss] = {
    "softmax": cross_entropy,
    "svm": _hinges,
    "squared_hinge": _squared_hinges,
}
"""The loss of each example, by the names that the classifiers take."""
