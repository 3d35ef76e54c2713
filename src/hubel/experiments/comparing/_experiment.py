"""What every comparison has: its rows, its jobs, and what its page shows."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from hubel.data import Progress
from hubel.experiments.comparing._members import Job, Member
from hubel.experiments.comparing._spread import Spread, spread_of, verdict
from hubel.view import Section

Members = Sequence[Member]


class Experiment(ABC):
    """One of the lecture's experiments, with its settings.

    Attributes
    ----------
    title : str
        What the page is called.
    measure : str
        The name of the value that rows are compared by.
    seeds : int
    """

    title: str
    measure: str = "test_accuracy"
    seeds: int

    @property
    @abstractmethod
    def data(self) -> str:
        """What the nets learn from is called."""

    @property
    @abstractmethod
    def rows(self) -> Sequence[str]:
        """What is compared, in order."""

    @property
    @abstractmethod
    def settings(self) -> Mapping[str, Any]:
        """Return every setting, as JSON can hold it, from which this can be made."""

    @abstractmethod
    def prepare(self, progress: Progress | None) -> dict[str, Any]:
        """Read the data; return what tells them from others, as JSON can hold it."""

    @property
    @abstractmethod
    def examples(self) -> int:
        """How many examples an accuracy is taken over, once prepared."""

    @property
    @abstractmethod
    def notices(self) -> tuple[str, ...]:
        """What a user should know, once prepared."""

    @abstractmethod
    def jobs(self) -> Sequence[Job]:
        """Return what there is to train."""

    @abstractmethod
    def sections(self, folder: Path, members: Members) -> list[Section]:
        """Return what the page shows of nets that have all been trained."""

    def verdict(self, members: Members) -> str:
        """Say in a sentence what came out, once all nets have been trained."""
        return verdict(self.spreads(members), self.examples)

    def spreads(self, members: Members, measure: str = "") -> dict[str, Spread]:
        """Return what each row came to, those that are complete."""
        name = measure or self.measure
        found = {
            row: [m.values.get(name) for m in members if m.row == row]
            for row in self.rows
        }
        return {
            row: spread_of(values)
            for row, values in found.items()
            if len(values) == self.seeds
        }
