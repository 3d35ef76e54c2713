"""What is said of a search, in words and in JSON."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hubel.cli._lines import tell
from hubel.cli._study_show import StudyShow, Words, print_json
from hubel.cli._words import percent
from hubel.experiments.searching import (
    SearchResult,
    SearchStarted,
    Standing,
    search_command,
)


class SearchJson(StudyShow[SearchStarted, Standing, SearchResult]):
    """The start, each trial as it ends, and the end; ``event`` tells which."""

    def __init__(self) -> None:
        self._told: set[int] = set()

    def start(self, started: SearchStarted) -> None:
        """Say what will be tried."""
        tell(started.notices)
        print_json(
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
        print_json(
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
            print_json(event="trial", **row)


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
    share = 100 * _share(standing)
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


def _share(standing: Standing) -> float:
    """Return how much of a search is done."""
    return standing.done / max(standing.total, 1e-9)


WORDS = Words(
    introduce,
    progress,
    conclude,
    share=_share,
    notices=lambda started: started.notices,
)
