"""A study of many nets on a terminal: what is done, and one line that moves."""

from __future__ import annotations

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from hubel.cli._lines import tell
from hubel.cli._study_show import Result, Standing, Started, StudyShow, Words


class StudyBar(StudyShow[Started, Standing, Result]):
    """A bar over the whole study."""

    def __init__(self, words: Words[Started, Standing, Result]) -> None:
        self._words = words
        self._console = Console()
        self._progress = Progress(
            BarColumn(bar_width=max(8, min(30, self._console.width - 70))),
            TextColumn("{task.description}"),
            TimeRemainingColumn(compact=True),
            console=self._console,
        )
        self._task = self._progress.add_task("", total=1.0, start=False)

    def start(self, started: Started) -> None:
        """Say what will be done, and show an empty bar."""
        tell(self._words.notices(started))
        for line in self._words.introduce(started):
            self._say(line)
        self._progress.start()

    def move(self, standing: Standing) -> None:
        """Move the bar."""
        self._progress.start_task(self._task)
        self._progress.update(
            self._task,
            completed=self._words.share(standing),
            description=self._words.progress(standing),
        )

    def close(self) -> None:
        """Stop moving; what the last line says stays there."""
        if self._progress.live.is_started:
            self._progress.stop()

    def end(self, result: Result) -> None:
        """Say what it came to."""
        for line in self._words.conclude(result):
            self._say(line)

    def _say(self, line: str) -> None:
        """Print a line as it is, in one piece: a path is to be copied."""
        self._console.print(line, highlight=False, markup=False, soft_wrap=True)
