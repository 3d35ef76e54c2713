"""Features of any number of images, from where they are to a file."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from hubel.data import Progress
from hubel.errors import OptionError, RunError
from hubel.experiments._drafts import Drafts
from hubel.experiments._featurize_source import ImageSource
from hubel.experiments._featurize_table import TABLES, Table, files_of
from hubel.experiments._nets import read_pixels
from hubel.experiments._versions import versions
from hubel.features import Feature
from hubel.features._batches import default_size
from hubel.features._compute import compute
from hubel.features._words import split_words

_AT_ONCE = 16
"""Batches of images that are read, and rows that are written, at once."""


@dataclass(frozen=True)
class Featurized:
    """What was written.

    Attributes
    ----------
    path : Path
        The file with the numbers.
    beside : tuple of Path
        The files that belong to it.
    images, numbers : int
        Rows, and numbers in a row.
    columns : tuple of (str, int, int)
        Each feature with its first column and the one after its last.
    class_names : tuple of str
        By label.
    seconds : float
        How long it took.
    """

    path: Path
    beside: tuple[Path, ...]
    images: int
    numbers: int
    columns: tuple[tuple[str, int, int], ...]
    class_names: tuple[str, ...]
    seconds: float


def featurize(
    source: ImageSource,
    words: str,
    out: str | os.PathLike[str],
    *,
    progress: Progress | None = None,
) -> Featurized:
    """Compute features of images in the memory of a batch, and write them to a file.

    Parameters
    ----------
    source : ImageSource
        Such as `open_source` gives.
    words : str
        The features, as `features.read_features` takes them.
    out : path
        ``.npy``: an array of float32, and beside it a ``.csv`` with the columns label
        (-1: unknown), class, part and file, and a ``.json`` with the features and their
        columns, and the names of the classes. ``.parquet``: all of it in one file. What
        is there is replaced once all is written; a process that is killed leaves
        nothing under these names, and the next one begins anew.
    progress : callable, optional
        Called with the number of images done and of all.

    Raises
    ------
    DataError
        If an image cannot be read.
    OptionError, ShapeError
        If the features are none, or have no room in the images, or ``out`` ends in
        something else.
    RunError
        If a file cannot be written.
    """
    path, begun = Path(out), time.perf_counter()
    _check_out(path)
    feature = read_pixels(words)
    ends = np.cumsum([0, *feature.widths(source.shape)]).tolist()
    columns = tuple(zip(split_words(words), ends[:-1], ends[1:], strict=True))
    told: dict[str, Any] = {
        "hubel": versions()["hubel"],
        "features": words,
        "columns": columns,
        "images": source.count,
        "image_shape": source.shape,
        "class_names": source.class_names,
    }
    shape = source.count, ends[-1]
    with Drafts(path, *files_of(path)) as drafts:
        table = TABLES[path.suffix](path, drafts, shape, told)
        try:
            _fill(table, feature, source, progress)
        finally:
            table.close()
    seconds = time.perf_counter() - begun
    return Featurized(
        path, files_of(path), *shape, columns, source.class_names, seconds
    )


def _check_out(path: Path) -> None:
    """Refuse what cannot be written before anything is computed."""
    if path.suffix not in TABLES:
        raise OptionError(
            f"{path}: ends in neither of {', '.join(TABLES)}",
            remedy="Choose such a name.",
        )
    if not path.parent.is_dir():
        raise RunError(f"{path.parent}: there is no such folder", remedy="Make it.")


def _fill(
    table: Table, feature: Feature, source: ImageSource, progress: Progress | None
) -> None:
    """Compute and write row after row."""
    done = 0
    for images, origins in source.batches(_AT_ONCE * default_size((1, *source.shape))):
        table.add(compute(feature, images), origins)
        done += len(images)
        if progress is not None:
            progress(done, source.count)
    if done != source.count:
        raise RunError(
            f"{done:,} images came, where {source.count:,} were counted before",
            remedy="Nothing may be written to the images meanwhile.",
        )
