"""Linear classifiers to the exact optimum: one Cholesky factor, then few steps.

Minimised is ``loss(X W) + 0.5 alpha sum(W**2)``, in which the last row of W, the
biases, is not penalised. The steps are conjugate gradients of Polak & Ribiere (1969),
begun anew where their factor would be negative, preconditioned by the Cholesky factor
of ``curvature X'X / n + alpha``. The step length is exact: along a line scores are a
line, so that looking along it needs no product with X.
"""

from __future__ import annotations

import importlib
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from hubel.errors import TrainingError
from hubel.nn._module import Array
from hubel.nn.estimators._exact_losses import ScoreLoss
from hubel.nn.estimators._exact_rows import Rows

PATIENCE = 20
"""Steps in a row after which a gradient that became no shorter is as short as rounding
allows."""

Told = Callable[[int, float, float], object]


@dataclass(frozen=True, eq=False)
class Optimum:
    """Where a solver ended.

    Attributes
    ----------
    weights : float64 array of shape (d + 1, k)
        The last row holds the biases.
    objective, loss : float
        With the penalty and without.
    gradient : float
        The length of the objective's gradient there, over that at 0.
    losses : list of float
        Before each step and after the last.
    converged : bool
        Whether the gradient is as short as it was to be.
    """

    weights: Array
    objective: float
    loss: float
    gradient: float
    losses: list[float]
    converged: bool


@dataclass(frozen=True, eq=False)
class Problem:
    """What is minimised, but for the strength of regularisation.

    Attributes
    ----------
    rows : Rows
    loss : ScoreLoss
        Of the scores of these rows.
    gram : array of shape (d + 1, d + 1)
        ``rows.gram()``.
    """

    rows: Rows
    loss: ScoreLoss
    gram: Array

    def solve(
        self,
        alpha: float,
        start: Array | None = None,
        *,
        tol: float,
        most: int,
        told: Told = lambda step, objective, gradient: None,
    ) -> Optimum:
        """Minimise.

        Parameters
        ----------
        alpha : float
            The strength of regularisation, at least 0.
        start : array of shape (d + 1, k), optional
            Weights to begin with instead of 0.
        tol : float
            How short the gradient is to be, beside that at 0.
        most : int
            Steps at most.
        told : callable
            Called after each step with its number, the objective and the gradient.
        """
        weights = np.zeros((self.rows.width, self.loss.columns))
        at_zero = self.loss.slope(np.zeros((len(self.rows), self.loss.columns)))
        unit = float(np.linalg.norm(self.rows.transposed_times(at_zero)))
        # Where the gradient at 0 is 0, that is the optimum, and nothing to divide by.
        walk = _Walk(self, alpha, start if start is not None and unit else weights)
        shortest, waited = math.inf, 0
        for step in range(1, most + 1):
            waited = 0 if walk.length < shortest else waited + 1
            shortest = min(shortest, walk.length)
            if walk.length <= tol * unit or waited > PATIENCE or not walk.advance():
                break
            told(step, walk.objective, walk.length / unit)
        return Optimum(
            walk.weights,
            walk.objective,
            walk.losses[-1],
            walk.length / unit if unit else 0.0,
            walk.losses,
            walk.length <= tol * unit,
        )

    def factor(self, alpha: float) -> Callable[[Array], Array]:
        """Return the solution of equations with about the matrix of second derivatives.

        What is added to the diagonal where rounding has made a pivot negative changes
        the way to the optimum, and not the optimum.

        Raises
        ------
        TrainingError
            If the examples are too large for their dtype.
        """
        linalg: Any = importlib.import_module("scipy.linalg")
        width, dtype = len(self.gram), self.gram.dtype
        share = dtype.type(self.loss.curvature / len(self.rows))
        more = float(np.finfo(dtype).eps * share * np.trace(self.gram) / width)
        while math.isfinite(more):
            matrix = self.gram * share
            matrix.flat[:: width + 1] += more
            matrix.flat[: -1 : width + 1] += alpha
            try:
                # The transpose is the same matrix, in the order that LAPACK overwrites.
                found = linalg.cho_factor(matrix.T, overwrite_a=True)
            except np.linalg.LinAlgError:
                more *= 100
                continue
            solve: Callable[..., Array] = linalg.cho_solve
            return lambda b: solve(found, b.astype(dtype)).astype(np.float64)
        raise TrainingError(
            "the Gram matrix of the examples is not finite",
            remedy="Scale the inputs, or give normalize=True.",
        )


class _Walk:
    """The way to the optimum, with everything that one step leaves to the next."""

    def __init__(self, problem: Problem, alpha: float, start: Array) -> None:
        self._problem, self._alpha = problem, alpha
        self._solve = problem.factor(alpha)
        self.weights = start.copy()
        self._scores = problem.rows.times(start)
        self._direction = np.zeros_like(start)
        self._old: tuple[Array, Array] | None = None
        self.losses: list[float] = []
        self._look()

    def _look(self) -> None:
        """Find the loss and the gradient where the walk is."""
        loss, penalised = self._problem.loss, self.weights[:-1]
        self.losses.append(float(loss.value(self._scores).sum()))
        penalty = 0.5 * self._alpha * float((penalised**2).sum())
        self.objective = self.losses[-1] + penalty
        slope = loss.slope(self._scores)
        self._gradient = self._problem.rows.transposed_times(slope)
        self._gradient[:-1] += self._alpha * penalised
        self.length = float(np.linalg.norm(self._gradient))

    def advance(self) -> bool:
        """Take a step; say whether there was one to take."""
        solved = self._solve(self._gradient)
        size = self._sum(self._gradient * solved)
        beta = np.zeros_like(size)
        if self._old is not None:
            before, old_size = self._old
            fresh = size - self._sum(before * solved)
            beta = np.maximum(fresh / np.where(old_size > 0, old_size, np.inf), 0)
        self._direction = beta * self._direction - solved
        uphill = self._sum(self._direction * self._gradient) >= 0
        self._direction = np.where(uphill, -solved, self._direction)
        self._old = self._gradient, size
        line = self._problem.rows.times(self._direction)
        steps = self._step_length(line)
        self.weights = self.weights + steps * self._direction
        self._scores += steps * line
        self._look()
        return bool(np.any(steps > 0))

    def _step_length(self, line: Array) -> Array:
        """Return where the objective is least along the direction, by Newton's method.

        The slope grows along the line, so each point tells on which side the least one
        lies; what Newton's method would overshoot is halved.
        """
        direction, penalised = self._direction[:-1], self.weights[:-1]
        bend = self._alpha * self._sum(direction**2)
        lean = self._alpha * self._sum(penalised * direction)
        at, low = np.zeros_like(bend), np.zeros_like(bend)
        high = np.full_like(bend, np.inf)
        for _ in range(20):
            first, second = self._problem.loss.along(self._scores + at * line, line)
            first, second = first + lean + at * bend, second + bend
            low, high = np.where(first < 0, at, low), np.where(first > 0, at, high)
            new = at - first / np.where(second > 0, second, np.inf)
            middle = np.where(np.isfinite(high), (low + high) / 2, 2 * low + 1)
            new = np.where((new > low) & (new < high), new, middle)
            moved = np.where(first == 0, at, new)
            if np.all(np.abs(moved - at) <= 1e-2 * np.abs(moved)):
                return moved
            at = moved
        return at

    def _sum(self, products: Array) -> Array:
        """Add up for each score by itself if they are apart, else over all."""
        apart = self._problem.loss.apart
        return products.sum(axis=0) if apart else products.sum(keepdims=True)[0]
