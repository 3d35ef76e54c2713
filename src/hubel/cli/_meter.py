"""How far something is: a line that moves on a terminal, one now and then else."""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass

from hubel.cli._words import duration

_SECONDS = 10.0
"""At most one line of progress in so much time where the output is no terminal."""
_MOVING = 0.2
"""The same where the line moves."""


@dataclass(frozen=True)
class Unit:
    """What is counted.

    Attributes
    ----------
    name : str
    size : float
        How many of what is counted make one of it.
    decimals : int
    """

    name: str
    size: float = 1.0
    decimals: int = 0

    def write(self, value: float) -> str:
        """Write how many that is, without the name."""
        return f"{value / self.size:,.{self.decimals}f}"


BYTES = Unit("MB", 1e6, 1)
PICTURES = Unit("pictures")


class Meter:
    """Shows how far something is, how fast it goes, and how long it will take.

    It goes to standard error, so that what is asked for stays alone on the output. What
    takes less than a fifth of a second, or ten where nothing moves, is not shown.
    """

    def __init__(self, unit: Unit, *, quiet: bool) -> None:
        self._unit, self._quiet = unit, quiet
        self._moves = sys.stderr.isatty()
        self._begun = self._last = time.monotonic()
        self._at = self._start = 0
        self._shown = False

    def move(self, done: int, of: int) -> None:
        """Show that so much of so much is done."""
        if self._quiet:
            return
        now = time.monotonic()
        if done < self._at or not self._at:  # another file, another time through
            self._begun, self._start = now, done
        self._at = done
        # Nor right at the beginning, when nobody can say how fast it goes.
        since = max(self._last, self._begun)
        if now - since >= (_MOVING if self._moves else _SECONDS):
            self._last = now
            self._show(done, of, now - self._begun)

    def close(self) -> None:
        """Leave the terminal at the start of a line."""
        if self._moves and self._shown:
            self._shown = False
            print("\r\033[K", end="", file=sys.stderr, flush=True)

    def _show(self, done: int, of: int, seconds: float) -> None:
        """Print where it is."""
        unit = self._unit
        rate = max(1.0, (done - self._start) / max(seconds, 1e-9))
        line = (
            f"{unit.write(done)} of {unit.write(of)} {unit.name}  "
            f"{unit.write(rate)} {unit.name}/s  {duration((of - done) / rate)} left"
        )
        start, end = ("\r\033[K", "") if self._moves else ("", "\n")
        print(f"{start}{line}", end=end, file=sys.stderr, flush=True)
        self._shown = True
