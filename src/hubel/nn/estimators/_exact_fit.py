"""A linear classifier at its optimum, with its strength of regularisation chosen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from hubel.errors import OptionError
from hubel.nn._module import Array
from hubel.nn.estimators._exact import Optimum, Problem
from hubel.nn.estimators._exact_losses import SCORE_LOSSES
from hubel.nn.estimators._exact_path import AUTO, Choice, choose
from hubel.nn.estimators._exact_rows import Rows


@dataclass(frozen=True, kw_only=True, eq=False)
class ExactFit:
    """What an exact fit is to do.

    Attributes
    ----------
    loss : str
        One of `SCORE_LOSSES`.
    alpha : float, sequence of float, or "auto"
        One strength of regularisation, or several to choose from.
    tol : float
        How short the gradient is to be, beside that at 0.
    most : int
        Steps at most.
    split : callable
        Gives the indices of the examples to choose on without, and with.
    say : callable
        Called with lines of text.
    """

    loss: str
    alpha: Any
    tol: float
    most: int
    split: Callable[[], tuple[Array, Array]]
    say: Callable[[str], object]

    def __post_init__(self) -> None:
        """Check the options before anything is computed."""
        if self.loss not in SCORE_LOSSES:
            raise OptionError(
                f'solver="exact" with loss={self.loss!r}',
                remedy=f"Choose one of {', '.join(SCORE_LOSSES)}.",
            )
        strengths_of(self.alpha)

    def run(
        self,
        rows: Rows,
        labels: Array,
        shares: Array,
        classes: int,
        start: Array | None,
    ) -> tuple[Optimum, Choice | None, float]:
        """Fit.

        Parameters
        ----------
        rows : Rows
        labels : int array of shape (n,)
        shares : array of shape (classes,)
            How much an example of each class counts, 1 on average.
        classes : int
        start : array or None
            Weights to begin with.

        Returns
        -------
        optimum : Optimum
        choice : Choice or None
            If there was more than one strength.
        alpha : float
        """
        strengths = strengths_of(self.alpha)
        if len(strengths) == 1:
            choice, alpha, gram = None, strengths[0], rows.gram()
        else:
            choice, gram = self._choose(rows, labels, shares, classes)
            alpha, start = choice.alpha, choice.weights
        loss = SCORE_LOSSES[self.loss](labels, classes, shares[labels])
        optimum = Problem(rows, loss, gram).solve(
            alpha,
            start,
            tol=self.tol,
            most=self.most,
            told=lambda n, f, g: self.say(
                f"step {n}: objective {f:.6g}, gradient {g:.1e}"
            ),
        )
        return optimum, choice, alpha

    def _choose(
        self, rows: Rows, labels: Array, shares: Array, classes: int
    ) -> tuple[Choice, Array]:
        """Choose a strength; return it with the Gram matrix of all rows."""
        kept, held = self.split()
        few, others = (Rows(rows.data, w, rows.mean, rows.scale) for w in (kept, held))
        loss = SCORE_LOSSES[self.loss](labels[kept], classes, shares[labels[kept]])
        gram = few.gram()
        choice = choose(
            Problem(few, loss, gram),
            others,
            labels[held],
            strengths_of(self.alpha),
            tol=self.tol,
            most=self.most,
            told=lambda a, s: self.say(f"alpha {a:.2g}: validation score {s:.4f}"),
        )
        gram += others.gram()
        return choice, gram


def strengths_of(alpha: Any) -> tuple[float, ...]:
    """Return the strengths of regularisation that an option names.

    Raises
    ------
    OptionError
        If it is none, or there is one below 0.
    """
    if isinstance(alpha, str):
        given = AUTO if alpha == "auto" else ()
    else:
        given = tuple(np.atleast_1d(np.asarray(alpha, np.float64)).tolist())
    if not given or not all(0 <= each < np.inf for each in given):
        raise OptionError(
            f"alpha={alpha!r}",
            remedy='Give a number from 0, several of them, or "auto".',
        )
    return given


def as_columns(weights: Array) -> tuple[Array, Array]:
    """Return weights (d, k) and biases (k,) of scores for each class, from 2 on.

    A score that two classes share is the difference of theirs.
    """
    if weights.shape[1] == 1:
        weights = weights * np.array([-0.5, 0.5])
    return weights[:-1], weights[-1]


def as_rows(weights: Array, biases: Array, columns: int) -> Array:
    """Return what `as_columns` came from."""
    whole = np.vstack([weights, biases]).astype(np.float64)
    return whole[:, 1:] - whole[:, :1] if columns < whole.shape[1] else whole
