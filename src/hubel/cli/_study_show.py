"""A study of many nets on standard output: the contract, and plain lines."""

from __future__ import annotations

import json
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from hubel.cli._lines import tell
from hubel.cli._words import duration

Started = TypeVar("Started")
Standing = TypeVar("Standing")
Result = TypeVar("Result")

_SECONDS = 10.0
"""At most one line of progress in so much time, so that no log is flooded."""
_ENOUGH = 0.02
"""Of the whole, for an estimate: the first plans are still being made before."""


class StudyShow(ABC, Generic[Started, Standing, Result]):
    """Prints a study; each method is called as it happens, in this order."""

    @abstractmethod
    def start(self, started: Started) -> None:
        """Say what will be done."""

    @abstractmethod
    def move(self, standing: Standing) -> None:
        """Say how far it is."""

    @abstractmethod
    def close(self) -> None:
        """Take away what was there for the progress only."""

    @abstractmethod
    def end(self, result: Result) -> None:
        """Say what it came to."""


@dataclass(frozen=True)
class Words(Generic[Started, Standing, Result]):
    """What is said of one kind of study.

    Attributes
    ----------
    introduce, conclude : callable
        Give lines at the start and at the end.
    progress : callable
        Gives one line on how far it is.
    share : callable
        Gives how much of it is done, from 0 to 1.
    notices : callable
        Gives what the user has to know before it starts.
    """

    introduce: Callable[[Started], list[str]]
    progress: Callable[[Standing], str]
    conclude: Callable[[Result], list[str]]
    share: Callable[[Standing], float]
    notices: Callable[[Started], tuple[str, ...]]


class StudyLines(StudyShow[Started, Standing, Result]):
    """A line now and then; `quiet` leaves everything out but the result."""

    def __init__(
        self, words: Words[Started, Standing, Result], *, quiet: bool = False
    ) -> None:
        self._words, self._quiet = words, quiet
        self._begun = self._last = time.monotonic()
        self._from: float | None = None

    def start(self, started: Started) -> None:
        """Say what will be done."""
        tell(self._words.notices(started))
        if not self._quiet:
            print(*self._words.introduce(started), sep="\n", flush=True)

    def move(self, standing: Standing) -> None:
        """Say how far it is, if it is time."""
        now, done = time.monotonic(), self._words.share(standing)
        if self._from is None:
            self._from, self._begun = done, now
        if self._quiet or now - self._last < _SECONDS:
            return
        self._last = now
        gone = done - self._from
        left = (now - self._begun) / max(gone, 1e-9) * (1 - done)
        ahead = f"  {duration(left)} left" if gone > _ENOUGH else ""
        print(f"{self._words.progress(standing)}{ahead}", flush=True)

    def close(self) -> None:
        """Leave every line where it is."""

    def end(self, result: Result) -> None:
        """Say what it came to."""
        print(*self._words.conclude(result), sep="\n", flush=True)


def print_json(**values: Any) -> None:
    """Print one JSON object on a line of its own."""
    print(json.dumps(values, allow_nan=False), flush=True)
