"""When to stop, and what was best."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Generic, TypeVar

Kept = TypeVar("Kept")


@dataclass
class Patience(Generic[Kept]):
    """Watches scores, of which more is better.

    Parameters
    ----------
    tol : float
        By how much a score has to exceed the best one to count as better.
    epochs : int
        How many in a row may pass without one that does.
    best : float
        The highest score.
    kept : object
        What the one who watches put there.
    """

    tol: float
    epochs: int
    best: float = -math.inf
    kept: Kept | None = None
    waited: int = field(default=0, init=False)

    def improves(self, score: float) -> bool:
        """Look at a score; say whether it is the highest yet."""
        self.waited = 0 if score >= self.best + self.tol else self.waited + 1
        if score <= self.best:
            return False
        self.best = score
        return True

    @property
    def over(self) -> bool:
        """Whether nothing got better for long enough."""
        return self.waited > self.epochs
