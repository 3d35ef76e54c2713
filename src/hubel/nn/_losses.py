"""Losses: how wrong scores are, as one number that is averaged over the examples."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from hubel.errors import DTypeError, OptionError, ShapeError
from hubel.gates._cross_entropy import softmax_cross_entropy as cross_entropy
from hubel.gates._softmax import one_hot
from hubel.graph.term import Term

Loss = Callable[[Any, Any], Any]


def softmax_cross_entropy(scores: Any, labels: Any) -> Any:
    """Return the mean over examples of -log of the right class's probability.

    The probabilities are the softmax of an example's scores; computed without
    overflow for any finite scores.

    Parameters
    ----------
    scores : array of shape (n, k)
        One score for each class.
    labels : array of int, shape (n,)
        The right classes, from 0 to k - 1.

    Returns
    -------
    scalar
        At least 0; about log(k) for an untrained net.

    Raises
    ------
    ShapeError, DTypeError, OptionError
        If scores and labels are not the above.

    Examples
    --------
    >>> float(softmax_cross_entropy(np.zeros((2, 10)), np.array([3, 7]))).__round__(4)
    2.3026
    """
    _check_classes(scores, labels)
    return np.sum(cross_entropy(scores, labels)) / scores.shape[0]


def multiclass_hinge(scores: Any, labels: Any, margin: float = 1.0) -> Any:
    """Return the mean over examples of the multiclass SVM loss.

    For an example of class y it is the sum over the other classes j of
    max(0, s_j - s_y + margin) (Weston & Watkins 1999, as in CS231n).

    Parameters
    ----------
    scores, labels
        As for :func:`softmax_cross_entropy`.
    margin : float
        By how much the right score has to exceed the others.

    Examples
    --------
    >>> scores = np.array([[3.2, 5.1, -1.7], [1.3, 4.9, 2.0]])
    >>> float(multiclass_hinge(scores, np.array([0, 1]))).__round__(2)
    1.45
    """
    _check_classes(scores, labels)
    right = one_hot(labels, classes=scores.shape[1], dtype=np.dtype(np.bool_))
    own = np.sum(np.where(right, scores, 0.0), axis=1, keepdims=True)
    excess = np.where(right, 0.0, np.maximum(scores - own + margin, 0.0))
    return np.sum(excess) / scores.shape[0]


def squared_hinge(scores: Any, labels: Any) -> Any:
    """Return the mean over examples of the squared hinge loss, one class against all.

    For an example of class y it is the sum over the classes j of max(0, 1 - s_j)**2
    for j = y and of max(0, 1 + s_j)**2 for the others: each class has an SVM of its
    own, with the smooth loss of Tang 2013, "Deep learning using linear SVMs".

    Parameters
    ----------
    scores, labels
        As for :func:`softmax_cross_entropy`.

    Examples
    --------
    >>> scores = np.array([[0.5, -2.0, -1.0]])
    >>> float(squared_hinge(scores, np.array([0])))
    0.25
    """
    _check_classes(scores, labels)
    right = one_hot(labels, classes=scores.shape[1], dtype=scores.dtype)
    gap = np.maximum(1.0 + (1.0 - 2.0 * right) * scores, 0.0)
    return np.sum(gap * gap) / scores.shape[0]


def logistic(scores: Any, targets: Any) -> Any:
    """Return the mean over examples of the loss of a yes-or-no question.

    With p = sigmoid(score) it is -log(p) where the target is 1 and -log(1 - p) where
    it is 0; computed as max(s, 0) - s t + log(1 + exp(-abs(s))), without overflow.

    Parameters
    ----------
    scores : array of shape (n,) or (n, 1)
        The logarithm of the odds of "yes".
    targets : array of shape (n,)
        1 for yes, 0 for no, or a probability in between.

    Examples
    --------
    >>> float(logistic(np.array([0.0, 100.0]), np.array([1, 1]))).__round__(4)
    0.3466
    """
    s, t = _one_each(scores), np.asarray(targets) if _plain(targets) else targets
    if s.shape != t.shape:
        raise ShapeError(
            f"scores of shape {tuple(scores.shape)} and targets of shape "
            f"{tuple(t.shape)}: needed are (n,) or (n, 1), and (n,)"
        )
    t = t.astype(s.dtype)
    each = np.maximum(s, 0.0) - s * t + np.log1p(np.exp(-np.abs(s)))
    return np.sum(each) / s.shape[0]


def squared(predictions: Any, targets: Any) -> Any:
    """Return half the squared distance from the targets, averaged over examples.

    Of n examples with d numbers each it is the sum of all (prediction - target)**2,
    divided by 2 n: the d numbers are summed, not averaged.

    Parameters
    ----------
    predictions : array of shape (n, d), or (n,), or (n, 1) for targets of (n,)
    targets : array of the same shape

    Examples
    --------
    >>> float(squared(np.zeros((2, 3)), np.ones((2, 3))))
    1.5
    """
    if tuple(predictions.shape) == (*targets.shape, 1):
        predictions = _one_each(predictions)
    if tuple(predictions.shape) != tuple(targets.shape):
        raise ShapeError(
            f"predictions of shape {tuple(predictions.shape)} and targets of shape "
            f"{tuple(targets.shape)} differ"
        )
    error = predictions - targets
    return np.sum(error * error) / (2.0 * predictions.shape[0])


def _plain(value: Any) -> bool:
    return not isinstance(value, Term)


def _one_each(scores: Any) -> Any:
    """Take the axis of length 1 off scores of shape (n, 1)."""
    if len(scores.shape) == 2 and scores.shape[1] == 1:
        return np.reshape(scores, (scores.shape[0],))
    return scores


def _check_classes(scores: Any, labels: Any) -> None:
    """Refuse scores and labels that do not fit each other."""
    shape = tuple(scores.shape)
    if len(shape) != 2 or tuple(labels.shape) != shape[:1]:
        raise ShapeError(
            f"scores of shape {shape} and labels of shape {tuple(labels.shape)}: "
            "needed are (n, k) and (n,)"
        )
    if labels.dtype.kind not in "iu":
        raise DTypeError(f"labels must be whole numbers, not {labels.dtype}")
    if _plain(labels):
        check_labels(labels, shape[1])


def check_labels(labels: Any, classes: int) -> None:
    """Refuse labels that are not the number of a class."""
    if labels.size and not 0 <= labels.min() <= labels.max() < classes:
        raise OptionError(
            f"labels from {labels.min()} to {labels.max()} do not fit {classes} "
            f"scores, which number 0 to {classes - 1}"
        )


LOSSES: dict[str, Loss] = {
    "softmax": softmax_cross_entropy,
    "svm": multiclass_hinge,
    "squared_hinge": squared_hinge,
    "logistic": logistic,
    "squared": squared,
}
"""Every loss by the name that options use."""


def find_loss(loss: str | Loss) -> Loss:
    """Return the loss of a name; a function of scores and targets is itself."""
    if not isinstance(loss, str):
        return loss
    if loss not in LOSSES:
        raise OptionError(
            f"there is no loss {loss!r}", remedy=f"Choose one of {', '.join(LOSSES)}."
        )
    return LOSSES[loss]
