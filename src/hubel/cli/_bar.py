"""A training run on a terminal: what is trained, and one line that moves."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn

from hubel.cli._lines import tell
from hubel.cli._show import Show
from hubel.cli._words import conclude, duration, introduce, percent
from hubel.experiments import Started, TrainResult
from hubel.nn import Epoch, Running, Slice

_TEXT = 73
"""The columns that the words and numbers beside the bar take."""


class Bar(Show):
    """A bar over the whole run, with the running numbers of the current epoch."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._progress = Progress(
            TextColumn("epoch {task.fields[epoch]}"),
            BarColumn(bar_width=max(8, min(40, console.width - _TEXT))),
            TextColumn("{task.fields[numbers]}"),
            console=console,
        )
        self._task = self._progress.add_task("", epoch="", numbers="", start=False)
        self._epochs = self._steps = 0
        self._now = Running()
        self._validation: float | None = None

    def start(self, started: Started) -> None:
        """Say what will be trained, and show an empty bar."""
        tell(started.task.notices)
        settings = started.task.settings
        self._epochs, self._steps = settings.epochs or 0, started.steps_per_epoch
        for line in introduce(started):
            self._say(line)
        total = self._epochs * self._steps
        done = (started.epoch - 1) * self._steps + started.step
        at = f"{min(started.epoch, self._epochs)}/{self._epochs}"
        self._progress.update(self._task, total=total, completed=done, epoch=at)
        self._progress.start_task(self._task)
        self._progress.start()

    def step(self, piece: Slice) -> None:
        """Move the bar."""
        self._now.add(piece)
        done = (piece.epoch - 1) * self._steps + piece.step
        self._progress.update(
            self._task,
            completed=done,
            epoch=f"{piece.epoch}/{self._epochs}",
            numbers=self._numbers(),
        )

    def epoch(self, epoch: Epoch) -> None:
        """Show the validation accuracy, and begin to add up anew."""
        self._validation = epoch.validation_accuracy
        self._progress.update(self._task, numbers=self._numbers())
        self._now = Running()

    def close(self) -> None:
        """Stop moving; what the last line says stays there."""
        if self._progress.live.is_started:
            self._progress.stop()

    def fail(self, report: Path) -> None:
        """Say where the history is."""
        self._say(f"report: {report}")

    def end(self, result: TrainResult) -> None:
        """Say what the run came to."""
        for line in conclude(result):
            self._say(line)

    def _say(self, line: str) -> None:
        """Print a line as it is, in one piece: a path is to be copied."""
        self._console.print(line, highlight=False, markup=False, soft_wrap=True)

    def _numbers(self) -> str:
        """Write the numbers of the current epoch."""
        return "  ".join(
            [
                f"loss {self._now.loss:.3f}",
                f"train {percent(self._now.accuracy)}",
                f"val {percent(self._validation)}",
                f"{self._now.images_per_second:,.0f} img/s",
                self._time(),
            ]
        )

    def _time(self) -> str:
        """Write how long it will go on, or how long it took."""
        task = self._progress.tasks[0]
        if task.finished:
            return f"{duration(task.elapsed or 0)} in all"
        left = task.time_remaining
        return "" if left is None else f"{duration(left)} left"
