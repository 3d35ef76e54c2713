"""What every kind of shards has in common: paths in, samples, one data set out."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

from hubel.data._collect import Progress, choose_form, number_labels, read_all
from hubel.data._dataset import Dataset
from hubel.data._picture import Header, read_header
from hubel.errors import DataError, OptionError

Shards: TypeAlias = str | os.PathLike[str] | Sequence[str | os.PathLike[str]]

_MOST_SAMPLES = 10_000_000


class Sample(NamedTuple):
    """A picture that is still packed, where it is from, and its label as text."""

    name: str
    data: bytes
    label: str


def list_paths(shards: Shards) -> list[Path]:
    """Return one path or several as a list of files that are there."""
    single = isinstance(shards, str | os.PathLike)
    paths = [Path(shards)] if single else [Path(shard) for shard in shards]
    if not paths:
        raise OptionError("there are no shards to read")
    for path in paths:
        if not path.is_file():
            raise DataError(f"{path}: there is no such file")
    return paths


def gather(
    paths: list[Path],
    samples_of: Callable[[Path], Iterator[Sample]],
    class_names: Iterable[str] | None,
    progress: Progress | None,
    **shape: Any,
) -> Dataset:
    """Read shards twice: sizes and labels first, then the pixels into one array."""
    headers: list[Header] = []
    words: list[str] = []
    for sample in _all(paths, samples_of):
        headers.append(read_header(sample.data, sample.name))
        words.append(sample.label)
        if len(words) > _MOST_SAMPLES:
            raise DataError(f"{paths[0]}: more than {_MOST_SAMPLES:,} samples")
    name = paths[0].name + (f" and {len(paths) - 1} more" if len(paths) > 1 else "")
    if not words:
        raise DataError(f"{name}: there are no samples in it")
    labels, names = number_labels(name, words, class_names)
    form = choose_form(name, headers, **shape)
    packed = ((sample.name, sample.data) for sample in _all(paths, samples_of))
    images = read_all(name, len(words), packed, form, progress)
    return Dataset(images, labels, names, name)


def _all(
    paths: list[Path], samples_of: Callable[[Path], Iterator[Sample]]
) -> Iterator[Sample]:
    """Yield the samples of all shards."""
    for path in paths:
        yield from samples_of(path)
