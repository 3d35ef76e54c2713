"""The running numbers of an epoch, for whatever shows how training goes."""

from __future__ import annotations

from hubel.nn._training import Slice


class Running:
    """The sums of an epoch's slices so far.

    Examples
    --------
    >>> now = Running()
    >>> now.add(Slice(1, 1, 1, loss=2.0, correct=3, examples=4, seconds=0.5))
    >>> now.loss, now.accuracy, now.images_per_second
    (2.0, 0.75, 8.0)
    """

    def __init__(self) -> None:
        self._examples, self._loss, self._seconds = 0, 0.0, 0.0
        self._correct: int | None = 0

    def add(self, piece: Slice) -> None:
        """Add a slice."""
        self._examples += piece.examples
        self._loss += piece.loss * piece.examples
        self._seconds += piece.seconds
        if self._correct is not None:
            right = piece.correct
            self._correct = None if right is None else self._correct + right

    @property
    def loss(self) -> float:
        """The loss, averaged over the examples."""
        return self._loss / max(1, self._examples)

    @property
    def accuracy(self) -> float | None:
        """The share of examples that came out right; None where none can."""
        if self._correct is None:
            return None
        return self._correct / max(1, self._examples)

    @property
    def images_per_second(self) -> float:
        """How fast it goes."""
        return self._examples / max(1e-9, self._seconds)
