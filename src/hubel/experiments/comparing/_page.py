"""The page of a comparison."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hubel.experiments._atomic import write_whole
from hubel.experiments.comparing._events import Comparison
from hubel.experiments.comparing._experiment import Experiment
from hubel.view import Section, Table, report
from hubel.view._written import cell, duration, words


def write_page(experiment: Experiment, result: Comparison) -> None:
    """Write the page.

    Raises
    ------
    RunError
        If the file cannot be written.
    """
    sections: list[Section] = []
    if result.rows:
        whole = [m for m in result.members if m.row in result.rows]
        sections = experiment.sections(result.folder, whole)
    note = f"Stopped by {result.stopped_by}." if result.stopped_by else ""
    facts = [
        ("nets", str(len(result.members))),
        ("seeds", str(experiment.seeds)),
        ("time", duration(result.seconds)),
    ]
    page = report(
        f"{experiment.title}: {experiment.data}",
        result.verdict,
        [*sections, _settings(experiment.settings)],
        facts=facts,
        note=" ".join([note, *(f"{each}." for each in experiment.notices)]).strip(),
        kind="hubel · compare",
    )
    write_whole(result.report, page)


def _settings(settings: Mapping[str, Any]) -> Section:
    """List what all nets have in common."""
    rows = [(words(k), cell(k, v)) for k, v in settings.items() if v is not None]
    return Section("Settings", "", (), Table((), rows, "What all nets share"))
