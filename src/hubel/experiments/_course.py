"""A run on its way: what is written after every slice and epoch, and at its end."""

from __future__ import annotations

import time
from dataclasses import asdict, dataclass, field, replace

import numpy as np

from hubel.errors import TrainingError
from hubel.experiments._atomic import sweep
from hubel.experiments._checkpoint import Best, Checkpoint, Frame
from hubel.experiments._events import REQUEST, SIGTERM, Started, TrainResult, Watch
from hubel.experiments._examine import examine
from hubel.experiments._folder import RunFolder
from hubel.experiments._interrupt import Terminated, stop_on_signals
from hubel.experiments._keeper import Keeper
from hubel.experiments._origin import Origin
from hubel.experiments._page import write_page
from hubel.experiments._parameters import SavedNet, write_net
from hubel.experiments._task import Task
from hubel.experiments._tensorboard import EventLog
from hubel.nn import Epoch, Live, Sequential, Slice, Training, describe, records
from hubel.scale import blas_threads


@dataclass(eq=False)
class Course:
    """A run on its way.

    Attributes
    ----------
    before : float
        Seconds that the run took until its last checkpoint.
    best : Best or None
    better : Sequential or None
        The net of the best epoch, while only later checkpoints will speak of it.
    step : int
        Steps done in the epoch that has begun.
    tensorboard : bool
        Whether epochs are written for TensorBoard too.
    live : bool
        Whether a notebook shows how it goes.
    """

    task: Task
    folder: RunFolder
    training: Training
    keeper: Keeper
    tensorboard: bool = False
    live: bool = False
    history: list[Epoch] = field(default_factory=list[Epoch])
    best: Best | None = None
    better: Sequential | None = None
    stopped_by: str = ""
    step: int = 0
    before: float = 0.0
    begun: float = field(default_factory=time.perf_counter)

    def restore(self) -> None:
        """Go on from the last checkpoint, or from the beginning if there is none yet.

        What a killed process wrote later is undone: it will be written again.
        """
        for place in (self.folder.path, self.keeper.folder):
            sweep(place)
        found = self.keeper.last()
        if found is not None:
            self.training.restore(found.snapshot)
            self.history = list(found.history)
            self.best, self.before = found.best, found.seconds
            self.step = found.snapshot.step % self.training.steps_per_epoch
        self.folder.write_metrics(asdict(epoch) for epoch in self.history)
        self.folder.forget_result()

    def started(self) -> Started:
        """Return what to tell before the first step."""
        return Started(
            folder=self.folder.path,
            net=describe(self.task.net),
            task=self.task,
            steps_per_epoch=self.training.steps_per_epoch,
            threads=blas_threads(),
            epoch=len(self.history) + 1,
            step=self.step,
        )

    def run(self, watch: Watch | None) -> TrainResult:
        """Train from here to the end, and write everything that is left to write."""
        if watch is not None and watch(self.started()) is True:
            self.stopped_by = REQUEST
        try:
            self.follow(watch)
        except TrainingError as error:
            self.give_up(error)
            raise
        self.checkpoint()
        if self.stopped_by == SIGTERM:
            raise Terminated(self.folder.path)
        return self.finish()

    def follow(self, watch: Watch | None) -> None:
        """Train to the end, or until somebody wants to stop."""
        part = self.task.validation
        validation = (part.images, part.labels) if len(part) else None
        self.begun, log = time.perf_counter(), self.event_log()
        shown = Live(self.training, wanted=self.live)
        # A loss that overflows is reported once, as a sentence, not as a warning.
        with stop_on_signals() as request, np.errstate(all="ignore"), shown:
            for record in records(self.training, validation):
                told = self.keep(record)
                if log is not None and isinstance(told, Epoch):
                    log.add(told, self.training)
                shown(told)
                if watch is not None and watch(told) is True:
                    self.stopped_by = self.stopped_by or REQUEST
                self.stopped_by = request.by or self.stopped_by
                if self.at_end_of_epoch(told):
                    continue
                if self.stopped_by:
                    break
                if self.keeper.due(whole_epoch=isinstance(told, Epoch)):
                    self.checkpoint()
        if len(self.history) == self.task.settings.epochs and request.by != SIGTERM:
            self.stopped_by = ""

    def event_log(self) -> EventLog | None:
        """Begin what TensorBoard shows, or go on with it."""
        if not self.tensorboard:
            return None
        first = len(self.history) + 1
        log = EventLog(self.folder.tensorboard, self.task, first)
        log.begin(self.training)
        return log

    def at_end_of_epoch(self, record: Slice | Epoch) -> bool:
        """Return whether the epoch's own record comes next, which is waited for."""
        return (
            isinstance(record, Slice) and record.step == self.training.steps_per_epoch
        )

    def keep(self, record: Slice | Epoch) -> Slice | Epoch:
        """Remember where the run is; write down an epoch and the net after it."""
        if isinstance(record, Slice):
            self.step = record.step
            return record
        record = replace(record, seconds=self.before + record.seconds)
        self.step = 0
        self.history.append(record)
        self.folder.add_metrics(asdict(record))
        net = self.training.net
        self.save(net)
        accuracy = record.validation_accuracy
        if accuracy is not None and (not self.best or accuracy > self.best.accuracy):
            self.best, self.better = Best(record.epoch, accuracy), net
        return record

    def save(self, net: Sequential) -> None:
        """Write the net, unless it is past saving."""
        if _is_finite(net):
            write_net(self.folder.parameters, self.saved(net))

    def saved(self, net: Sequential) -> SavedNet:
        """Return a net with what its file says about it."""
        return SavedNet(net, self.task.spec, self.task.train.class_names)

    def checkpoint(self) -> None:
        """Write down where the run stands, unless the net is past saving."""
        if not _is_finite(self.training.net):
            return
        # First: whoever goes on from a checkpoint finds the best net that it names.
        if self.better is not None and _is_finite(self.better):
            write_net(self.folder.best, self.saved(self.better))
        self.better = None
        seconds = self.before + time.perf_counter() - self.begun
        snapshot, history = self.training.snapshot(), tuple(self.history)
        self.keeper.write(Checkpoint(snapshot, history, self.best, seconds))

    def give_up(self, error: TrainingError) -> None:
        """Leave a folder that tells what happened before the loss was lost."""
        note = f"Stopped: {error.problem}."
        write_page(self.folder.report, self.task, self.history, note=note)
        values = {"test_accuracy": None, "test_loss": None, "stopped_by": "divergence"}
        self.folder.write_json(self.folder.result, values | {"note": note})
        self.keeper.clear()

    def finish(self) -> TrainResult:
        """Save the net, test it once, write the report; the result last of all."""
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
            test_images=len(self.task.test),
            stopped_by=self.stopped_by,
            note=self.note(),
        )
        write_page(
            self.folder.report,
            self.task,
            self.history,
            net=net,
            examination=examination,
            note=result.note,
        )
        names = ("test_accuracy", "test_loss", "test_images", "stopped_by", "note")
        self.folder.write_json(
            self.folder.result, {name: getattr(result, name) for name in names}
        )
        if not self.stopped_by:
            self.keeper.clear()
        return result

    def note(self) -> str:
        """Say where training ended, if it was early."""
        if not self.stopped_by:
            return ""
        of = f"epoch {len(self.history)} of {self.task.settings.epochs}"
        more = f"{self.step:,} of {self.training.steps_per_epoch:,} steps"
        rest = f" and {more} of the next" if self.step else ""
        return f"Stopped by {self.stopped_by} after {of}{rest}."


def set_out(
    task: Task,
    folder: RunFolder,
    training: Training,
    origin: Origin,
    *,
    every: float,
    tensorboard: bool,
    live: bool,
) -> Course:
    """Return a run that stands at its beginning."""
    frame = Frame(
        run=origin.fingerprint,
        names=tuple(task.net.parameters()),
        blank=training.snapshot(),
        epochs=training.config.epochs,
        steps=training.steps_per_epoch,
        made_with=origin.made_with,
    )
    keeper = Keeper(folder.checkpoints, frame, every)
    return Course(task, folder, training, keeper, tensorboard, live)


def _is_finite(net: Sequential) -> bool:
    """Say whether every parameter of a net is a number."""
    return all(np.isfinite(array).all() for array in net.parameters().values())
