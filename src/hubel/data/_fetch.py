"""One file from the web: resumed where it broke off, checked, there whole or not."""

from __future__ import annotations

import hashlib
import http.client
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from hubel.errors import DataError

if TYPE_CHECKING:
    from http.client import HTTPResponse

Progress = Callable[[int, int], object]
"""Called with the bytes that are there, and with all."""

_PIECE = 2**18
_TIMEOUT = 30.0
_ATTEMPTS = 4
"""How often a connection may break before somebody has to ask again."""
_RANGE_NOT_SATISFIABLE = 416


@dataclass(frozen=True)
class Remote:
    """A published file: its name, its size in bytes, the SHA-256 of its bytes."""

    name: str
    size: int
    sha256: str


class _BrokenOff(Exception):
    """A connection ended before the file did; what came is kept."""


def fetch(remote: Remote, base: str, folder: Path, progress: Progress) -> Path:
    """Return the path of a published file, downloaded if it is not there yet.

    What a broken connection left in ``.NAME.part`` is gone on with, by this call or a
    later one. The file gets its name when its checksum is right.

    Raises
    ------
    DataError
        If the server cannot be reached, refuses, or gives another file.
    """
    target = folder / remote.name
    if is_right(target, remote):
        return target
    url = f"{base.rstrip('/')}/{remote.name}"
    if urlsplit(url).scheme not in ("http", "https"):
        raise DataError(f"{url}: an address that begins with https:// was expected")
    part = folder / f".{remote.name}.part"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _complete(remote, url, part, progress)
        _check(remote, url, part)
        part.replace(target)
    except OSError as error:  # of the disk: those of the network are dealt with
        reason = error.strerror or type(error).__name__
        raise DataError(f"{target}: cannot be written: {reason}") from error
    return target


def is_right(path: Path, remote: Remote) -> bool:
    """Return whether a file has the published bytes."""
    try:
        if path.stat().st_size != remote.size:
            return False
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256")
    except OSError:
        return False
    return digest.hexdigest() == remote.sha256


def _complete(remote: Remote, url: str, part: Path, progress: Progress) -> None:
    """Download until the part is as long as the file; begin anew if it was wrong."""
    if _length(part) >= remote.size and not is_right(part, remote):
        part.unlink()
    broken = None
    for _ in range(_ATTEMPTS):
        try:
            return _download(remote, url, part, progress)
        except _BrokenOff as error:
            broken = error
    raise DataError(
        f"{url}: the connection broke off after {_length(part):,} of {remote.size:,} "
        f"bytes: {broken}",
        remedy="Run it again to go on from there.",
    )


def _download(remote: Remote, url: str, part: Path, progress: Progress) -> None:
    """Ask for what is missing, and add it to the part."""
    start = _length(part)
    if start == remote.size:
        return
    response = _open(part.with_name(remote.name), url, start)
    if response is None:  # the server has nothing from there on
        part.unlink()
        raise _BrokenOff("it refused to go on")
    with response:
        start = _check_answer(remote, url, start, response)
        with part.open("r+b" if start else "wb") as file:
            file.seek(start)
            _pour(remote, url, response, file.write, start, progress)
            file.flush()
            os.fsync(file.fileno())


def _open(target: Path, url: str, start: int) -> HTTPResponse | None:
    """Ask the server for the file from a byte on; None where it says there is none."""
    import urllib.error
    import urllib.request  # slow to load

    headers = {"User-Agent": "hubel", "Accept-Encoding": "identity"}
    if start:
        headers["Range"] = f"bytes={start}-"
    try:
        request = urllib.request.Request(url, headers=headers)
        return urllib.request.urlopen(request, timeout=_TIMEOUT)
    except urllib.error.HTTPError as error:
        error.close()
        if start and error.code == _RANGE_NOT_SATISFIABLE:
            return None
        raise DataError(
            f"{url}: the server answers {error.code} {error.reason}",
            remedy="Give an address that has the file with --mirror URL.",
        ) from None
    except (OSError, http.client.HTTPException, ValueError) as error:
        reason = getattr(error, "reason", None) or error or type(error).__name__
        raise DataError(
            f"{url}: cannot be reached: {reason}",
            remedy=(
                "Is this machine online? If it never is, download the file elsewhere, "
                f"copy it to {target}, and run this again; or give an address that can "
                "be reached with --mirror URL."
            ),
        ) from None


def _check_answer(remote: Remote, url: str, start: int, response: HTTPResponse) -> int:
    """Return the byte that the answer begins at; refuse one of another length."""
    given = response.headers.get("Content-Range", "")
    if response.status != http.client.PARTIAL_CONTENT:
        start = 0
    elif not given.startswith(f"bytes {start}-"):
        raise DataError(
            f"{url}: the server answers with {given[:80]!r}, where bytes from "
            f"{start:,} on were asked for"
        )
    length = response.headers.get("Content-Length", "")
    if length.isdecimal() and int(length) != remote.size - start:
        raise DataError(
            f"{url}: the server has {int(length) + start:,} bytes, where "
            f"{remote.size:,} were expected",
            remedy="It is not the published file; give another address with --mirror.",
        )
    return start


def _pour(
    remote: Remote,
    url: str,
    response: HTTPResponse,
    write: Callable[[bytes], object],
    start: int,
    progress: Progress,
) -> None:
    """Write what comes, and never more than the file is long."""
    while start < remote.size:
        try:
            piece = response.read(min(_PIECE, remote.size - start))
        except (OSError, http.client.HTTPException) as error:
            raise _BrokenOff(str(error) or type(error).__name__) from None
        if not piece:
            raise _BrokenOff("the server closed it")
        write(piece)
        start += len(piece)
        progress(start, remote.size)


def _check(remote: Remote, url: str, part: Path) -> None:
    """Refuse, and delete, what is not the published file."""
    if is_right(part, remote):
        return
    part.unlink()
    raise DataError(
        f"{url}: the bytes do not have the SHA-256 {remote.sha256} of the published "
        "file, and were deleted",
        remedy="Run it again; if it stays so, give another address with --mirror URL.",
    )


def _length(path: Path) -> int:
    """Return how long a file is, 0 where there is none."""
    return path.stat().st_size if path.exists() else 0
