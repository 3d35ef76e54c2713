"""The page of a search: the picture as CS231n draws it, and every trial in a table."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from hubel.experiments._atomic import write_whole
from hubel.experiments.searching._events import Row, SearchResult
from hubel.experiments.searching._settings import SearchSettings
from hubel.experiments.searching._space import Axis, Range
from hubel.view import Markup, SearchDot, Section, Table, report, search_map
from hubel.view._written import cell, duration, percent, words

_PAIR = ("lr", "l2")
_LABELS = {"lr": "learning rate", "l2": "L2 regularisation"}
_COLUMNS = ("trial", "round", "status", "epochs", "validation_accuracy", "train_loss")


def write_page(path: Path, settings: SearchSettings, result: SearchResult) -> None:
    """Write the page.

    Raises
    ------
    RunError
        If the file cannot be written.
    """
    note = f"Stopped by {result.stopped_by}." if result.stopped_by else ""
    page = report(
        f"Search on {settings.train.data}",
        _summary(settings, result),
        [*_picture(settings, result), _again(result), _table(settings, result)],
        facts=_facts(result),
        note=note,
        kind="hubel · search",
    )
    write_whole(path, page)


def _summary(settings: SearchSettings, result: SearchResult) -> str:
    """Say what was tried."""
    tried = "; ".join(
        f"{_LABELS.get(name, words(name))} {_tried(axis)}"
        for name, axis in settings.space.items()
    )
    rounds = f" in {settings.rounds} rounds" if settings.rounds > 1 else ""
    return f"{len(result.trials)} trials{rounds}: {tried}."


def _tried(axis: Axis) -> str:
    """Write what was tried of a setting."""
    if isinstance(axis, Range):
        return f"{axis.low:g} to {axis.high:g}"
    return str(axis).replace(",", ", ")


def _facts(result: SearchResult) -> list[tuple[str, str]]:
    """Return the numbers that are shown large."""
    facts = [("trials", str(len(result.trials)))]
    if result.best is not None:
        facts += [("best on validation", percent(result.best["validation_accuracy"]))]
    if result.test_accuracy is not None:
        facts += [("its test accuracy", percent(result.test_accuracy))]
    return [*facts, ("time", duration(result.seconds))]


def _picture(settings: SearchSettings, result: SearchResult) -> list[Section]:
    """Draw accuracy over two ranges, or over the only one there is."""
    ranges = {n: a for n, a in settings.space.items() if isinstance(a, Range)}
    names = sorted(ranges, key=lambda n: _PAIR.index(n) if n in _PAIR else len(_PAIR))
    if len(names) < 2:
        return []
    across, up = names[:2]
    picture: Markup = search_map(
        [_dot(row, across, up, result.best) for row in result.trials],
        x=_axis(ranges[across]),
        y=_axis(ranges[up]),
        x_label=_LABELS.get(across, words(across)),
        y_label=_LABELS.get(up, words(up)),
        title="Validation accuracy of every trial",
    )
    prose = (
        "Each circle is a trial, with its accuracy on the validation images in "
        "percent: the darker and larger, the better. A dashed circle is a trial that "
        "was given up early, a cross one that lost its loss."
    )
    return [Section("Where it learns", prose, [picture])]


def _axis(axis: Range) -> tuple[float, float, bool]:
    return axis.low, axis.high, axis.log


def _dot(row: Row, across: str, up: str, best: Row | None) -> SearchDot:
    return SearchDot(
        name=f"trial {row['trial']}",
        x=row[across],
        y=row[up],
        accuracy=row["validation_accuracy"],
        whole=row["status"] == "finished",
        best=best is not None and row["trial"] == best["trial"],
    )


def _again(result: SearchResult) -> Section:
    """Say how the best net is trained again."""
    if result.best is None:
        return Section("The best trial", "None was trained to its end.")
    prose = (
        f"Trial {result.best['trial']}, in {result.best['folder']}. It was chosen by "
        "the validation images; the test images were looked at once, for it alone. The "
        "same settings again; without --epochs, for as long as a training usually is:"
    )
    return Section("The best trial", prose, (), Table((), [("", result.command)]))


def _table(settings: SearchSettings, result: SearchResult) -> Section:
    """List the trials, the best first."""
    names = [*_COLUMNS, *settings.space]
    ordered = sorted(
        result.trials, key=lambda row: (-row["epochs"], -_accuracy(row), row["trial"])
    )
    rows: Sequence[Sequence[str]] = [
        [_written(name, row[name]) for name in names] for row in ordered
    ]
    return Section("Every trial", "", (), Table([words(n) for n in names], rows))


def _accuracy(row: Row) -> float:
    value: Any = row["validation_accuracy"]
    return 0.0 if value is None else value


def _written(name: str, value: Any) -> str:
    """Write a cell; settings with all of their few digits."""
    if isinstance(value, float) and not name.endswith(("accuracy", "loss")):
        return f"{value:g}"
    return cell(name, value)
