"""A comparison on standard output: the contract, plain lines, and JSON."""

from __future__ import annotations

import json
import math
import time
from abc import ABC, abstractmethod
from dataclasses import asdict
from typing import Any

from hubel.cli._lines import tell
from hubel.cli._words import duration
from hubel.experiments.comparing import (
    CompareStanding,
    CompareStarted,
    Comparison,
    Member,
    compare_command,
)

_SECONDS = 10.0
"""At most one line of progress in so much time, so that no log is flooded."""
_ENOUGH = 0.02
"""Of the whole, before anybody says how long it will take."""


class CompareShow(ABC):
    """Prints a comparison; each method is called as it happens, in this order."""

    @abstractmethod
    def start(self, started: CompareStarted) -> None:
        """Say what will be compared."""

    @abstractmethod
    def move(self, standing: CompareStanding) -> None:
        """Say how far it is."""

    @abstractmethod
    def close(self) -> None:
        """Take away what was there for the progress only."""

    @abstractmethod
    def end(self, result: Comparison) -> None:
        """Say what the comparison came to."""


class CompareLines(CompareShow):
    """A line now and then; `quiet` leaves everything out but the result."""

    def __init__(self, *, quiet: bool = False) -> None:
        self._quiet = quiet
        self._begun = self._last = time.monotonic()
        self._from: float | None = None

    def start(self, started: CompareStarted) -> None:
        """Say what will be compared."""
        tell(started.notices)
        if not self._quiet:
            print(*introduce(started), sep="\n", flush=True)

    def move(self, standing: CompareStanding) -> None:
        """Say how far it is, if it is time."""
        now = time.monotonic()
        if self._from is None:
            self._from, self._begun = standing.done, now
        if self._quiet or now - self._last < _SECONDS:
            return
        self._last = now
        gone = standing.done - self._from
        left = (now - self._begun) / max(gone, 1e-9) * (1 - standing.done)
        ahead = f"  {duration(left)} left" if gone > _ENOUGH else ""
        print(f"{progress(standing)}{ahead}", flush=True)

    def close(self) -> None:
        """Leave every line where it is."""

    def end(self, result: Comparison) -> None:
        """Say what the comparison came to."""
        print(*conclude(result), sep="\n", flush=True)


class CompareJson(CompareShow):
    """The start, each net as it is finished, and the end; ``event`` tells which."""

    def __init__(self) -> None:
        self._told = 0

    def start(self, started: CompareStarted) -> None:
        """Say what will be compared."""
        tell(started.notices)
        _print(event="start", **(asdict(started) | {"folder": str(started.folder)}))

    def move(self, standing: CompareStanding) -> None:
        """Say which nets are finished."""
        self._tell(standing.members)

    def close(self) -> None:
        """Leave every line where it is."""

    def end(self, result: Comparison) -> None:
        """Say what the comparison came to."""
        self._tell(result.members)
        rows = {
            row: {
                "values": [_number(value) for value in found.values],
                "mean": _number(found.mean),
                "deviation": _number(found.deviation),
            }
            for row, found in result.rows.items()
        }
        _print(
            event="end",
            measure=result.measure,
            rows=rows,
            verdict=result.verdict,
            stopped_by=result.stopped_by,
            folder=str(result.folder),
            report=str(result.report),
            seconds=result.seconds,
        )

    def _tell(self, members: tuple[Member, ...]) -> None:
        for member in members[self._told :]:
            _print(event="net", **asdict(member))
        self._told = max(self._told, len(members))


def introduce(started: CompareStarted) -> list[str]:
    """Say what is compared, a line each."""
    return [
        f"comparing on {started.data}: {'; '.join(started.rows)}",
        f"{started.nets} nets: {started.seeds} seeds of each",
        f"if it is interrupted: {compare_command(started.folder)}",
    ]


def progress(standing: CompareStanding) -> str:
    """Write how far a comparison is."""
    nets = f"{len(standing.members)} nets"
    return f"{100 * standing.done:.0f} %  {nets}  now {standing.now}"


def conclude(result: Comparison) -> list[str]:
    """Say what a comparison came to, a line each."""
    wide = max(map(len, result.rows), default=0)
    name = result.measure.replace("_", " ")
    rows = [f"{row:{wide}}  {name} {found}" for row, found in result.rows.items()]
    if not result.stopped_by:
        return [*rows, result.verdict, f"report: {result.report}"]
    again = compare_command(result.folder)
    return [*rows, f"Stopped by {result.stopped_by}.", f"to go on: {again}"]


def _number(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _print(**values: Any) -> None:
    """Print one line."""
    print(json.dumps(values, allow_nan=False), flush=True)
