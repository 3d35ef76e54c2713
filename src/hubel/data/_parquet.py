"""Parquet files with a column of pictures, by pyarrow."""

from __future__ import annotations

import importlib
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from hubel.data._collect import Progress
from hubel.data._dataset import Dataset
from hubel.data._picture import LARGEST_PICTURE, Resize, Size
from hubel.data._shards import Sample, Shards, gather, list_paths
from hubel.errors import DataError, HubelError, OptionError

_ROWS = 256
"""Rows in memory at a time."""


def read_parquet(
    shards: Shards,
    *,
    image: str = "image",
    label: str = "label",
    class_names: Sequence[str] | None = None,
    size: int | Size | None = None,
    resize: Resize = "error",
    channels: int | None = None,
    background: int = 0,
    progress: Progress | None = None,
) -> Dataset:
    """Read Parquet files with a column of packed pictures and one of labels.

    Parameters
    ----------
    shards : path or sequence of path
        Parquet files on this machine, such as those of Hugging Face's data sets.
    image : str
        The column of PNG or JPEG bytes, bare or in a struct's field ``bytes``.
    label : str
        The column of labels, whole numbers or text.
    class_names : sequence of str, optional
        The names of the classes; when left out, those that Hugging Face wrote into the
        first file, if it did.
    size, resize, channels, background, progress
        As in `image_folder`.

    Returns
    -------
    Dataset
        In the order of the rows.

    Raises
    ------
    DataError
        If a file is damaged, or its columns are others.
    OptionError
        If pyarrow is not installed: it is in the extra ``shards``.
    """
    paths = list_paths(shards)
    parquet = import_parquet()
    return gather(
        paths,
        lambda path: samples_of(parquet, path, image, label),
        class_names or _written_names(parquet, paths[0], label),
        progress,
        size=size,
        resize=resize,
        channels=channels,
        background=background,
    )


def import_parquet() -> Any:
    """Import pyarrow's part for Parquet, or say how to get it."""
    try:
        return importlib.import_module("pyarrow.parquet")
    except ModuleNotFoundError as error:
        raise OptionError(
            "Parquet files are read and written by pyarrow, which is not installed",
            remedy='Install it: pip install "hubel[shards]".',
        ) from error


def samples_of(parquet: Any, path: Path, image: str, label: str) -> Iterator[Sample]:
    """Yield the samples of a file."""
    row = 0
    try:
        with parquet.ParquetFile(path) as file:
            _check_columns(path, file.schema_arrow.names, image, label)
            for batch in file.iter_batches(_ROWS, columns=[image, label]):
                pictures, words = batch[image].to_pylist(), batch[label].to_pylist()
                for picture, word in zip(pictures, words, strict=True):
                    yield _sample(f"{path}: row {row}", picture, word)
                    row += 1
    except HubelError:
        raise
    except Exception as error:  # pyarrow has its own, and raises Python's too
        raise DataError(f"{path}: a damaged Parquet file: {error}") from error


def _sample(name: str, picture: Any, word: Any) -> Sample:
    """Return a row as a sample."""
    data = picture.get("bytes") if isinstance(picture, dict) else picture  # pyright: ignore
    if not isinstance(data, bytes) or len(data) > LARGEST_PICTURE:
        raise DataError(
            f"{name} has no picture's bytes in its column",
            remedy="Files that only hold the paths of pictures cannot be read.",
        )
    if not isinstance(word, int | str):
        raise DataError(f"{name} has no label, or one that is no number and no text")
    return Sample(name, data, str(word))


def _check_columns(path: Path, names: list[str], image: str, label: str) -> None:
    """Refuse a file without the two columns."""
    for option, wanted in (("image", image), ("label", label)):
        if wanted not in names:
            raise DataError(
                f"{path}: there is no column {wanted!r} among {', '.join(names)}",
                remedy=f"Name it with {option}=.",
            )


def _written_names(parquet: Any, path: Path, label: str) -> tuple[str, ...] | None:
    """Return the names of the classes that Hugging Face wrote into a file, if any.

    They are a list of texts in JSON, at info/features/LABEL/names under the key
    ``huggingface`` of the schema's metadata; what is anything else is not looked at.
    """
    try:
        said: dict[bytes, bytes] = parquet.read_schema(path).metadata
        found = json.loads(said[b"huggingface"])["info"]["features"][label]["names"]
        names = tuple(str(name) for name in found)
    except Exception:  # a damaged file is found out by whoever reads its rows
        return None
    return names if len(set(names)) == len(names) else None
