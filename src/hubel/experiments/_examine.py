"""How good a trained net is on images that it has never seen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from hubel.data import Dataset
from hubel.nn import LOSSES, Module, confusion_matrix, predict_scores

Array = np.ndarray[Any, np.dtype[Any]]


@dataclass(frozen=True, eq=False)
class Examination:
    """How a net did on test images.

    Attributes
    ----------
    accuracy : float
        From 0 to 1.
    loss : float
        Averaged over the images.
    confusion : array of int, shape (k, k)
        Rows true, columns predicted.
    predicted : array of int, shape (n,)
    sureness : array of float, shape (n,)
        For softmax the probability of the predicted class, otherwise by how much its
        score is above the next one.
    """

    accuracy: float
    loss: float
    confusion: Array
    predicted: Array
    sureness: Array


def examine(net: Module, test: Dataset, *, loss: str) -> Examination:
    """Let a net classify test images."""
    scores = predict_scores(net, test.images)
    predicted = scores.argmax(axis=1)
    return Examination(
        accuracy=float((predicted == test.labels).mean()),
        loss=float(LOSSES[loss](scores, test.labels)),
        confusion=confusion_matrix(test.labels, predicted, len(test.class_names)),
        predicted=predicted,
        sureness=_probability(scores) if loss == "softmax" else _margin(scores),
    )


def _probability(scores: Array) -> Array:
    """Return the softmax of each row's highest score."""
    return 1 / np.exp(scores - scores.max(axis=1, keepdims=True)).sum(axis=1)


def _margin(scores: Array) -> Array:
    """Return by how much each row's highest score is above the second."""
    ordered = np.sort(scores, axis=1)
    return ordered[:, -1] - ordered[:, -2]
