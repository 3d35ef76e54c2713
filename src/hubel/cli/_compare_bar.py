"""A comparison on a terminal: what is compared, and one line that moves."""

from __future__ import annotations

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from hubel.cli._compare_show import CompareShow, conclude, introduce, progress
from hubel.cli._lines import tell
from hubel.experiments.comparing import CompareStanding, CompareStarted, Comparison


class CompareBar(CompareShow):
    """A bar over the whole comparison."""

    def __init__(self) -> None:
        self._console = Console()
        self._progress = Progress(
            BarColumn(bar_width=max(8, min(30, self._console.width - 65))),
            TextColumn("{task.description}"),
            TimeRemainingColumn(compact=True),
            console=self._console,
        )
        self._task = self._progress.add_task("", total=1.0)

    def start(self, started: CompareStarted) -> None:
        """Say what will be compared, and show an empty bar."""
        tell(started.notices)
        for line in introduce(started):
            self._say(line)
        self._progress.start()

    def move(self, standing: CompareStanding) -> None:
        """Move the bar."""
        description = progress(standing)
        self._progress.update(
            self._task, completed=standing.done, description=description
        )

    def close(self) -> None:
        """Stop moving; what the last line says stays there."""
        if self._progress.live.is_started:
            self._progress.stop()

    def end(self, result: Comparison) -> None:
        """Say what the comparison came to."""
        for line in conclude(result):
            self._say(line)

    def _say(self, line: str) -> None:
        """Print a line as it is, in one piece: a path is to be copied."""
        self._console.print(line, highlight=False, markup=False, soft_wrap=True)
