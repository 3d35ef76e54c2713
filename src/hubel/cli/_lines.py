"""A training run as plain lines, for logs and for whoever pipes them on."""

from __future__ import annotations

import sys
import time
from pathlib import Path

from hubel.cli._show import Show
from hubel.cli._words import conclude, duration, introduce, percent
from hubel.experiments import Started, TrainResult
from hubel.nn import Epoch, Running, Slice

_SECONDS = 10.0
"""At most one line of progress in so much time, so that no log is flooded."""


class Lines(Show):
    """A line now and then; `quiet` leaves everything out but the result."""

    def __init__(self, *, quiet: bool = False) -> None:
        self._quiet = quiet
        self._epochs = self._steps = self._before = 0
        self._now = Running()
        self._begun, self._last = time.monotonic(), -_SECONDS

    def start(self, started: Started) -> None:
        """Say what will be trained."""
        tell(started.task.notices)
        self._epochs = started.task.settings.epochs or 0
        self._steps = started.steps_per_epoch
        self._before = (started.epoch - 1) * self._steps + started.step
        self._begun = time.monotonic()
        if not self._quiet:
            print(*introduce(started), sep="\n", flush=True)

    def step(self, piece: Slice) -> None:
        """Say how far a long epoch is."""
        self._now.add(piece)
        quiet_since = max(self._last, self._begun)
        due = time.monotonic() - quiet_since >= _SECONDS
        if due and piece.step < self._steps and not self._quiet:
            self._last = time.monotonic()
            print(self._progress(piece), flush=True)

    def epoch(self, epoch: Epoch) -> None:
        """Say what an epoch came to, if it is time or it was the last one."""
        self._now = Running()
        now = time.monotonic()
        due = now - self._last >= _SECONDS or epoch.epoch == self._epochs
        if due and not self._quiet:
            self._last = now
            print(self._line(epoch), flush=True)

    def close(self) -> None:
        """Leave every line where it is."""

    def fail(self, report: Path) -> None:
        """Say where the history is."""
        print(f"report: {report}", flush=True)

    def end(self, result: TrainResult) -> None:
        """Say what the run came to."""
        print(*conclude(result), sep="\n", flush=True)

    def _progress(self, piece: Slice) -> str:
        """Write how far an epoch is, and the run."""
        done = (piece.epoch - 1) * self._steps + piece.step
        each = (time.monotonic() - self._begun) / (done - self._before)
        left = each * (self._epochs * self._steps - done)
        return (
            f"epoch {piece.epoch}/{self._epochs}  step {piece.step:,}/{self._steps:,}  "
            f"loss {self._now.loss:.4f}  train {percent(self._now.accuracy)}  "
            f"{self._now.images_per_second:,.0f} images/s  {duration(left)} left"
        )

    def _line(self, epoch: Epoch) -> str:
        """Write an epoch as one line."""
        to_go = self._epochs - epoch.epoch
        left = f"{duration(epoch.seconds / epoch.epoch * to_go)} left"
        return (
            f"epoch {epoch.epoch}/{self._epochs}  loss {epoch.train_loss:.4f}  "
            f"train {percent(epoch.train_accuracy)}  "
            f"validation {percent(epoch.validation_accuracy)}  "
            f"{epoch.images_per_second:,.0f} images/s  "
            f"{left if to_go else f'{duration(epoch.seconds)} in all'}"
        )


def tell(notices: tuple[str, ...]) -> None:
    """Print what a user should know to standard error, beside every kind of output."""
    for notice in notices:
        print(f"note: {notice}", file=sys.stderr, flush=True)
