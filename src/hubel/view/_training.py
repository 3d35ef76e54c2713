"""The report of a training run, from what the run left behind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hubel.view._confusion import LARGEST, confusion, read_matrix
from hubel.view._filters import filters
from hubel.view._history import History, history_sections
from hubel.view._markup import Markup
from hubel.view._mistakes import mistakes
from hubel.view._report import Section, Table, report
from hubel.view._written import cell, count, duration, percent, short, words

_WORST = 24
"""How many mistakes are shown: three rows of a wide page."""


@dataclass(frozen=True, kw_only=True)
class TrainingRecord:
    """What a training run left behind, as plain data; what is missing is left out.

    Parameters
    ----------
    title : str
        The page's headline.
    net : str
        The net in the lecture's words: "2-layer net, 1 hidden layer: 3072-100-10,
        308,310 parameters".
    settings : mapping of str to object
        Every setting of the run by name.
    history : sequence of mappings
        One mapping a measurement, with "epoch" (or "step") and any of "train_loss",
        "validation_loss", "train_accuracy", "validation_accuracy", ...: keys that end
        in ``loss`` and ``accuracy`` are drawn, all are in the table. Accuracies are
        fractions from 0 to 1; None means not measured.
    test_accuracy, final_loss, seconds, images_per_second : float, optional
        The results.
    note : str
        What a reader must know first, such as why the run ended early.
    classes : sequence of str
        The names of the classes.
    confusion : array_like of int, optional
        Shape (k, k): rows true, columns predicted.
    weights : array_like, optional
        First-layer weights, as `filters` takes them.
    weight_shape : tuple of int
        How the net's inputs form an image: (h, w) or (h, w, c).
    images : numpy.ndarray of uint8, optional
        Test images, as `mistakes` takes them.
    true, predicted : array_like of int
        Their right and chosen classes.
    sureness : array_like, optional
        How sure each choice was; a probability unless `percent` is false.
    percent : bool
        Whether `sureness` is a probability.
    """

    title: str
    net: str
    settings: Mapping[str, object] = field(default_factory=dict[str, object])
    history: History = ()
    test_accuracy: float | None = None
    final_loss: float | None = None
    seconds: float | None = None
    images_per_second: float | None = None
    note: str = ""
    classes: Sequence[str] = ()
    confusion: ArrayLike | None = None
    weights: ArrayLike | None = None
    weight_shape: tuple[int, ...] = (32, 32, 3)
    images: NDArray[Any] | None = None
    true: ArrayLike = ()
    predicted: ArrayLike = ()
    sureness: ArrayLike = ()
    percent: bool = True


def training_report(record: TrainingRecord) -> Markup:
    """Write the page that shows what a training run did.

    Parameters
    ----------
    record : TrainingRecord
        What the run left behind.

    Returns
    -------
    Markup
        A whole HTML page of at most about 2 MB, as `report` writes it.

    Examples
    --------
    >>> history = [{"epoch": 1, "train_loss": 2.1}, {"epoch": 2, "train_loss": 1.7}]
    >>> page = training_report(
    ...     TrainingRecord(title="A run", net="2-layer net", history=history)
    ... )
    >>> "What happened during training" in page
    True
    """
    sections = [
        *history_sections(record.history),
        *_confusion(record),
        *_filters(record),
        *_mistakes(record),
        *_settings(record.settings),
    ]
    return report(
        record.title,
        record.net,
        sections,
        facts=_facts(record),
        note=record.note,
        kind="hubel · training report",
    )


def _facts(record: TrainingRecord) -> list[tuple[str, str]]:
    """Return the results as few large numbers."""
    written = [
        ("test accuracy", record.test_accuracy, percent),
        ("final training loss", record.final_loss, short),
        ("training time", record.seconds, duration),
        ("images a second", record.images_per_second, count),
    ]
    return [(name, write(v)) for name, v, write in written if v is not None]


def _confusion(record: TrainingRecord) -> list[Section]:
    """Show which classes were taken for which."""
    if (
        record.confusion is None
        or not 1 <= len(np.asarray(record.confusion)) <= LARGEST
    ):
        return []
    figure = confusion(record.confusion, classes=record.classes)
    prose = _most_confused(record.confusion, record.classes)
    return [Section("Which classes it confuses", prose, [figure])]


def _most_confused(matrix: ArrayLike, classes: Sequence[str]) -> str:
    """Say which mistake is the most frequent."""
    wrong = read_matrix(matrix).copy()
    np.fill_diagonal(wrong, 0)
    if not wrong.any():
        return "Not one test image was taken for something else."
    row, column = (int(k) for k in np.unravel_index(wrong.argmax(), wrong.shape))
    names = list(classes) or [str(k) for k in range(len(wrong))]
    times = int(wrong[row, column])
    return (
        f"Rows are the true classes, columns the predicted ones. The most frequent "
        f"mistake: {names[row]} taken for {names[column]}, {times:,} times."
    )


def _filters(record: TrainingRecord) -> list[Section]:
    """Show first-layer weights as images."""
    if record.weights is None:
        return []
    figure = filters(record.weights, shape=record.weight_shape)
    prose = (
        "The first layer's weights as images: a unit answers most to a picture that "
        "looks like its tile."
    )
    return [Section("What the first layer looks for", prose, [figure])]


def _mistakes(record: TrainingRecord) -> list[Section]:
    """Show the test images that were wrong with the most confidence."""
    if record.images is None:
        return []
    true, predicted = _called(record.true, record), _called(record.predicted, record)
    figure = mistakes(
        record.images,
        true,
        predicted,
        record.sureness,
        percent=record.percent,
        limit=_WORST,
    )
    prose = "The test images that it got wrong while it was most sure."
    return [Section("Its worst mistakes", prose, [figure])]


def _called(labels: ArrayLike, record: TrainingRecord) -> list[str]:
    """Return the names of classes."""
    indices: list[int] = np.asarray(labels, np.int64).tolist()
    return [record.classes[k] if record.classes else str(k) for k in indices]


def _settings(settings: Mapping[str, object]) -> list[Section]:
    """List every setting."""
    if not settings:
        return []
    rows = [(words(name), cell(name, value)) for name, value in settings.items()]
    return [Section("Settings", table=Table((), rows))]
