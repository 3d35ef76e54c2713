"""What TensorBoard shows of a run: its event files, whole epoch by whole epoch."""

from __future__ import annotations

import importlib
import struct
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from hubel.errors import OptionError
from hubel.experiments._atomic import unwritable
from hubel.experiments._nets import first_weights
from hubel.experiments._task import Task
from hubel.nn import Epoch, Training
from hubel.view import filter_sheet

_SCALARS = {
    "train_loss": "loss/train",
    "validation_loss": "loss/validation",
    "penalty": "loss/penalty",
    "train_accuracy": "accuracy/train",
    "validation_accuracy": "accuracy/validation",
    "learning_rate": "learning_rate",
    "images_per_second": "images_per_second",
}
"""Of an epoch's record: the name that TensorBoard shows it under."""


class EventLog:
    """Adds the epochs of a run to a folder for TensorBoard.

    Every process writes a file of its own, which begins by taking back what an earlier
    one wrote of the epochs that are done again. Each epoch is one write.

    Parameters
    ----------
    folder : Path
        Made when it is needed.
    task : Task
        What is trained.
    first : int
        The epoch that comes first, from 1.

    Raises
    ------
    OptionError
        If tensorboardX is not installed.
    """

    def __init__(self, folder: Path, task: Task, first: int) -> None:
        self._shape, self._first = task.spec.filter_shape, first
        self._path, now = folder, time.time_ns()
        # TensorBoard reads files in the order of their names.
        self._name = f"events.out.tfevents.{now // 10**9}.{now % 10**9:09}.hubel"
        require_tensorboard()
        self._summary = importlib.import_module("tensorboardX.summary")
        self._proto = importlib.import_module("tensorboardX.proto.event_pb2")
        records = importlib.import_module("tensorboardX.record_writer")
        self._check = records.masked_crc32c

    def begin(self, training: Training) -> None:
        """Write what comes before the first epoch: the net as it starts."""
        fresh = self._first == 1
        start = self._proto.SessionLog(status=self._proto.SessionLog.START)
        events = [
            self._event(0, file_version="brain.Event:2"),
            self._event(0 if fresh else self._first, session_log=start),
        ]
        if fresh:
            events += self._events(0, self._weights(training))
        self._append(events)

    def add(self, epoch: Epoch, training: Training) -> None:
        """Write an epoch: numbers, histograms of the weights, the first layer."""
        self._append(self._events(epoch.epoch, self._numbers(epoch, training)))

    def _numbers(self, epoch: Epoch, training: Training) -> Iterator[Any]:
        """Give what there is to show of an epoch."""
        for field, tag in _SCALARS.items():
            value = getattr(epoch, field)
            if value is not None:
                yield self._summary.scalar(tag, value)
        for name, ratio in training.update_ratios().items():
            yield self._summary.scalar(f"update_ratio/{name}", ratio)
        yield from self._weights(training)

    def _weights(self, training: Training) -> Iterator[Any]:
        """Give what there is to show of the weights."""
        net = training.net
        for name, array in net.parameters().items():
            yield self._summary.histogram(f"parameters/{name}", array, "auto")
        if self._shape is not None:  # weights on features are no pictures
            picture = filter_sheet(first_weights(net), shape=self._shape)
            yield self._summary.image("first_layer", picture, dataformats="HWC")

    def _events(self, step: int, summaries: Iterator[Any]) -> list[Any]:
        return [self._event(step, summary=each) for each in summaries]

    def _event(self, step: int, **content: Any) -> Any:
        return self._proto.Event(wall_time=time.time(), step=step, **content)

    def _append(self, events: list[Any]) -> None:
        """Add events in one write.

        Raises
        ------
        RunError
            If they cannot be written; TensorBoard reads the file up to there.
        """
        content = b"".join(self._record(each.SerializeToString()) for each in events)
        path = self._path / self._name
        try:
            self._path.mkdir(exist_ok=True)
            with path.open("ab") as file:
                file.write(content)
        except OSError as error:
            raise unwritable(path, error) from error

    def _record(self, data: bytes) -> bytes:
        """Return an event as it stands in a file: length, data, a check of each."""
        length = struct.pack("<Q", len(data))
        checks = (struct.pack("<I", self._check(each)) for each in (length, data))
        return length + next(checks) + data + next(checks)


def require_tensorboard() -> None:
    """Refuse where tensorboardX is not installed.

    Raises
    ------
    OptionError
    """
    try:
        importlib.import_module("tensorboardX")
    except ImportError:
        raise OptionError(
            "TensorBoard's files are written by tensorboardX, which is not installed",
            remedy='Install it: pip install "hubel[tensorboard]"',
        ) from None
