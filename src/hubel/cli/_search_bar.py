"""A search on a terminal: what is tried, and one line that moves."""

from __future__ import annotations

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from hubel.cli._lines import tell
from hubel.cli._search_show import SearchShow, conclude, introduce, progress
from hubel.experiments.searching import SearchResult, SearchStarted, Standing


class SearchBar(SearchShow):
    """A bar over the whole search."""

    def __init__(self) -> None:
        self._console = Console()
        self._progress = Progress(
            BarColumn(bar_width=max(8, min(30, self._console.width - 75))),
            TextColumn("{task.description}"),
            TimeRemainingColumn(compact=True),
            console=self._console,
        )
        self._task = self._progress.add_task("", start=False)

    def start(self, started: SearchStarted) -> None:
        """Say what will be tried, and show an empty bar."""
        tell(started.notices)
        for line in introduce(started):
            self._say(line)
        self._progress.start()

    def move(self, standing: Standing) -> None:
        """Move the bar."""
        self._progress.start_task(self._task)
        self._progress.update(
            self._task,
            total=standing.total,
            completed=standing.done,
            description=progress(standing),
        )

    def close(self) -> None:
        """Stop moving; what the last line says stays there."""
        if self._progress.live.is_started:
            self._progress.stop()

    def end(self, result: SearchResult) -> None:
        """Say what the search came to."""
        for line in conclude(result):
            self._say(line)

    def _say(self, line: str) -> None:
        """Print a line as it is, in one piece: a path is to be copied."""
        self._console.print(line, highlight=False, markup=False, soft_wrap=True)
