"""The study of one training run: from settings to a folder with all that happened."""

from __future__ import annotations

import os
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from hubel.errors import TrainingError
from hubel.experiments._events import (
    CTRL_C,
    REQUEST,
    Event,
    Started,
    TrainResult,
    Watch,
)
from hubel.experiments._examine import examine
from hubel.experiments._folder import RunFolder, create_folder, refuse_used
from hubel.experiments._interrupt import stop_on_interrupt
from hubel.experiments._page import write_page
from hubel.experiments._parameters import SavedNet, write_net
from hubel.experiments._settings import TrainSettings
from hubel.experiments._task import Task, prepare
from hubel.experiments._versions import versions
from hubel.nn import Epoch, Sequential, Slice, Training, describe, records
from hubel.scale import blas_threads, threads


def train(
    settings: TrainSettings | None = None,
    *,
    out: str | os.PathLike[str] | None = None,
    watch: Watch | None = None,
) -> TrainResult:
    """Train a net on images, test it once, and leave a folder that tells all of it.

    Parameters
    ----------
    settings : TrainSettings, optional
        What to train on and how; tenshapes and a 2-layer net when left out.
    out : path, optional
        The run's folder, which must not hold anything yet; when left out, the next free
        ``runs/DATA-NET-n``.
    watch : callable, optional
        Called with `Started`, then with every `nn.Slice` and `nn.Epoch` as it happens.
        When it returns True, training ends there.

    Returns
    -------
    TrainResult

    Raises
    ------
    OptionError, DataError
        If settings are out of range or the data cannot be read; there is no folder
        then.
    RunError
        If the folder is in use or cannot be written.
    TrainingError
        If the loss stops being finite. The folder then has the history, a report that
        says so, and the parameters of the last whole epoch, if there was one.

    Notes
    -----
    The first Ctrl-C ends training after the step that is running; what was learned is
    tested and saved as at any other end. A second one raises `KeyboardInterrupt`.
    """
    complete = (settings or TrainSettings()).completed()
    refuse_used(out)
    with threads(complete.threads):
        run = _begin(prepare(complete), out)
        run.tell(run.started(), watch)
        try:
            run.follow(watch)
        except TrainingError as error:
            run.give_up(error)
            raise
        return run.finish()


@dataclass(eq=False)
class _Run:
    """A run on its way."""

    task: Task
    folder: RunFolder
    training: Training
    history: list[Epoch] = field(default_factory=list[Epoch])
    stopped_by: str = ""
    step: int = 0

    def started(self) -> Started:
        """Return what to tell before the first step."""
        return Started(
            folder=self.folder.path,
            net=describe(self.task.net),
            task=self.task,
            steps_per_epoch=self.training.steps_per_epoch,
            threads=blas_threads(),
        )

    def tell(self, event: Event, watch: Watch | None) -> None:
        """Tell the watcher, and listen whether it wants to stop."""
        if watch is not None and watch(event) is True:
            self.stopped_by = self.stopped_by or REQUEST

    def follow(self, watch: Watch | None) -> None:
        """Train to the end, or until somebody wants to stop."""
        part = self.task.validation
        validation = (part.images, part.labels) if len(part) else None
        # A loss that overflows is reported once, as a sentence, not as a warning.
        with stop_on_interrupt() as request, np.errstate(all="ignore"):
            for record in records(self.training, validation):
                self.keep(record)
                self.tell(record, watch)
                if request.made:
                    self.stopped_by = CTRL_C
                if self.stopped_by and not self.at_end_of_epoch(record):
                    break
        if len(self.history) == self.task.settings.epochs:
            self.stopped_by = ""

    def at_end_of_epoch(self, record: Slice | Epoch) -> bool:
        """Return whether the epoch's own record comes next, which is waited for."""
        return (
            isinstance(record, Slice) and record.step == self.training.steps_per_epoch
        )

    def keep(self, record: Slice | Epoch) -> None:
        """Remember where the run is; write down an epoch and the net after it."""
        if isinstance(record, Slice):
            self.step = record.step
            return
        self.step = 0
        self.history.append(record)
        self.folder.add_metrics(asdict(record))
        self.save(self.training.net)

    def save(self, net: Sequential) -> None:
        """Write the net, unless it is past saving."""
        if all(np.isfinite(array).all() for array in net.parameters().values()):
            names = self.task.train.class_names
            write_net(self.folder.parameters, SavedNet(net, self.task.spec, names))

    def give_up(self, error: TrainingError) -> None:
        """Leave a folder that tells what happened before the loss was lost."""
        note = f"Stopped: {error.problem}."
        values = {"test_accuracy": None, "test_loss": None, "stopped_by": "divergence"}
        self.folder.write_json(self.folder.result, values | {"note": note})
        write_page(self.folder.report, self.task, self.history, note=note)

    def finish(self) -> TrainResult:
        """Save the net, test it once, write the report."""
        net = self.training.net
        self.save(net)
        examination = examine(net, self.task.test, loss=self.task.settings.loss)
        result = TrainResult(
            folder=self.folder.path,
            report=self.folder.report,
            net=net,
            history=tuple(self.history),
            test_accuracy=examination.accuracy,
            test_loss=examination.loss,
            stopped_by=self.stopped_by,
            note=self.note(),
        )
        names = ("test_accuracy", "test_loss", "stopped_by", "note")
        self.folder.write_json(
            self.folder.result, {name: getattr(result, name) for name in names}
        )
        write_page(
            self.folder.report,
            self.task,
            self.history,
            net=net,
            examination=examination,
            note=result.note,
        )
        return result

    def note(self) -> str:
        """Say where training ended, if it was early."""
        if not self.stopped_by:
            return ""
        of = f"epoch {len(self.history)} of {self.task.settings.epochs}"
        more = f"{self.step:,} of {self.training.steps_per_epoch:,} steps"
        rest = f" and {more} of the next" if self.step else ""
        return f"Stopped by {self.stopped_by} after {of}{rest}."


def _begin(task: Task, out: str | os.PathLike[str] | None) -> _Run:
    """Make the folder and write down what will happen in it."""
    net = task.settings.hidden or ("linear",)
    name = "-".join([task.settings.data, *map(str, net)])
    data, labels = task.train.images, task.train.labels
    training = Training(task.net, data, labels, task.settings.config())
    folder = create_folder(out, name)
    folder.write_json(folder.config, _config(task, training))
    return _Run(task, folder, training)


def _config(task: Task, training: Training) -> dict[str, Any]:
    """Return everything that decides what the run does."""
    settings = task.settings
    place = settings.data_dir
    absolute = replace(settings, data_dir=place and str(Path(place).resolve()))
    return {
        "format": 1,
        "description": describe(task.net),
        "settings": asdict(absolute),
        "net": task.spec.as_json(),
        "class_names": task.train.class_names,
        "images": {
            "train": len(task.train),
            "validation": len(task.validation),
            "test": len(task.test),
        },
        "threads": blas_threads(),
        "backend": training.backend,
        "versions": versions(),
    }
