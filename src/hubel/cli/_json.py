"""A training run as JSON, one object a line, for other programs."""

from __future__ import annotations

import json
import math
from dataclasses import asdict
from pathlib import Path
from typing import Any

from hubel.cli._lines import tell
from hubel.cli._show import Show
from hubel.experiments import Started, TrainResult
from hubel.nn import Epoch, Slice


class JsonLines(Show):
    """The start, each epoch and the end; ``event`` tells which of them a line is."""

    def start(self, started: Started) -> None:
        """Say what will be trained."""
        task = started.task
        tell(task.notices)
        _print(
            event="start",
            folder=str(started.folder),
            net=started.net,
            parameters=task.net.count_parameters(),
            train_images=len(task.train),
            validation_images=len(task.validation),
            test_images=len(task.test),
            image_shape=task.spec.image_shape,
            class_names=task.train.class_names,
            notices=task.notices,
            threads=started.threads,
            epoch=started.epoch,
            step=started.step,
            settings=asdict(task.settings),
        )

    def step(self, piece: Slice) -> None:
        """Say nothing: epochs are enough."""

    def epoch(self, epoch: Epoch) -> None:
        """Say what an epoch came to."""
        _print(event="epoch", **asdict(epoch))

    def close(self) -> None:
        """Leave every line where it is."""

    def fail(self, report: Path) -> None:
        """Say that there is no test accuracy."""
        _print(
            event="end",
            test_accuracy=None,
            stopped_by="divergence",
            report=str(report),
        )

    def end(self, result: TrainResult) -> None:
        """Say what the run came to."""
        _print(
            event="end",
            test_accuracy=result.test_accuracy,
            test_loss=result.test_loss,
            test_images=result.test_images,
            stopped_by=result.stopped_by,
            note=result.note,
            folder=str(result.folder),
            report=str(result.report),
        )


def _print(**values: Any) -> None:
    """Print one line; a number that is not finite, which JSON lacks, as null."""
    plain = {
        key: None if isinstance(value, float) and not math.isfinite(value) else value
        for key, value in values.items()
    }
    print(json.dumps(plain, allow_nan=False), flush=True)
