"""Statistics: arrays that training carries on from step to step without a gradient.

A module has them in fields declared with :func:`statistic` and, being immutable, tells
what they become: a step opens a :class:`Ledger` of the statistics it carries, and the
modules that are applied beneath write the new ones into it. Without a ledger, as in an
eager gradient, what they tell is lost.
"""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

_open: ContextVar[Ledger | None] = ContextVar("open ledger", default=None)


class Ledger:
    """The statistics of a step, old and new.

    Parameters
    ----------
    statistics : tuple of arrays
        As they are before the step.
    """

    def __init__(self, statistics: tuple[Any, ...]) -> None:
        self._old = statistics  # held, so that no other object has the identity of one
        self._new = {id(array): array for array in statistics}

    def __contains__(self, statistic: Any) -> bool:
        """Whether the step carries a statistic, which the modules it applies hold."""
        return id(statistic) in self._new

    def write(self, statistic: Any, new: Any) -> None:
        """Tell what a statistic becomes."""
        self._new[id(statistic)] = new

    def read(self) -> tuple[Any, ...]:
        """Return all statistics as they are after the step."""
        return tuple(self._new[id(array)] for array in self._old)


@contextmanager
def opened(statistics: tuple[Any, ...]) -> Generator[Ledger]:
    """Open a ledger for the modules that are applied in the block."""
    ledger = Ledger(statistics)
    token = _open.set(ledger)
    try:
        yield ledger
    finally:
        _open.reset(token)


def open_ledger() -> Ledger | None:
    """Return the ledger of the step that is being taken, if there is one."""
    return _open.get()
