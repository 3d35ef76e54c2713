"""How strong regularisation should be, by examples that are held out."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from hubel.nn._module import Array
from hubel.nn.estimators._exact import Problem
from hubel.nn.estimators._exact_rows import Rows

AUTO = tuple(float(alpha) for alpha in np.logspace(0, -6, 13))
"""Strengths to try, from the strongest on: what they have learned is kept."""

WORSE = 2
"""Strengths in a row that may be worse than the best one before."""


@dataclass(frozen=True, eq=False)
class Choice:
    """A strength of regularisation.

    Attributes
    ----------
    alpha : float
    weights : array
        At the optimum, on the examples that were not held out.
    tried : dict of float to float
        The accuracy on those that were, by strength, in the order of trial.
    """

    alpha: float
    weights: Array
    tried: dict[float, float]


def choose(
    problem: Problem,
    held: Rows,
    labels: Array,
    alphas: Sequence[float],
    *,
    tol: float,
    most: int,
    told: Callable[[float, float], object],
) -> Choice:
    """Try strengths, from the strongest on, until the accuracy only falls.

    Parameters
    ----------
    problem : Problem
        Without the examples that are held out.
    held : Rows
    labels : int array of shape (len(held),)
    alphas : sequence of float
        At least one.
    tol, most
        As for :meth:`Problem.solve`.
    told : callable
        Called with each strength and the accuracy.
    """
    tried: dict[float, float] = {}
    best = Choice(math.nan, np.empty(0), tried)
    highest, worse, weights = -1.0, 0, None
    for alpha in sorted(alphas, reverse=True):
        weights = problem.solve(alpha, weights, tol=tol, most=most).weights
        accuracy = float((classes_of(held.times(weights)) == labels).mean())
        tried[alpha] = accuracy
        told(alpha, accuracy)
        worse = 0 if accuracy > highest else worse + 1
        if accuracy > highest:
            highest, best = accuracy, Choice(alpha, weights, tried)
        if worse > WORSE:
            break
    return best


def classes_of(scores: Array) -> Array:
    """Return the chosen class of each row of scores, of which two share one."""
    if scores.shape[1] == 1:
        return (scores[:, 0] > 0).astype(np.int64)
    return scores.argmax(axis=1)
