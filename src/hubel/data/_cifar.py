"""CIFAR-10 from a folder, in whichever published version it holds."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np

from hubel.data._cifar_binary import read_cifar10_binary, read_class_names_text
from hubel.data._cifar_layout import CIFAR10_CLASSES
from hubel.data._cifar_python import read_cifar10_python, read_class_names_python
from hubel.data._dataset import Dataset
from hubel.errors import DataError

_TRAIN_COUNT, _TEST_COUNT = 50_000, 10_000


class _Version(NamedTuple):
    """How one published version names its files, and what reads them."""

    folder: str
    suffix: str
    names_file: str
    read_names: Callable[[Path], tuple[str, ...]]
    read: Callable[[Path], Dataset]


_VERSIONS = (
    _Version(
        "cifar-10-batches-bin",
        ".bin",
        "batches.meta.txt",
        read_class_names_text,
        read_cifar10_binary,
    ),
    _Version(
        "cifar-10-batches-py",
        "",
        "batches.meta",
        read_class_names_python,
        read_cifar10_python,
    ),
)


def cifar10(folder: str | os.PathLike[str]) -> tuple[Dataset, Dataset]:
    """Read CIFAR-10, binary or python version.

    Parameters
    ----------
    folder : path
        What the published archive unpacks to, ``cifar-10-batches-bin`` or
        ``cifar-10-batches-py``, or the folder around it. The binary version is
        preferred where both are.

    Returns
    -------
    train, test : Dataset
        Images uint8 of shape (n, 32, 32, 3), in the order of the files: every
        ``data_batch_*`` by number, and ``test_batch``. Where the counts are not the
        official 50,000 and 10,000, `Dataset.notices` says so.

    Raises
    ------
    DataError
        If the files are missing or damaged.

    Notes
    -----
    A. Krizhevsky, "Learning Multiple Layers of Features from Tiny Images", 2009.
    """
    home, version = _find(Path(folder))
    names = CIFAR10_CLASSES
    if (home / version.names_file).exists():
        names = version.read_names(home / version.names_file)
    train = [version.read(path) for path in _train_files(home, version)]
    test = [version.read(home / f"test_batch{version.suffix}")]
    return (
        _join(train, names, "cifar10 train", _TRAIN_COUNT),
        _join(test, names, "cifar10 test", _TEST_COUNT),
    )


def _find(folder: Path) -> tuple[Path, _Version]:
    """Return the folder that holds both parts, and the version that they are in."""
    for version in _VERSIONS:
        for home in (folder, folder / version.folder):
            if not _train_files(home, version):
                continue
            if not (home / f"test_batch{version.suffix}").exists():
                raise DataError(f"{home}: test_batch{version.suffix} is missing")
            return home, version
    found = "no data_batch_1.bin and no data_batch_1 in it"
    raise DataError(
        f"{folder}: {found if folder.is_dir() else 'not a folder'}",
        remedy=(
            "Download cifar-10-binary.tar.gz from "
            "https://www.cs.toronto.edu/~kriz/cifar.html, unpack it with "
            "tar -xzf cifar-10-binary.tar.gz, and give the folder "
            "cifar-10-batches-bin or the one around it."
        ),
    )


def _train_files(home: Path, version: _Version) -> list[Path]:
    """Return the training files of a folder in the order of their numbers."""
    pattern = re.compile(r"data_batch_(\d{1,9})" + re.escape(version.suffix))
    numbered = [
        (int(match[1]), path)
        for path in home.glob("data_batch_*")
        if (match := pattern.fullmatch(path.name))
    ]
    return [path for _, path in sorted(numbered)]


def _join(
    parts: list[Dataset], class_names: tuple[str, ...], name: str, official: int
) -> Dataset:
    """Put the files of one part together, with a notice if the count is unusual."""
    images = np.concatenate([part.images for part in parts])
    labels = np.concatenate([part.labels for part in parts])
    notices: tuple[str, ...] = ()
    if len(labels) != official:
        files = ", ".join(f"{part.name} {len(part):,}" for part in parts)
        notices = (
            f"{name}: {len(labels):,} images ({files}), where the official set has "
            f"{official:,}",
        )
    return Dataset(images, labels, class_names, name, notices)
