"""The report of a training run, from what the run left behind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hubel.view._confusion import LARGEST, confusion, read_matrix
from hubel.view._filters import filters
from hubel.view._gallery import gallery
from hubel.view._history import History, history_sections
from hubel.view._markup import Markup
from hubel.view._mistakes import mistakes
from hubel.view._report import Section, Table, report
from hubel.view._written import cell, count, duration, percent, short, words

_CLASSES = 1000
"""How many classes are listed, at most."""
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
    variants : numpy.ndarray of uint8, optional
        What training made of some images, shape (rows, columns, h, w, c): a
        row an image, the image itself first.
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
    variants: NDArray[Any] | None = None


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
        *_variants(record),
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
    """Show which classes were taken for which, and how good it is at each."""
    if record.confusion is None or not len(np.asarray(record.confusion)):
        return []
    counts = read_matrix(record.confusion)
    names = list(record.classes) or [str(k) for k in range(len(counts))]
    drawn = len(counts) <= LARGEST
    figures = [confusion(counts, classes=record.classes)] if drawn else []
    words = "Rows are the true classes, columns the predicted ones." if drawn else ""
    prose = f"{words} {_most_confused(counts, names)}".strip()
    table = _by_class(counts, names)
    return [Section("Which classes it confuses", prose, figures, table)]


def _most_confused(counts: NDArray[np.int64], names: Sequence[str]) -> str:
    """Say which mistake is the most frequent."""
    wrong = _mistaken(counts)
    if not wrong.any():
        return "Not one test image was taken for something else."
    row, column = (int(k) for k in np.unravel_index(wrong.argmax(), wrong.shape))
    times = int(wrong[row, column])
    return (
        f"The most frequent mistake: {names[row]} taken for {names[column]}, "
        f"{times:,} times."
    )


def _by_class(counts: NDArray[np.int64], names: Sequence[str]) -> Table:
    """List the classes, those that it is worst at first."""
    wrong, totals, right = _mistaken(counts), counts.sum(axis=1), np.diagonal(counts)
    shares = right / np.maximum(totals, 1)
    order: list[int] = np.lexsort((-totals, shares, totals == 0))[:_CLASSES].tolist()
    rows = [
        (
            names[k],
            percent(float(shares[k])) if totals[k] else "–",
            f"{totals[k]:,}",
            _for_what(wrong[k], names),
        )
        for k in order
    ]
    head = ("class", "accuracy", "test images", "most often taken for")
    folded = f"{len(rows):,} classes, the worst first"
    return Table(head, rows, folded)


def _for_what(wrong: NDArray[np.int64], names: Sequence[str]) -> str:
    """Say what a class was most often taken for."""
    most = int(wrong.argmax())
    return f"{names[most]} ({wrong[most]:,})" if wrong[most] else "–"


def _mistaken(counts: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return how often each class was taken for each other one."""
    return counts - np.diag(np.diagonal(counts))


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


def _variants(record: TrainingRecord) -> list[Section]:
    """Show what became of some images before they were trained on."""
    if record.variants is None:
        return []
    prose = (
        "Images of the training part as they are, in the first column, and as they "
        "were trained on in the first epochs."
    )
    figure = gallery(record.variants, caption="A row an image, a column an epoch.")
    return [Section("What augmentation made of the images", prose, [figure])]


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
