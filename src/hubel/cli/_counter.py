"""How far something is that is done one by one, on standard error."""

from __future__ import annotations

import sys
import time
from types import TracebackType

from hubel.cli._words import duration

_PATIENCE = 1.0
"""Seconds before anything is shown."""
_MOVES, _LINES = 0.2, 10.0
"""Seconds from one time to the next: on a terminal a line that moves, else a line."""


class Counter:
    """Counts up to a number that is known.

    Parameters
    ----------
    what : str
        What is counted, as a plural.
    total : int
    """

    def __init__(self, what: str, total: int) -> None:
        self._what, self._total, self._done = what, total, 0
        self._moves = sys.stderr.isatty()
        self._begun = time.monotonic()
        self._next = self._begun + (_PATIENCE if self._moves else _LINES)
        self._shows = False

    def __enter__(self) -> Counter:
        """Begin to count."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Leave the terminal at the start of a line."""
        self.clear()

    def move(self) -> None:
        """Count one, and show it if it is time."""
        self._done += 1
        now = time.monotonic()
        if now < self._next:
            return
        self._next = now + (_MOVES if self._moves else _LINES)
        self._show(now - self._begun)

    def clear(self) -> None:
        """Take away what was there for the progress only."""
        if self._shows and self._moves:
            print("\r\033[K", end="", file=sys.stderr, flush=True)
        self._shows = False

    def _show(self, seconds: float) -> None:
        rate = self._done / max(seconds, 1e-9)
        line = (
            f"{self._done:,} of {self._total:,} {self._what}  {rate:,.0f} a second  "
            f"{duration((self._total - self._done) / rate)} left"
        )
        start, end = ("\r\033[K", "") if self._moves else ("", "\n")
        print(f"{start}{line}", end=end, file=sys.stderr, flush=True)
        self._shows = True
