"""One process a run: a folder that is held until the holder lets go or dies."""

from __future__ import annotations

import os
import sys
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path

from hubel.errors import RunError


@contextmanager
def hold(folder: Path) -> Generator[None]:
    """Hold a folder, so that no other process trains in it at the same time.

    The system lets go of it when this process ends, however that happens. On Windows,
    and on a file system without such locks, nothing is held.

    Raises
    ------
    RunError
        If somebody else holds it.
    """
    if sys.platform == "win32":
        yield
        return
    import fcntl

    handle = os.open(folder, os.O_RDONLY)
    try:
        # An OSError of another kind: this file system has no locks.
        with suppress(OSError):
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise RunError(
                    f"{folder}: another process is training in it",
                    remedy="Wait for its end, or stop it first.",
                ) from None
        yield
    finally:
        os.close(handle)
