"""What a training run looks like on standard output: the contract."""

from __future__ import annotations

from abc import ABC, abstractmethod
from pathlib import Path

from hubel.experiments import Started, TrainResult
from hubel.nn import Epoch, Slice


class Show(ABC):
    """Prints a run; each method is called as it happens, in this order."""

    @abstractmethod
    def start(self, started: Started) -> None:
        """Say what will be trained."""

    @abstractmethod
    def step(self, piece: Slice) -> None:
        """Say how far the epoch is."""

    @abstractmethod
    def epoch(self, epoch: Epoch) -> None:
        """Say what an epoch came to."""

    @abstractmethod
    def close(self) -> None:
        """Take away what was there for the progress only."""

    @abstractmethod
    def fail(self, report: Path) -> None:
        """Say what is left of a run whose loss was lost; the error comes after it."""

    @abstractmethod
    def end(self, result: TrainResult) -> None:
        """Say what the run came to."""
