"""A search on standard output: the contract, plain lines, and JSON."""

from __future__ import annotations

import json
import time
from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any

from hubel.cli._lines import tell
from hubel.cli._words import duration, percent
from hubel.experiments.searching import (
    SearchResult,
    SearchStarted,
    Standing,
    search_command,
)

_SECONDS = 10.0
"""At most one line of progress in so much time, so that no log is flooded."""


_ENOUGH = 0.02
"""Of the whole, for an estimate: the first plans are still being made before."""


class SearchShow(ABC):
    """Prints a search; each method is called as it happens, in this order."""

    @abstractmethod
    def start(self, started: SearchStarted) -> None:
        """Say what will be tried."""

    @abstractmethod
    def move(self, standing: Standing) -> None:
        """Say how far it is."""

    @abstractmethod
    def close(self) -> None:
        """Take away what was there for the progress only."""

    @abstractmethod
    def end(self, result: SearchResult) -> None:
        """Say what the search came to."""


class SearchLines(SearchShow):
    """A line now and then; `quiet` leaves everything out but the result."""

    def __init__(self, *, quiet: bool = False) -> None:
        self._quiet = quiet
        self._begun = self._last = time.monotonic()
        self._from: float | None = None

    def start(self, started: SearchStarted) -> None:
        """Say what will be tried."""
        tell(started.notices)
        if not self._quiet:
            print(*introduce(started), sep="\n", flush=True)

    def move(self, standing: Standing) -> None:
        """Say how far it is, if it is time."""
        now = time.monotonic()
        if self._from is None:
            self._from, self._begun = standing.done, now
        if self._quiet or now - self._last < _SECONDS:
            return
        self._last = now
        print(f"{progress(standing)}{self._left(standing, now)}", flush=True)

    def _left(self, standing: Standing, now: float) -> str:
        """Write how long it will take, once there is something to judge by."""
        gone = standing.done - (self._from or 0.0)
        if gone < _ENOUGH * standing.total:
            return ""
        left = (now - self._begun) / gone * (standing.total - standing.done)
        return f"  {duration(left)} left"

    def close(self) -> None:
        """Leave every line where it is."""

    def end(self, result: SearchResult) -> None:
        """Say what the search came to."""
        print(*conclude(result), sep="\n", flush=True)


class SearchJson(SearchShow):
    """The start, each trial as it ends, and the end; ``event`` tells which."""

    def __init__(self) -> None:
        self._told: set[int] = set()

    def start(self, started: SearchStarted) -> None:
        """Say what will be tried."""
        tell(started.notices)
        _print(
            event="start",
            folder=str(started.folder),
            images=started.images,
            validation_images=started.validation,
            threads=started.threads,
            backend=started.backend,
            notices=started.notices,
            **started.settings.as_json(),
        )

    def move(self, standing: Standing) -> None:
        """Say which trials have ended."""
        for row in standing.rows:
            self._tell(row)

    def close(self) -> None:
        """Leave every line where it is."""

    def end(self, result: SearchResult) -> None:
        """Say what the search came to."""
        for row in result.trials:
            self._tell(row)
        _print(
            event="end",
            best=result.best,
            test_accuracy=result.test_accuracy,
            command=result.command,
            stopped_by=result.stopped_by,
            folder=str(result.folder),
            report=str(result.report),
            seconds=result.seconds,
        )

    def _tell(self, row: Mapping[str, Any]) -> None:
        if row["status"] != "running" and row["trial"] not in self._told:
            self._told.add(row["trial"])
            _print(event="trial", **row)


def introduce(started: SearchStarted) -> list[str]:
    """Say what is tried, a line each."""
    settings = started.settings
    lanes = f"{started.threads} thread{'s' if started.threads > 1 else ''}"
    return [
        f"{settings.train.data}: {started.images:,} images to train on, "
        f"{started.validation:,} to choose by",
        *(f"trying {name} {axis}" for name, axis in settings.space.items()),
        f"{settings.trials:,} trials in {settings.rounds} rounds on {lanes}",
        f"if it is interrupted: {search_command(started.folder)}",
    ]


def progress(standing: Standing) -> str:
    """Write how far a search is."""
    known = [row["validation_accuracy"] for row in standing.rows]
    best = max((value for value in known if value is not None), default=None)
    dropped = sum(row["status"] in ("dropped", "diverged") for row in standing.rows)
    share = 100 * standing.done / max(standing.total, 1e-9)
    return (
        f"round {standing.round}  {share:.0f} %  trials {len(standing.rows)}  "
        f"given up {dropped}  best val {percent(best)}"
    )


def conclude(result: SearchResult) -> list[str]:
    """Say what a search came to, a line each."""
    if result.best is None:
        again = search_command(result.folder)
        return [f"Stopped by {result.stopped_by}.", f"to go on: {again}"]
    where = result.folder / result.best["folder"]
    return [
        f"best of {len(result.trials):,} trials: trial {result.best['trial']}, "
        f"{percent(result.best['validation_accuracy'])} of the validation images",
        f"its test accuracy: {percent(result.test_accuracy)}, measured once",
        f"its run: {where}",
        f"the same again: {result.command}",
        f"report: {result.report}",
    ]


def _print(**values: Any) -> None:
    """Print one line."""
    print(json.dumps(values, allow_nan=False), flush=True)
