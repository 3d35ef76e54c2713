"""Sums over the steps of an epoch, which depend on nothing but the steps."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple


class Tally(NamedTuple):
    """What the steps of an epoch have added up to, one after the other.

    Attributes
    ----------
    loss : float
        Summed over the examples.
    correct : int or None
        As in :class:`Slice`.
    examples : int
    """

    loss: float = 0.0
    correct: int | None = 0
    examples: int = 0

    @property
    def mean_loss(self) -> float:
        """The loss of an example, on average."""
        return self.loss / self.examples

    @property
    def accuracy(self) -> float | None:
        """The fraction that came out right."""
        return None if self.correct is None else self.correct / self.examples

    def add_steps(
        self, mean_losses: Iterable[float], correct: int | None, examples: int
    ) -> Tally:
        """Return this with more steps of so many examples each, added one by one."""
        total, count = self.loss, 0
        for loss in mean_losses:
            total += loss * examples
            count += 1
        right = _sum(self.correct, correct)
        return Tally(total, right, self.examples + count * examples)

    def since(self, before: Tally) -> Tally:
        """Return what was added to an earlier tally."""
        correct = None if before.correct is None else -before.correct
        return Tally(
            self.loss - before.loss,
            _sum(self.correct, correct),
            self.examples - before.examples,
        )


def _sum(first: int | None, second: int | None) -> int | None:
    return None if first is None or second is None else first + second
