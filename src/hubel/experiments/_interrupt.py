"""Ctrl-C and SIGTERM as requests to stop at the next good place."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hubel.experiments._events import CTRL_C, SIGTERM

TERMINATED = 128 + signal.SIGTERM
"""What a shell expects where SIGTERM ended a program."""


class Terminated(SystemExit):
    """The end of the program that SIGTERM asked for, once a checkpoint was written.

    Attributes
    ----------
    code : int
        143, what the program ends with.
    folder : Path
        The run, which can go on later.
    """

    def __init__(self, folder: Path) -> None:
        super().__init__(TERMINATED)
        self.folder = folder


@dataclass
class Request:
    """Who asked to stop; nobody while it is empty."""

    by: str = ""


@contextmanager
def stop_on_signals() -> Generator[Request]:
    """Turn the first Ctrl-C or SIGTERM within the block into a request.

    A second one is as ever. Python would otherwise raise `KeyboardInterrupt` in the
    middle of a step, when some parameters are updated and some are not, and SIGTERM
    would lose the steps since the last checkpoint. Outside the main thread, and where
    a signal is ignored, nothing changes; nor where the program handles SIGTERM itself.
    """
    request = Request()
    before = {
        number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)
    }
    main = threading.current_thread() is threading.main_thread()
    if main and before[signal.SIGINT] not in (None, signal.SIG_IGN):
        _note(request, signal.SIGINT, CTRL_C, before[signal.SIGINT])
    if main and before[signal.SIGTERM] is signal.SIG_DFL:
        _note(request, signal.SIGTERM, SIGTERM, signal.SIG_DFL)
    try:
        yield request
    finally:
        if main:
            for number, handler in before.items():
                if handler is not None:
                    signal.signal(number, handler)


def _note(request: Request, number: signal.Signals, by: str, before: Any) -> None:
    """Note the first signal of a number, and leave the second to what was before."""

    def note(_number: int, _frame: Any) -> None:
        request.by = by
        signal.signal(number, before)

    handler: Callable[[int, Any], None] = note
    signal.signal(number, handler)
