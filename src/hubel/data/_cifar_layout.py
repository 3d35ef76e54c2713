"""What both published versions of CIFAR-10 share: classes, labels, planes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hubel.errors import DataError

CIFAR10_CLASSES = (
    "airplane",
    "automobile",
    "bird",
    "cat",
    "deer",
    "dog",
    "frog",
    "horse",
    "ship",
    "truck",
)
PIXELS = 3 * 32 * 32


def ten_names(path: Path, names: list[str]) -> tuple[str, ...]:
    """Return the names as a tuple if there are ten different ones."""
    if len(names) != 10 or len(set(names)) != 10:
        raise DataError(
            f"{path}: {len(names)} class names, {len(set(names))} of them different, "
            "where ten different ones were expected"
        )
    return tuple(names)


def check_labels(path: Path, labels: NDArray[np.int64]) -> None:
    """Refuse a label outside 0 to 9, naming the first record that has one."""
    wrong = np.flatnonzero((labels < 0) | (labels > 9))
    if wrong.size:
        raise DataError(
            f"{path}: record {wrong[0]} has label {labels[wrong[0]]}, where 0 to 9 "
            f"were expected ({wrong.size:,} of {labels.size:,} records are so)",
            remedy="Check that the file is CIFAR-10 and complete.",
        )


def planes_to_pixels(planes: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Turn rows of red, green and blue planes into images (n, 32, 32, 3)."""
    images = planes.reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1)
    return np.ascontiguousarray(images)
