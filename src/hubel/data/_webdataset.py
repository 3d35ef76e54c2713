"""Tar files in the layout of WebDataset, read as tar files and nothing else."""

from __future__ import annotations

import tarfile
from collections.abc import Iterator, Sequence
from itertools import groupby
from operator import itemgetter
from pathlib import Path

from hubel.data._collect import Progress
from hubel.data._dataset import Dataset
from hubel.data._picture import LARGEST_PICTURE, Resize, Size
from hubel.data._shards import Sample, Shards, gather, list_paths
from hubel.errors import DataError, HubelError

_PICTURES = ("png", "jpg", "jpeg")
_LARGEST_LABEL = 4096

_File = tuple[str, str, bytes]
"""Of a sample: its key, the ending of the file's name, and what is in it."""


def read_webdataset(
    shards: Shards,
    *,
    label: str = "cls",
    class_names: Sequence[str] | None = None,
    size: int | Size | None = None,
    resize: Resize = "error",
    channels: int | None = None,
    background: int = 0,
    progress: Progress | None = None,
) -> Dataset:
    """Read tar files in the layout of WebDataset.

    Parameters
    ----------
    shards : path or sequence of path
        Tar files on this machine, also compressed ones. Files that follow each other
        and agree up to the first dot of their names are one sample, such as ``7.png``
        and ``7.cls``.
    label : str
        What the name of the file with the label ends in.
    class_names : sequence of str, optional
        The names of the classes; a label is one of them, or its number.
    size, resize, channels, background, progress
        As in `image_folder`.

    Returns
    -------
    Dataset
        In the order of the files.

    Raises
    ------
    DataError
        If a shard is damaged, or a sample lacks its picture or its label.

    Notes
    -----
    The layout is from https://github.com/webdataset/webdataset. No part of a sample is
    run or unpickled, and no addresses or pipes are opened.
    """
    return gather(
        list_paths(shards),
        lambda path: samples_of(path, label.lower()),
        class_names,
        progress,
        size=size,
        resize=resize,
        channels=channels,
        background=background,
    )


def samples_of(path: Path, label: str) -> Iterator[Sample]:
    """Yield the samples of a shard."""
    for key, files in groupby(_files(path, label), itemgetter(0)):
        parts = {ending: data for _, ending, data in files}
        pictures = [ending for ending in _PICTURES if ending in parts]
        if not pictures or label not in parts:
            lacking = f".{label}" if pictures else ".png or .jpg"
            raise DataError(f"{path}: the sample {key} has no {lacking}")
        word = parts[label].decode("utf-8", "replace").strip()
        yield Sample(f"{path}: {key}.{pictures[0]}", parts[pictures[0]], word)


def _files(path: Path, label: str) -> Iterator[_File]:
    """Yield the pictures and labels of a shard.

    tarfile answers damaged files with exceptions of many kinds: its own, those of the
    decompressors, ValueError, UnicodeDecodeError.
    """
    limits = {**dict.fromkeys(_PICTURES, LARGEST_PICTURE), label: _LARGEST_LABEL}
    try:
        with tarfile.open(path, "r|*") as tar:
            for member in tar:
                folder, _, name = member.name.rpartition("/")
                stem, _, ending = name.partition(".")
                limit = limits.get(ending.lower())
                if limit is None or not member.isreg() or name.startswith((".", "__")):
                    continue
                key = f"{folder}/{stem}" if folder else stem
                yield key, ending.lower(), _content(tar, member, path, limit)
    except HubelError:
        raise
    except Exception as error:
        raise DataError(f"{path}: a damaged tar file: {error}") from error


def _content(
    tar: tarfile.TarFile, member: tarfile.TarInfo, path: Path, limit: int
) -> bytes:
    """Return what is in a file of a sane size."""
    source = tar.extractfile(member)
    if source is None or member.size > limit:
        raise DataError(
            f"{path}: {member.name} has {member.size:,} bytes, where at most {limit:,} "
            "were expected"
        )
    return source.read()
