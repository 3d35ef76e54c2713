"""Work that is done in the background, one piece after the other: compiling.

LLVM works without the GIL, so a program goes on meanwhile. One daemon thread does the
work; at the end of the process it finishes the piece it is at, since LLVM cannot be
left in the middle, and drops the rest.
"""

from __future__ import annotations

import atexit
import logging
import os
import threading
from collections import deque
from collections.abc import Callable
from typing import Any, Generic, TypeVar

T = TypeVar("T")

_log = logging.getLogger(__name__)
_PATIENCE = 30.0


class Later(Generic[T]):
    """What a piece of work will give.

    Attributes
    ----------
    ready : bool
        Whether it is there. It never is if the work failed.
    failed : bool
        Whether the work ended with an error, which was logged.
    """

    def __init__(self, work: Callable[[], T]) -> None:
        self._work: Callable[[], T] | None = work
        self._ended = threading.Event()
        self._value: T | None = None
        self.error: Exception | None = None
        self.ready = False

    @property
    def failed(self) -> bool:
        """Whether the work ended with an error."""
        return self.error is not None

    def value(self, timeout: float | None = None) -> T:
        """Wait for the work and return what it gave, or raise its error.

        Raises
        ------
        TimeoutError
            If it was not done in so many seconds.
        """
        if not self._ended.wait(timeout):
            raise TimeoutError(f"the work was not done within {timeout} seconds")
        if self.error is not None:
            raise self.error
        found: Any = self._value
        return found

    def run(self) -> None:
        """Do the work, unless it is done."""
        if self._work is not None:
            try:
                self._value = self._work()
                self.ready = True
            except Exception as error:
                self.error = error
                _log.warning("background work failed: %s", error, exc_info=error)
            self._work = None
        self._ended.set()


class _Queue:
    """What is to be done, and the thread that does it."""

    def __init__(self, waiting: deque[Later[Any]]) -> None:
        self.waiting = waiting
        self.change = threading.Condition()
        self.thread: threading.Thread | None = None
        self.closed = False

    def add(self, later: Later[Any]) -> None:
        """Append a piece of work, and see that somebody does it."""
        with self.change:
            if self.closed:
                return
            self.waiting.append(later)
            self._see_to_a_thread()
            self.change.notify()

    def _see_to_a_thread(self) -> None:
        if self.thread is None:
            self.thread = threading.Thread(
                target=self._serve, name="hubel-compile", daemon=True
            )
            self.thread.start()

    def _serve(self) -> None:
        while True:
            with self.change:
                while not self.waiting and not self.closed:
                    self.change.wait()
                if self.closed:
                    return
                later = self.waiting[0]
            later.run()
            with self.change:
                # The first stays in the queue until it is done, so that a child of a
                # fork finds it there.
                self.waiting.popleft()

    def close(self) -> None:
        """Take no more work, and wait for the piece that is being done."""
        with self.change:
            self.closed = True
            self.change.notify_all()
        if self.thread is not None:
            self.thread.join(_PATIENCE)


_queue = _Queue(deque())


def later(work: Callable[[], T]) -> Later[T]:
    """Let a function be called in the background, after what was given before.

    Parameters
    ----------
    work : callable
        Without arguments. It has to be harmless if a forked child calls it again.

    Returns
    -------
    Later
        Its ``ready`` tells when ``value()`` is there.

    Examples
    --------
    >>> later(lambda: 6 * 7).value(timeout=10)
    42
    """
    promise = Later(work)
    _queue.add(promise)
    return promise


def _restart() -> None:
    """Do in a forked child what its parent's thread had still to do."""
    global _queue
    waiting = _queue.waiting
    closed = _queue.closed
    _queue = _Queue(deque())
    _queue.closed = closed
    for each in list(waiting):
        each._ended = threading.Event()  # pyright: ignore[reportPrivateUsage]
        _queue.add(each)


def _close() -> None:
    """Let the interpreter end without a thread inside LLVM."""
    _queue.close()


atexit.register(_close)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_restart)
