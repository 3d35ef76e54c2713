"""How good predictions are."""

from __future__ import annotations

from typing import Any

import numpy as np

from hubel.errors import OptionError, ShapeError
from hubel.nn._module import Array


def count_correct(scores: Any, targets: Any) -> Any:
    """Count the examples whose class comes out right, on arrays or traced values.

    Parameters
    ----------
    scores : array of shape (n, k), or (n,) or (n, 1) for a yes-or-no question
    targets : array of shape (n,)
        Classes; or 1 for yes and 0 for no.

    Returns
    -------
    integer, or None where the targets are not classes.
    """
    if targets.dtype.kind not in "iub" or len(targets.shape) != 1:
        return None
    return np.sum(choose(scores) == targets)


def choose(scores: Any) -> Any:
    """Return the chosen class of each example: the first of the highest scores.

    A single score chooses 1 where it is above 0, else 0.
    """
    if len(scores.shape) == 1:
        return scores > 0
    if scores.shape[1] == 1:
        return scores[:, 0] > 0
    return np.argmax(scores, axis=1)


def confusion_matrix(true: Array, predicted: Array, classes: int) -> Array:
    """Count how often each class was taken for each.

    Parameters
    ----------
    true, predicted : array of int, shape (n,)
        Classes from 0 to ``classes - 1``.
    classes : int
        How many there are.

    Returns
    -------
    array of int64, shape (classes, classes)
        Row: the right class; column: the predicted one.

    Raises
    ------
    ShapeError, OptionError
        If the arrays differ in shape, or hold a number that is not of a class.

    Examples
    --------
    >>> confusion_matrix(np.array([0, 1, 1]), np.array([0, 0, 1]), 2)
    array([[1, 0],
           [1, 1]])
    """
    true, predicted = np.asarray(true), np.asarray(predicted)
    if true.shape != predicted.shape or true.ndim != 1:
        raise ShapeError(
            f"true classes of shape {true.shape} and predicted ones of shape "
            f"{predicted.shape}: needed is (n,) for both"
        )
    for name, array in (("true", true), ("predicted", predicted)):
        if array.size and not 0 <= array.min() <= array.max() < classes:
            raise OptionError(
                f"{name} classes from {array.min()} to {array.max()} are not all "
                f"among {classes}, which number 0 to {classes - 1}"
            )
    cells = true.astype(np.int64) * classes + predicted
    counts = np.bincount(cells, minlength=classes * classes)
    return counts.reshape(classes, classes)
