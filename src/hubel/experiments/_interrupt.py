"""Ctrl-C as a request to stop at the next good place."""

from __future__ import annotations

import signal
import threading
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any


@dataclass
class Request:
    """Whether somebody asked to stop."""

    made: bool = False


@contextmanager
def stop_on_interrupt() -> Generator[Request]:
    """Turn the first Ctrl-C within the block into a request, the second is as ever.

    Python would otherwise raise `KeyboardInterrupt` in the middle of a step, when some
    parameters are updated and some are not. Outside the main thread, and where the
    signal is ignored, nothing changes.
    """
    request = Request()
    before = signal.getsignal(signal.SIGINT)
    main = threading.current_thread() is threading.main_thread()
    if not main or before is None or before is signal.SIG_IGN:
        yield request
        return

    def note(number: int, frame: Any) -> None:
        request.made = True
        signal.signal(signal.SIGINT, before)

    signal.signal(signal.SIGINT, note)
    try:
        yield request
    finally:
        signal.signal(signal.SIGINT, before)
