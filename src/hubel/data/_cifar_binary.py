"""CIFAR-10, binary version: records of one label byte and three planes of pixels."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hubel.data._cifar_layout import (
    CIFAR10_CLASSES,
    PIXELS,
    check_labels,
    planes_to_pixels,
    ten_names,
)
from hubel.data._dataset import Dataset
from hubel.data._files import opened, read_whole
from hubel.errors import DataError

_RECORD = 1 + PIXELS
#: The official names take 60 bytes.
_LARGEST_NAMES = 4096


def read_cifar10_binary(
    path: str | os.PathLike[str], *, class_names: tuple[str, ...] = CIFAR10_CLASSES
) -> Dataset:
    """Read one file of CIFAR-10's binary version.

    Parameters
    ----------
    path : path
        A file of any whole number of 3073-byte records: the label, 0 to 9, then the
        red, the green and the blue plane of 32x32 bytes each, row by row.
    class_names : tuple of str
        The ten names.

    Returns
    -------
    Dataset
        Images uint8 of shape (n, 32, 32, 3), named after the file.

    Raises
    ------
    DataError
        If the file is missing, is not a whole number of records, or holds a label
        above 9.

    Notes
    -----
    The layout is from https://www.cs.toronto.edu/~kriz/cifar.html, "Binary version".

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder, "one.bin")
    ...     _ = path.write_bytes(bytes([6]) + bytes(3072))
    ...     data = read_cifar10_binary(path)
    >>> data.images.shape, data.class_names[data.labels[0]]
    ((1, 32, 32, 3), 'frog')
    """
    path = Path(path)
    records = _read_records(path)
    labels = records[:, 0].astype(np.int64)
    check_labels(path, labels)
    return Dataset(planes_to_pixels(records[:, 1:]), labels, class_names, path.name)


def read_class_names_text(path: Path) -> tuple[str, ...]:
    """Return the ten names of a ``batches.meta.txt``, one a line."""
    try:
        text = read_whole(path, limit=_LARGEST_NAMES).decode()
    except UnicodeDecodeError as error:
        raise DataError(f"{path}: not text: {error}") from None
    names = [line.strip() for line in text.splitlines()]
    return ten_names(path, [name for name in names if name])


def _read_records(path: Path) -> NDArray[np.uint8]:
    """Return the records of a file as uint8 (n, 3073)."""
    with opened(path) as (file, size):
        if size % _RECORD:
            raise DataError(
                f"{path}: {size:,} bytes, where a whole number of {_RECORD}-byte "
                f"records was expected ({size // _RECORD:,} records and "
                f"{size % _RECORD:,} bytes)",
                remedy="The file is cut off, or is not CIFAR-10's binary version.",
            )
        records = np.fromfile(file, np.uint8, size)
    if records.size != size:
        raise DataError(f"{path}: became shorter than {size:,} bytes while being read")
    return records.reshape(-1, _RECORD)
