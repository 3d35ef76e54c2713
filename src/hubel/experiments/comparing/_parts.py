"""Parts of the page that several comparisons have."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from hubel.experiments.comparing._experiment import Members
from hubel.experiments.comparing._images import ImageExperiment
from hubel.experiments.comparing._spread import RULE, Spread, spread_of
from hubel.view import Markup, Section, Table, comparison, curves
from hubel.view._written import cell, count, duration, percent, words


def accuracy_section(
    experiment: ImageExperiment, members: Members, *, prose: str = ""
) -> Section:
    """Show the test accuracy of every net: a picture, and a table of the rows."""
    tested = experiment.spreads(members)
    learned = experiment.spreads(members, "train_accuracy")
    rows = [
        [
            row,
            count(value(members, row, "parameters")),
            str(tested[row]),
            _ends(tested[row]),
            str(learned[row]),
            duration(spread_of(numbers(members, row, "seconds")).mean),
        ]
        for row in tested
    ]
    head = ("", "parameters", "test accuracy", "lowest and highest")
    table = Table((*head, "training accuracy", "seconds each"), rows)
    about = f"{experiment.seeds} seeds, {experiment.examples:,} test images. {RULE}"
    figure = strips(tested, "Test accuracy")
    return Section("How good they are", f"{prose} {about}".strip(), [figure], table)


def strips(rows: Mapping[str, Spread], title: str) -> Markup:
    """Draw what every seed of every row came to."""
    shown = {row: [100 * v for v in found.values] for row, found in rows.items()}
    return comparison(shown, x_label="% right", title=title)


def learning_section(members: Members) -> Section:
    """Show how losses and validation accuracies changed, averaged over the seeds."""
    lost = {m.row for m in members if m.values["test_accuracy"] is None}
    sound = [m for m in members if m.row not in lost]
    figures = [
        *_means(sound, "train_losses", "Training loss"),
        *_means(sound, "validation_accuracies", "Validation accuracy", 100, "% right"),
    ]
    prose = "Each line is the mean over the seeds."
    if lost:
        prose += f" Some seed of {', '.join(sorted(lost))} lost its loss."
    return Section("While they learned", prose, figures)


def _means(
    members: Members, name: str, title: str, scale: float = 1, label: str = ""
) -> list[Markup]:
    """Draw the mean of each row after every epoch, if it was measured."""
    if not members or any(None in m.values[name] for m in members):
        return []
    lines: dict[str, tuple[list[float], list[float]]] = {}
    for row in rows_of(members):
        measured = np.array([m.values[name] for m in members if m.row == row])
        epochs = np.arange(1.0, measured.shape[1] + 1)
        lines[row] = epochs.tolist(), (scale * measured.mean(axis=0)).tolist()
    size: dict[str, Any] = {"width": 500, "height": 320}
    return [curves(lines, x_label="epoch", y_label=label, title=title, **size)]


def settings_section(experiment: ImageExperiment) -> Section:
    """List the settings in which rows may differ, as they were chosen."""
    rows: list[list[str]] = []
    for row, settings in experiment.variants.items():
        whole = settings.completed()
        rows.append([row, *(cell(name, getattr(whole, name)) for name in _CHOSEN)])
    head = ("", *map(words, _CHOSEN))
    prose = "What nobody said was chosen for the data and the kind of net."
    return Section("How they were trained", prose, (), Table(head, rows))


_CHOSEN = ("hidden", "activation", "epochs", "batch_size", "lr", "l2", "dropout")


def nets_section(members: Members) -> Section:
    """List every net."""
    rows = [
        [m.row, str(m.seed), _accuracy(m.values.get("test_accuracy")), m.folder]
        for m in members
    ]
    head = ("", "seed", "test accuracy", "folder")
    return Section("Every net", "", (), Table(head, rows))


def rows_of(members: Members) -> list[str]:
    """Return the rows that nets belong to, in order."""
    return list(dict.fromkeys(member.row for member in members))


def numbers(members: Members, row: str, name: str) -> list[float | None]:
    """Return a value of every seed of a row."""
    return [m.values.get(name) for m in members if m.row == row]


def value(members: Members, row: str, name: str) -> float:
    """Return a value that all seeds of a row have in common."""
    known = [number for number in numbers(members, row, name) if number is not None]
    return known[0] if known else float("nan")


def _ends(found: Spread) -> str:
    if not found.known:
        return "–"
    return f"{percent(min(found.values))} to {percent(max(found.values))}"


def _accuracy(found: float | None) -> str:
    return "lost its loss" if found is None else percent(found)
