"""What happened during training: curves of losses and accuracies, and every number."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np

from hubel.view._curves import curves
from hubel.view._markup import Markup
from hubel.view._report import Section, Table
from hubel.view._theme import SERIES
from hubel.view._written import column, percent, words

Measurement = Mapping[str, float | None]
History = Sequence[Measurement]
Lines = dict[str, tuple[list[float], list[float]]]

_ROWS = 200
"""A longer history is thinned to so many rows in the table, never in the curves."""
_LOG_FROM = 100.0
"""A loss whose greatest value is so many times its least is drawn logarithmically."""


def history_sections(history: History) -> list[Section]:
    """Show how losses and accuracies changed, and every number behind it."""
    if not history:
        return []
    clock = "step" if "step" in history[0] and "epoch" not in history[0] else "epoch"
    losses = _lines(history, clock, "loss")
    accuracies = _lines(history, clock, "accuracy", scale=100)
    figures = [
        *_chart(losses, clock, title="Loss", log_y=_spans_decades(losses)),
        *_chart(accuracies, clock, title="Accuracy", y_label="% right"),
    ]
    headline = "What happened during training"
    return [Section(headline, _best(history, clock), figures, _table(history))]


def _chart(
    lines: Lines, clock: str, *, title: str, y_label: str = "", log_y: bool = False
) -> list[Markup]:
    """Draw lines, if there are any, in a size that two of fit side by side."""
    if not lines:
        return []
    chart = curves(
        lines,
        x_label=clock,
        y_label=y_label,
        title=title,
        log_y=log_y,
        width=440,
        height=290,
    )
    return [chart]


def _lines(history: History, clock: str, kind: str, scale: float = 1) -> Lines:
    """Return a line for each key such as ``train_loss``, by what is before the kind."""
    keys = [k for k in _keys(history) if k == kind or k.endswith(f"_{kind}")]
    x = [_value(row, clock, k + 1) for k, row in enumerate(history)]
    return {
        words(key.removesuffix(f"_{kind}")): (
            x,
            [scale * _value(row, key) for row in history],
        )
        for key in keys[:SERIES]
    }


def _keys(history: History) -> list[str]:
    """Return every key of a history, in the order in which they first appear."""
    return list(dict.fromkeys(key for row in history for key in row))


def _value(row: Measurement, key: str, absent: float = math.nan) -> float:
    """Return what was measured, or a stand-in where nothing was."""
    value = row.get(key)
    return absent if value is None else float(value)


def _spans_decades(lines: Lines) -> bool:
    """Return whether losses are positive and differ too much for a linear axis."""
    values = np.array([value for _, y in lines.values() for value in y])
    known = values[np.isfinite(values)]
    if not known.size or known.min() <= 0:
        return False
    return bool(known.max() >= _LOG_FROM * known.min())


def _best(history: History, clock: str) -> str:
    """Say when the validation accuracy was best, if it was measured."""
    key = "validation_accuracy"
    values = np.array([_value(row, key) for row in history])
    if not np.isfinite(values).any():
        return ""
    best = int(np.nanargmax(values))
    at = _value(history[best], clock, best + 1)
    accuracy = percent(float(values[best]))
    return f"The validation accuracy was best at {clock} {at:g}: {accuracy}."


def _table(history: History) -> Table:
    """Return every measurement as a row, or evenly chosen ones of a long history."""
    keys = _keys(history)
    even = np.linspace(0, len(history) - 1, _ROWS).round()
    chosen: list[int] = np.unique(even.astype(np.int64)).tolist()
    columns = [column(key, [history[k].get(key) for k in chosen]) for key in keys]
    rows = list(zip(*columns, strict=True))
    folded = "All numbers behind the curves"
    if len(chosen) < len(history):
        folded = f"{len(chosen)} of the {len(history):,} measurements as numbers"
    return Table([words(key) for key in keys], rows, folded)
