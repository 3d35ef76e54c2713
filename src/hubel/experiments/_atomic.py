"""Files that are there whole or not at all, whatever happens while they are written."""

from __future__ import annotations

import os
import re
from contextlib import suppress
from pathlib import Path

from hubel.errors import RunError


def write_whole(path: Path, content: bytes | str) -> None:
    """Write a file so that a crash leaves the old one or the new one, never a part.

    Text is written as UTF-8; a name of a file that is no text stays readable, escaped.
    The bytes are on the disk when this returns: a temporary file is written and
    synchronised, then renamed, then its folder is synchronised.

    Raises
    ------
    RunError
        If the disk is full or the file cannot be written; the old one is then as it
        was.
    """
    if isinstance(content, str):
        content = content.encode("utf-8", "backslashreplace")
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        with temporary.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
        sync_folder(path.parent)
    except OSError as error:
        raise unwritable(path, error) from error
    finally:
        temporary.unlink(missing_ok=True)


def is_temporary(path: Path) -> bool:
    """Say whether this is a file that `write_whole` did not come to rename."""
    return re.fullmatch(r"\..+\.\d+\.tmp", path.name) is not None


def sweep(folder: Path) -> None:
    """Delete what processes left behind that died while they wrote into a folder.

    Nobody else may be writing there now. Windows keeps a file that is open.
    """
    for path in folder.glob(".*.tmp"):
        if is_temporary(path):
            with suppress(OSError):
                path.unlink()


def unwritable(path: Path, error: OSError) -> RunError:
    """Return the error that says why a file could not be written."""
    reason = error.strerror or type(error).__name__
    return RunError(
        f"{path}: cannot be written: {reason}",
        remedy="Make room or get the right to write there, or choose another --out.",
    )


def sync_folder(folder: Path) -> None:
    """Make a rename durable; Windows does so by itself and opens no folders."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
