"""What a run tells while it goes, and what it comes to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from hubel.experiments._task import Task
from hubel.nn import Epoch, Sequential, Slice

CTRL_C = "Ctrl-C"
SIGTERM = "SIGTERM"
REQUEST = "request"


@dataclass(frozen=True, eq=False)
class Started:
    """What a run tells before its first step.

    Attributes
    ----------
    folder : Path
        Where everything is written.
    net : str
        The net in the lecture's words.
    task : Task
        The data, the completed settings, the net as it starts.
    steps_per_epoch : int
    threads : int or None
        How many threads matrix products use, where that is known.
    epoch, step : int
        Where it goes on: the epoch, from 1, and the steps done in it; 1 and 0 for a run
        that begins.
    """

    folder: Path
    net: str
    task: Task
    steps_per_epoch: int
    threads: int | None
    epoch: int
    step: int


@dataclass(frozen=True, eq=False)
class TrainResult:
    """What a run came to.

    Attributes
    ----------
    folder, report : Path
        The run's folder and the page in it.
    net : Sequential
        The trained net: uint8 images in, scores out.
    history : tuple of Epoch
    test_accuracy, test_loss : float
        On the test images, which were used for nothing else.
    test_images : int
        How many there are.
    stopped_by : str
        ``"Ctrl-C"`` or ``"request"`` if training ended early, otherwise empty.
    note : str
        The same as a sentence, such as "Stopped by Ctrl-C after epoch 3 of 10."
    """

    folder: Path
    report: Path
    net: Sequential
    history: tuple[Epoch, ...]
    test_accuracy: float
    test_loss: float
    test_images: int
    stopped_by: str
    note: str


Event = Started | Slice | Epoch
Watch = Callable[[Event], object]
