"""Opening a data file: a regular file of a sane size, or a `DataError`."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from hubel.errors import DataError

#: No file of a classic data set comes near this; a larger one is not read at all.
LARGEST_FILE = 2**31


@contextmanager
def opened(path: Path, *, limit: int = LARGEST_FILE) -> Generator[tuple[BinaryIO, int]]:
    """Give the open file and its size in bytes, once it is known to be readable."""
    try:
        size = _size(path, limit)
        with path.open("rb") as file:
            yield file, size
    except FileNotFoundError:
        raise DataError(f"{path}: there is no such file") from None
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise DataError(f"{path}: cannot be read: {reason}") from error


def read_whole(path: Path, *, limit: int = LARGEST_FILE) -> bytes:
    """Return all bytes of a file that is at most `limit` long."""
    with opened(path, limit=limit) as (file, size):
        data = file.read(size)
    if len(data) != size:
        raise DataError(
            f"{path}: {size:,} bytes long, but only {len(data):,} could be read"
        )
    return data


def _size(path: Path, limit: int) -> int:
    """Return the size of a regular file that is neither empty nor over the limit."""
    size = path.stat().st_size
    if path.is_dir():
        raise DataError(f"{path}: a folder, where a file was expected")
    if not path.is_file():
        raise DataError(f"{path}: not a regular file")
    if size == 0:
        raise DataError(f"{path}: the file is empty")
    if size > limit:
        raise DataError(
            f"{path}: {size:,} bytes, where at most {limit:,} were expected"
        )
    return size
