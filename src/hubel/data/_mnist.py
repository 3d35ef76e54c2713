"""MNIST from a folder of IDX files."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np

from hubel.data._dataset import Dataset
from hubel.data._idx import read_idx
from hubel.errors import DataError

_TRAIN_COUNT, _TEST_COUNT = 60_000, 10_000
#: The folder itself, and where archives and other libraries put the files in it.
_PLACES = ("", "mnist", "MNIST/raw")
#: The published names, and a spelling with a dot that copies of them often have.
_IMAGES = ("{}-images-idx3-ubyte", "{}-images.idx3-ubyte")
_LABELS = ("{}-labels-idx1-ubyte", "{}-labels.idx1-ubyte")


def mnist(folder: str | os.PathLike[str]) -> tuple[Dataset, Dataset]:
    """Read MNIST, or a data set in its format such as Fashion-MNIST.

    Parameters
    ----------
    folder : path
        Where ``train-images-idx3-ubyte``, ``train-labels-idx1-ubyte`` and the two
        ``t10k`` files are, each plain or gzipped, or the folder around ``mnist`` or
        ``MNIST/raw``.

    Returns
    -------
    train, test : Dataset
        Images uint8 of shape (n, 28, 28, 1), 0 for the background; classes "0" to
        "9". Where the counts are not the official 60,000 and 10,000,
        `Dataset.notices` says so.

    Raises
    ------
    DataError
        If a file is missing, damaged, or does not fit the others.

    Notes
    -----
    Y. LeCun, L. Bottou, Y. Bengio, P. Haffner, "Gradient-based learning applied to
    document recognition", Proc. IEEE 1998.
    """
    home = _find(Path(folder))
    return (
        _read_part(home, "train", "mnist train", _TRAIN_COUNT),
        _read_part(home, "t10k", "mnist test", _TEST_COUNT),
    )


def _find(folder: Path) -> Path:
    """Return the folder that holds the training images."""
    for place in _PLACES:
        if _file(folder / place, _IMAGES, "train") is not None:
            return folder / place
    found = f"no {_IMAGES[0].format('train')}, .gz or not, in it"
    raise DataError(
        f"{folder}: {found if folder.is_dir() else 'not a folder'}",
        remedy=(
            "Download the four files from http://yann.lecun.com/exdb/mnist/ or "
            "https://storage.googleapis.com/cvdf-datasets/mnist/ and give the folder "
            "that holds them."
        ),
    )


def _file(home: Path, spellings: tuple[str, ...], part: str) -> Path | None:
    """Return the file of one part under whichever name it has, if it is there."""
    names = [spelling.format(part) for spelling in spellings]
    paths = [home / f"{name}{end}" for name in names for end in ("", ".gz")]
    return next((path for path in paths if path.exists()), None)


def _read_part(home: Path, part: str, name: str, official: int) -> Dataset:
    """Read the images and the labels of one part and put them together."""
    images_path, labels_path = (
        _file(home, spellings, part) for spellings in (_IMAGES, _LABELS)
    )
    if images_path is None or labels_path is None:
        missing = _LABELS if images_path else _IMAGES
        raise DataError(f"{home}: {missing[0].format(part)}, .gz or not, is missing")
    images, labels = read_idx(images_path), read_idx(labels_path)
    if images.dtype != np.uint8 or images.ndim != 3:
        raise DataError(
            f"{images_path}: {images.dtype} of shape {images.shape}, where uint8 of "
            "shape (n, height, width) was expected"
        )
    if labels.dtype != np.uint8 or labels.shape != images.shape[:1]:
        raise DataError(
            f"{labels_path}: {labels.dtype} of shape {labels.shape}, where uint8 of "
            f"shape ({len(images)},) was expected to fit {images_path.name}"
        )
    if labels.size and labels.max() > 9:
        raise DataError(
            f"{labels_path}: record {labels.argmax()} has label {labels.max()}, where "
            "0 to 9 were expected"
        )
    notices: tuple[str, ...] = ()
    if len(labels) != official:
        notices = (
            f"{name}: {len(labels):,} images in {images_path.name}, where the official "
            f"set has {official:,}",
        )
    digits = tuple(str(digit) for digit in range(10))
    return Dataset(images[..., np.newaxis], labels, digits, name, notices)
