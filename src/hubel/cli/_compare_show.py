"""What is said of a comparison, in words and in JSON."""

from __future__ import annotations

import math
from dataclasses import asdict

from hubel.cli._lines import tell
from hubel.cli._study_show import StudyShow, Words, print_json
from hubel.experiments.comparing import (
    CompareStanding,
    CompareStarted,
    Comparison,
    Member,
    compare_command,
)


class CompareJson(StudyShow[CompareStarted, CompareStanding, Comparison]):
    """The start, each net as it is finished, and the end; ``event`` tells which."""

    def __init__(self) -> None:
        self._told = 0

    def start(self, started: CompareStarted) -> None:
        """Say what will be compared."""
        tell(started.notices)
        print_json(event="start", **(asdict(started) | {"folder": str(started.folder)}))

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
        print_json(
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
            print_json(event="net", **asdict(member))
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


WORDS = Words(
    introduce,
    progress,
    conclude,
    share=lambda standing: standing.done,
    notices=lambda started: started.notices,
)
