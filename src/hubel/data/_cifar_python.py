"""CIFAR-10, python version: a batch is a dict with labels and rows of planes."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np

from hubel.data._cifar_layout import (
    CIFAR10_CLASSES,
    PIXELS,
    check_labels,
    planes_to_pixels,
    ten_names,
)
from hubel.data._dataset import Dataset
from hubel.data._files import read_whole
from hubel.data._opcodes import Array, Value, read_values
from hubel.errors import DataError

#: Eight times an official batch of 10,000 images.
_LARGEST_BATCH = 2**28
#: The official ``batches.meta`` takes 158 bytes.
_LARGEST_META = 4096


def read_cifar10_python(
    path: str | os.PathLike[str], *, class_names: tuple[str, ...] = CIFAR10_CLASSES
) -> Dataset:
    """Read one batch of CIFAR-10's python version, without running anything in it.

    Parameters
    ----------
    path : path
        A file such as ``data_batch_1``.
    class_names : tuple of str
        The ten names.

    Returns
    -------
    Dataset
        Images uint8 of shape (n, 32, 32, 3), named after the file.

    Raises
    ------
    DataError
        If the file is missing, or is anything but a batch in the published form: a
        dict of ``data``, uint8 of shape (n, 3072), and ``labels``, n numbers from 0
        to 9.

    Notes
    -----
    The layout is from https://www.cs.toronto.edu/~kriz/cifar.html, "Python version".
    """
    path = Path(path)
    batch = _read_dict(path, _LARGEST_BATCH)
    planes = batch.get(b"data")
    if not isinstance(planes, Array) or planes.rows.shape[1] != PIXELS:
        raise DataError(f"{path}: 'data' is not uint8 of shape (n, {PIXELS})")
    labels = np.array(_numbers(path, batch.get(b"labels")), np.int64)
    if not 0 < len(labels) == len(planes.rows):
        raise DataError(
            f"{path}: {len(planes.rows):,} images and {len(labels):,} labels, where "
            "as many of both were expected"
        )
    check_labels(path, labels)
    return Dataset(planes_to_pixels(planes.rows), labels, class_names, path.name)


def read_class_names_python(path: Path) -> tuple[str, ...]:
    """Return the ten ``label_names`` of a ``batches.meta``."""
    names = _read_dict(path, _LARGEST_META).get(b"label_names")
    if not isinstance(names, list):
        raise DataError(f"{path}: there is no list of 'label_names'")
    words = [name.decode("ascii", "replace") for name in names if type(name) is bytes]
    return ten_names(path, words)


def _read_dict(path: Path, limit: int) -> dict[bytes, Value]:
    """Return the dict that a file holds."""
    value = read_values(read_whole(path, limit=limit), path)
    if not isinstance(value, dict):
        raise DataError(
            f"{path}: holds a {type(value).__name__}, where a dict was expected"
        )
    return value


def _numbers(path: Path, labels: Value) -> list[int]:
    """Return `labels` if they are a list of whole numbers."""
    if not isinstance(labels, list):
        raise DataError(f"{path}: there is no list of 'labels'")
    numbers = [label for label in labels if type(label) is int]
    if len(numbers) != len(labels):
        raise DataError(f"{path}: 'labels' holds more than whole numbers")
    return numbers
