"""A dictionary learned from patches, and what training it end to end adds."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from hubel.data import Dataset
from hubel.errors import OptionError
from hubel.experiments._atomic import write_whole
from hubel.experiments._settings import TrainSettings
from hubel.experiments._task import Task
from hubel.experiments._tensors import Kind, as_tensors, read_tensors
from hubel.experiments.comparing._members import Halted, Pulse
from hubel.features import Dictionary, compute, learn_dictionary
from hubel.nn import (
    Epoch,
    Linear,
    Normalize,
    Sequential,
    Slice,
    accuracy,
    fit,
    initialize,
)
from hubel.tracing.tree import flatten

Array = np.ndarray[Any, np.dtype[Any]]
SIZE = 6
"""Pixels of a patch along each side, as Coates, Lee and Ng have them."""
_KIND = Kind("the dictionaries of a comparison", "Delete it, and the file beside it.")
_MOST = 10_000_000
_SHARES = (0.1, 0.2, 0.25, 1.0)
"""How much of the work is done after each stage."""


@dataclass(frozen=True, kw_only=True)
class DictionarySettings:
    """What decides a dictionary and its training.

    Parameters
    ----------
    words : int
    stride : int
        Pixels from one patch to the next.
    samples : int
        Patches to learn from.
    extra_epochs : int
        After the classifier has been trained: of both, and of it alone.
    whitening : float
        As the eps of `features.whiten`.
    """

    words: int
    stride: int
    samples: int
    extra_epochs: int
    whitening: float

    def __post_init__(self) -> None:
        """Refuse what no dictionary could be learned with."""
        for name in ("words", "stride", "samples", "extra_epochs"):
            if not 1 <= getattr(self, name) <= _MOST:
                raise OptionError(
                    f"{name}: {getattr(self, name)}", remedy="Give a number from 1."
                )


@dataclass(frozen=True, eq=False)
class Outcome:
    """What became of one dictionary.

    Attributes
    ----------
    frozen, longer, unfrozen : mapping
        What the net came to: with the classifier trained alone; alone and for the extra
        epochs; and with the dictionary trained too in these.
    """

    frozen: dict[str, Any]
    longer: dict[str, Any]
    unfrozen: dict[str, Any]


def train_dictionary(
    task: Task, settings: DictionarySettings, path: Path, pulse: Pulse
) -> Outcome:
    """Learn a dictionary, train a classifier behind it, then both; write the nets.

    Parameters
    ----------
    task : Task
        The data, and settings of a linear classifier on features.
    path : Path
        Of the file with the nets before and after.

    Raises
    ------
    Halted
        If somebody wanted to stop.
    TrainingError
        If a loss is lost.
    """
    begun = time.perf_counter()
    learned = _learn(task, settings)
    if pulse(_SHARES[0]):
        raise Halted
    rows = _Rows(*(compute(learned, part.images) for part in _parts(task)))
    if pulse(_SHARES[1]):
        raise Halted
    normalize = Normalize.of(rows.train)
    head = initialize(
        Linear(rows.train.shape[1], len(task.train.class_names), init="small"),
        task.settings.seed,
    )
    start = Sequential(normalize, head)
    stage = _Stage(task, settings, pulse)
    first = stage.fit(start, rows, _SHARES[1:3])
    first.values["seconds"] = time.perf_counter() - begun
    longer = stage.fit(first.net, rows, (_SHARES[2], _SHARES[2]), extra=True)
    whole = Sequential(learned, *first.net)
    images = _Rows(*(part.images for part in _parts(task)))
    unfrozen = stage.fit(whole, images, _SHARES[2:], extra=True)
    _write(path, {"before": whole, "after": unfrozen.net})
    for each in (longer, unfrozen):  # both begin where the first one ended
        each.values["seconds"] += first.values["seconds"]
        each.values["validation_accuracies"][:0] = first.values[
            "validation_accuracies"
        ][-1:]
    parameters = whole.count_parameters()
    for each in (first, longer, unfrozen):
        each.values["parameters"] = parameters
    return Outcome(first.values, longer.values, unfrozen.values)


def _learn(task: Task, settings: DictionarySettings) -> Dictionary:
    """Learn the words from patches of the training images, without labels."""
    return learn_dictionary(
        task.train.images,
        settings.words,
        size=SIZE,
        stride=settings.stride,
        samples=settings.samples,
        whitening=settings.whitening,
        seed=task.settings.seed,
    )


def _parts(task: Task) -> tuple[Dataset, Dataset, Dataset]:
    return task.train, task.validation, task.test


@dataclass(frozen=True, eq=False)
class _Rows:
    """What a net takes of the training, validation and test images."""

    train: Array
    validation: Array
    test: Array


@dataclass(frozen=True, eq=False)
class _Fitted:
    """A trained net, and what it came to."""

    net: Sequential
    values: dict[str, Any]


@dataclass(frozen=True, eq=False)
class _Stage:
    """Trains nets on one task, and tells how far it is."""

    task: Task
    settings: DictionarySettings
    pulse: Pulse

    def fit(
        self,
        net: Sequential,
        rows: _Rows,
        shares: tuple[float, ...],
        *,
        extra: bool = False,
    ) -> _Fitted:
        """Train a net, and test it once; `extra` for the epochs that come after."""
        task, chosen = self.task, self.task.settings
        epochs = self.settings.extra_epochs if extra else chosen.epochs or 1
        validation = (rows.validation, task.validation.labels)
        trained, history = fit(
            net,
            rows.train,
            task.train.labels,
            validation=validation if len(task.validation) else None,
            callbacks=[self._watch(shares, epochs)],
            live=False,
            deterministic=True,
            epochs=epochs,
            schedule="warmup" if extra else chosen.schedule,
            **_common(chosen),
        )
        if len(history) < epochs:
            raise Halted
        values = {
            "test_accuracy": accuracy(trained, rows.test, task.test.labels),
            "train_accuracy": history[-1].train_accuracy,
            "seconds": history[-1].seconds,
            "train_losses": [epoch.train_loss for epoch in history],
            "validation_accuracies": [e.validation_accuracy for e in history],
        }
        return _Fitted(trained, values)

    def _watch(
        self, shares: tuple[float, ...], epochs: int
    ) -> Callable[[Slice | Epoch], bool]:
        """Return what tells how far a training is, and passes on a wish to stop."""
        low, high = shares
        size = min(self.task.settings.batch_size or 1, len(self.task.train))
        steps = epochs * -(-len(self.task.train) // size)

        def watch(record: Slice | Epoch) -> bool:
            if not isinstance(record, Slice):
                return False
            done = (record.epoch - 1) * steps / epochs + record.step
            return self.pulse(low + (high - low) * done / steps)

        return watch


def _common(settings: TrainSettings) -> dict[str, Any]:
    """Return the settings that all stages have in common."""
    names = ("batch_size", "lr", "l2", "momentum", "optimizer", "loss", "seed")
    return {name: getattr(settings, name) for name in names}


def _write(path: Path, nets: dict[str, Sequential]) -> None:
    """Write nets into one file, each array by its path in its net."""
    arrays: dict[str, Array] = {}
    for name, net in nets.items():
        leaves, tree = flatten(net)
        paths = (f"{name}.{path}" for path in tree.paths())
        arrays.update(zip(paths, map(np.asarray, leaves), strict=True))
    write_whole(path, as_tensors(arrays, {"format": 1, "size": SIZE}))


def read_filters(path: Path) -> dict[str, Array]:
    """Return what each word answers to, before and after: (words, size, size, c).

    It is the word behind the whitening, whose product with a patch is largest for the
    patches that are like it.

    Raises
    ------
    RunError
        If the file cannot be read, or holds anything else.
    """
    file = read_tensors(path, _KIND, largest=2**31)
    arrays = file.arrays()
    found: dict[str, Array] = {}
    for name in ("before", "after"):
        parts = [f"{name}.layers.0.codebook", f"{name}.layers.0.whitening.matrix"]
        if not {*parts} <= {*arrays}:
            raise file.refusal("it has no dictionary")
        codebook, matrix = (arrays[part] for part in parts)
        found[name] = (codebook @ matrix.T).reshape(len(codebook), SIZE, SIZE, -1)
    return found
