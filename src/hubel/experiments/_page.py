"""The page of a training run, from what the run knows at its end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from hubel.experiments._atomic import write_whole
from hubel.experiments._examine import Examination
from hubel.experiments._nets import first_weights
from hubel.experiments._task import Task
from hubel.nn import Epoch, Sequential, describe
from hubel.view import TrainingRecord, training_report

Array = np.ndarray[Any, np.dtype[Any]]
_EXAMPLES, _EPOCHS = 5, 9
"""Images whose variants are shown, and in how many epochs."""


def write_page(
    path: Path,
    task: Task,
    history: Sequence[Epoch],
    *,
    net: Sequential | None = None,
    examination: Examination | None = None,
    note: str = "",
) -> None:
    """Write the page; without a net it shows what happened alone.

    Raises
    ------
    RunError
        If the file cannot be written.
    """
    facts: dict[str, Any] = {}
    if history:
        facts |= _facts(history)
    shape = task.spec.filter_shape
    if net is not None and shape is not None:
        facts |= {"weights": first_weights(net), "weight_shape": shape}
    if examination is not None:
        facts |= _results(task, examination)
    record = TrainingRecord(
        title=f"Training on {task.data}",
        net=describe(task.net),
        settings=_settings(task),
        history=[asdict(epoch) for epoch in history],
        note=" ".join([note, *(f"{notice}." for notice in task.notices)]).strip(),
        classes=task.train.class_names,
        variants=_variants(task),
        **facts,
    )
    write_whole(path, training_report(record))


def _variants(task: Task) -> Array | None:
    """Return some images of the training part, and what became of them."""
    change = task.settings.config().augment
    if change is None:
        return None
    # From all over the part: a folder's pictures come class by class.
    indices = np.unique(np.linspace(0, len(task.train) - 1, _EXAMPLES).astype(np.int64))
    images, seed = task.train.images[indices], task.settings.seed
    epochs = range(1, _EPOCHS + 1)
    changed = [change(images, indices, seed=seed, epoch=epoch) for epoch in epochs]
    return np.stack([images, *changed], axis=1)


def _settings(task: Task) -> dict[str, object]:
    """Return every setting that says something, and how many images there were."""
    counts = {
        "images_to_train_on": len(task.train),
        "images_for_validation": len(task.validation),
        "images_for_the_test": len(task.test),
    }
    hidden = ("images", "validation")
    settings = {
        name: value
        for name, value in asdict(task.settings).items()
        if value is not None and name not in hidden
    }
    return {"data": settings.pop("data"), **counts, **settings}


def _facts(history: Sequence[Epoch]) -> dict[str, Any]:
    """Return what the last epoch tells about the whole run."""
    last = history[-1]
    return {
        "final_loss": last.train_loss,
        "seconds": last.seconds,
        "images_per_second": last.images_per_second,
    }


def _results(task: Task, examination: Examination) -> dict[str, Any]:
    """Return what the test images tell about the net."""
    return {
        "test_accuracy": examination.accuracy,
        "confusion": examination.confusion,
        "images": task.test.images,
        "true": task.test.labels,
        "predicted": examination.predicted,
        "sureness": examination.sureness,
        "percent": task.settings.loss == "softmax",
    }
