"""Object files on disk, so that a program is compiled once per machine.

The files hold machine code, so only those are read that this user owns and no one else
may write. Every trouble with the disk means: no cache; the code is then made anew.
"""

from __future__ import annotations

import hashlib
import logging
import os
import stat
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path

VARIABLE = "HUBEL_CACHE"
"""Names another folder than the user's own; ``off`` for no cache at all."""

FORMAT = "hubel object 1"
MOST_BYTES = 256 * 2**20
LARGEST_FILE = 64 * 2**20
_STALE_SECONDS = 3600.0
_SUFFIX = ".object"
_DIGEST = 32

_log = logging.getLogger(__name__)


def key(*parts: str) -> str:
    """Return the name of what was made from these texts.

    Examples
    --------
    >>> key("a", "bc") != key("ab", "c"), len(key("a"))
    (True, 64)
    """
    digest = hashlib.sha256(FORMAT.encode())
    for each in parts:
        data = each.encode()
        digest.update(len(data).to_bytes(8, "little"))
        digest.update(data)
    return digest.hexdigest()


def folder() -> Path | None:
    """Return where the object files lie; None where there is to be no cache."""
    wish = os.environ.get(VARIABLE, "").strip()
    if wish.lower() == "off":
        return None
    try:
        root = Path(wish).expanduser() if wish else user_folder() / "hubel"
    except RuntimeError:  # a user without a home
        return None
    return root / "objects"


def user_folder() -> Path:
    """Return the folder for this user's caches, as the system would have it."""
    if sys.platform == "win32":
        local = os.environ.get("LOCALAPPDATA")
        return Path(local) if local else Path.home() / "AppData" / "Local"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches"
    chosen = os.environ.get("XDG_CACHE_HOME", "")
    return Path(chosen) if os.path.isabs(chosen) else Path.home() / ".cache"


def read(name: str) -> bytes | None:
    """Return the object of this key, or None; a damaged file is removed."""
    place = folder()
    if place is None:
        return None
    path = place / f"{name}{_SUFFIX}"
    try:
        if not _is_private(place.stat()):
            return None
        content = _read_private(path)
    except OSError as error:
        _log.debug("no cached object: %s", error)
        return None
    if content is None:
        return None
    data = content[_DIGEST:]
    if not data or content[:_DIGEST] != _seal(name, data):
        _log.debug("a damaged object file goes: %s", path)
        with suppress(OSError):
            path.unlink()
        return None
    return data


def write(name: str, data: bytes) -> None:
    """Keep an object under its key, if the disk lets us."""
    place = folder()
    if place is None or not data or len(data) > LARGEST_FILE:
        return
    try:
        place.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not _is_private(place.stat()):
            _log.debug("not a private folder, so no cache: %s", place)
            return
        _write_whole(place / f"{name}{_SUFFIX}", _seal(name, data) + data)
        _shrink(place)
    except OSError as error:
        _log.debug("an object was not cached: %s", error)


def _seal(name: str, data: bytes) -> bytes:
    """Return what stands before the data in the file of this key."""
    return hashlib.sha256(name.encode() + data).digest()


def _is_private(found: os.stat_result) -> bool:
    """Say whether we own it and nobody else may write to it."""
    if sys.platform == "win32":  # the user's own folder has the rights that it needs
        return True
    others = stat.S_IWGRP | stat.S_IWOTH
    return found.st_uid == os.geteuid() and not found.st_mode & others


def _read_private(path: Path) -> bytes | None:
    """Read a file that is ours; the file that is open is the one that is checked."""
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
    with os.fdopen(os.open(path, flags), "rb") as file:
        found = os.fstat(file.fileno())
        if not _is_private(found) or not stat.S_ISREG(found.st_mode):
            return None
        if found.st_size > LARGEST_FILE + _DIGEST:
            return None
        content = file.read()
    with suppress(OSError):  # its use is its age
        os.utime(path)
    return content


def _write_whole(path: Path, content: bytes) -> None:
    """Write a file so that others see all of it or nothing."""
    handle, own = tempfile.mkstemp(suffix=".part", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(own, path)
    except BaseException:
        with suppress(OSError):
            os.unlink(own)
        raise
    if sys.platform != "win32":
        _sync_folder(path.parent)


def _sync_folder(place: Path) -> None:
    """Make the new name last."""
    handle = os.open(place, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _shrink(place: Path) -> None:
    """Remove what was left half written, and the longest unused above the limit."""
    kept: list[tuple[float, int, str]] = []
    now = time.time()
    for entry in os.scandir(place):
        with suppress(OSError):  # another process removes too
            found = entry.stat(follow_symlinks=False)
            if entry.name.endswith(".part"):
                if now - found.st_mtime > _STALE_SECONDS:
                    os.unlink(entry.path)
            elif entry.name.endswith(_SUFFIX):
                kept.append((found.st_mtime, found.st_size, entry.path))
    excess = sum(size for _, size, _ in kept) - MOST_BYTES
    for _, size, path in sorted(kept):
        if excess <= 0:
            return
        with suppress(OSError):
            os.unlink(path)
        excess -= size
