"""The classes of a folder: one subfolder each, with the files in and below it."""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from hubel.errors import DataError

SUFFIXES = (".png", ".jpg", ".jpeg")
_MOST_FILES = 10_000_000

Classes = dict[str, list[Path]]
"""Name of each class, in natural order, -> its pictures, likewise."""


def natural(name: str) -> tuple[tuple[int, int, str], ...]:
    """Return a sorting key by which 2 comes before 10.

    Examples
    --------
    >>> sorted(["img10", "img2", "Img1"], key=natural)
    ['Img1', 'img2', 'img10']
    """
    parts = re.split(r"(\d{1,18})", name.casefold())
    return (
        *(
            (1, int(part), "") if i % 2 else (0, 0, part)
            for i, part in enumerate(parts)
        ),
        (0, 0, name),
    )


def subfolders(folder: Path) -> list[str]:
    """Return the names of the folders in a folder that are not hidden.

    Raises
    ------
    DataError
        If the folder is none, or cannot be listed.
    """
    try:
        with os.scandir(folder) as entries:
            names = [entry.name for entry in entries if entry.is_dir()]
    except OSError as error:
        raise _unlisted(folder, error) from None
    return sorted((name for name in names if not _hidden(name)), key=natural)


def find_classes(folder: Path) -> tuple[Classes, tuple[str, ...]]:
    """Return the classes of a folder, and a notice if files were left out.

    Raises
    ------
    DataError
        If there is no class, or classes are empty; these are listed.
    """
    classes: Classes = {}
    other: Counter[str] = Counter()
    for name in subfolders(folder):
        files = files_below(folder / name)
        classes[name] = [path for path in files if path.suffix.lower() in SUFFIXES]
        suffixes = (path.suffix.lower() for path in files)
        other.update(suffix for suffix in suffixes if suffix not in SUFFIXES)
    _check(folder, classes)
    return classes, _left_out(folder, other)


def files_below(folder: Path) -> list[Path]:
    """Return the files in and below a folder, without hidden ones, in natural order."""
    found: list[Path] = []
    for place, folders, names in os.walk(folder, onerror=_raise):
        folders[:] = [name for name in folders if not _hidden(name)]
        found += [Path(place, name) for name in names if not _hidden(name)]
        if len(found) > _MOST_FILES:
            raise DataError(f"{folder}: more than {_MOST_FILES:,} files")
    return sorted(found, key=lambda path: natural(str(path.relative_to(folder))))


def _check(folder: Path, classes: Classes) -> None:
    """Refuse a folder without classes, and classes without pictures."""
    if not classes:
        raise DataError(
            f"{folder}: has no folders in it, where one for each class was expected",
            remedy="Put the pictures into folders such as cat/ and dog/.",
        )
    empty = [name for name, files in classes.items() if not files]
    if empty:
        some = "one class has" if len(empty) == 1 else f"{len(empty)} classes have"
        raise DataError(
            f"{folder}: {some} no PNG or JPEG pictures: {shortened(empty)}",
            remedy="Remove the empty folders, or put pictures into them.",
        )


def _left_out(folder: Path, other: Counter[str]) -> tuple[str, ...]:
    """Say how many files are no pictures that can be read."""
    if not other:
        return ()
    kinds = [f"{suffix or 'no suffix'} {count:,}" for suffix, count in other.items()]
    return (
        f"{folder}: files that are no PNG or JPEG pictures by their names were left "
        f"out: {shortened(sorted(kinds))}",
    )


def shortened(words: Iterable[str], most: int = 10) -> str:
    """List words, and say how many more there are.

    Examples
    --------
    >>> shortened(["a", "b", "c"], most=2)
    'a, b and 1 more'
    """
    listed = list(words)
    rest = f" and {len(listed) - most:,} more" if len(listed) > most else ""
    return ", ".join(listed[:most]) + rest


def _hidden(name: str) -> bool:
    """Return whether a name is not for people, such as .ipynb_checkpoints."""
    return name.startswith(".") or name == "__MACOSX"


def _raise(error: OSError) -> None:
    """Refuse a folder that cannot be listed, instead of taking it for empty."""
    raise _unlisted(Path(error.filename), error)


def _unlisted(folder: Path, error: OSError) -> DataError:
    """Return the error for a folder that cannot be listed."""
    if isinstance(error, FileNotFoundError | NotADirectoryError):
        return DataError(f"{folder}: there is no such folder")
    reason = error.strerror or type(error).__name__
    return DataError(f"{folder}: cannot be listed: {reason}")
