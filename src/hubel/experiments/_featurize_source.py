"""Where images come from that features are computed of, some at a time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from hubel.data import Dataset, Resize, find_pictures
from hubel.data._class_folders import natural, subfolders
from hubel.data._collect import number_labels
from hubel.data._drawing import SIDE
from hubel.data._files import read_whole
from hubel.data._parquet import import_parquet
from hubel.data._parquet import samples_of as rows_of
from hubel.data._picture import LARGEST_PICTURE, Form, read_header, read_picture
from hubel.data._shapes import SHAPES
from hubel.data._shards import Sample
from hubel.data._tenshapes import draw_batches
from hubel.data._webdataset import samples_of as members_of
from hubel.errors import DataError
from hubel.experiments._sources import SOURCES, read_data

Array = np.ndarray[Any, np.dtype[Any]]

UNKNOWN = -1
"""The label of an image that no class is known of."""

_PARTS = ("train", "test")


def _parquet_samples(path: Path) -> Iterator[Sample]:
    return rows_of(import_parquet(), path, "image", "label")


def _tar_samples(path: Path) -> Iterator[Sample]:
    return members_of(path, "cls")


_SHARDS = {
    ".parquet": _parquet_samples,
    ".tar": _tar_samples,
    ".tgz": _tar_samples,
}


@dataclass(frozen=True)
class Origin:
    """What is known of one image besides its pixels.

    Attributes
    ----------
    label : int
        `UNKNOWN`, or the number of the class.
    part : str
        ``"train"`` or ``"test"``; empty where there are no such parts.
    file : str
        Where it is from; empty where it is from no file of its own.
    """

    label: int = UNKNOWN
    part: str = ""
    file: str = ""


Batch = tuple[Array, list[Origin]]
"""uint8 images (n, height, width, channels), and the origin of each."""


@dataclass(frozen=True, eq=False)
class ImageSource:
    """Images that need not fit into memory.

    Attributes
    ----------
    count : int
    shape : tuple of int
        Of an image: (height, width, channels).
    class_names : tuple of str
        By label.
    read : callable
        Gives all images in their order, in batches of any size.
    """

    count: int
    shape: tuple[int, ...]
    class_names: tuple[str, ...]
    read: Callable[[], Iterable[Batch]] = field(repr=False)

    def batches(self, size: int) -> Iterator[Batch]:
        """Give all images in their order, so many at a time."""
        waiting: list[Array] = []
        origins: list[Origin] = []
        for images, more in self.read():
            waiting.append(images)
            origins += more
            while len(origins) >= size:
                whole = np.concatenate(waiting) if len(waiting) > 1 else waiting[0]
                yield whole[:size], origins[:size]
                waiting, origins = [whole[size:]], origins[size:]
        if origins:
            yield np.concatenate(waiting), origins


def open_source(
    place: str | Path,
    *,
    data_dir: str | None = None,
    images: int | None = None,
    size: int | None = None,
    resize: Resize = "error",
) -> ImageSource:
    """Find images, and see what they are.

    Parameters
    ----------
    place : str or Path
        The name of a data set, whose parts come one after the other; a folder, whose
        PNG and JPEG files come in natural order, each of the class that the folder at
        the top is named for, below ``train`` and ``test`` if there are both; a Parquet
        or tar file as `data.read_parquet` and `data.read_webdataset` take them; or an
        array of images, uint8, in a ``.npy`` file.
    data_dir : str, optional
        As in `read_data`.
    images : int, optional
        The first ones only; of a data set the first of each of its parts, of tenshapes
        so many for training and a fifth as many for the test.
    size, resize
        What pictures of another size than the first one's are brought to, as in
        `data.image_folder`.

    Raises
    ------
    DataError, OptionError
        If there are none, or the first cannot be read.
    """
    if isinstance(place, str):
        return _data_set(place, data_dir, images)
    form = _Form(size, resize)
    if place.suffix.lower() == ".npy":
        return _array(place, images)
    if place.is_dir():
        return _folder(place, images, form)
    kind = ".tar" if ".tar" in place.suffixes else place.suffix.lower()
    if kind not in _SHARDS or not place.is_file():
        raise DataError(
            f"{place}: no folder, and no file of images that is known",
            remedy="Give a folder of pictures, or a file .npy, .parquet or .tar.",
        )
    read = _SHARDS[kind]
    return _shard(place, lambda: read(place), images, form)


@dataclass(frozen=True)
class _Form:
    """What pictures are to be brought to."""

    size: int | None
    resize: Resize

    def of(self, data: bytes, name: str) -> Form:
        """Return it, as the first picture has it where nothing is said."""
        height, width = read_header(data, name).size
        if self.size is not None:
            height = width = self.size
        elif self.resize != "error":
            height = width = SIDE
        return Form(size=(height, width), channels=3, resize=self.resize)


def _data_set(name: str, data_dir: str | None, images: int | None) -> ImageSource:
    """Give a data set by its name, tenshapes as they are drawn."""
    if SOURCES[name] is not None:
        return _in_memory(read_data(name, data_dir), images)
    train = 10_000 if images is None else images
    counts = {"train": train, "test": max(1, train // 5) if train else 0}

    def read() -> Iterator[Batch]:
        for part, count in counts.items():
            for drawn, labels in draw_batches(part, count):
                yield drawn, [Origin(int(label), part) for label in labels]

    return ImageSource(sum(counts.values()), (SIDE, SIDE, 3), tuple(SHAPES), read)


def _in_memory(parts: Sequence[Dataset], images: int | None) -> ImageSource:
    """Give data sets that have been read."""
    kept = [part[:images] for part in parts]

    def read() -> Iterator[Batch]:
        for part, name in zip(kept, _PARTS, strict=True):
            yield part.images, [Origin(int(label), name) for label in part.labels]

    first = kept[0]
    return ImageSource(
        sum(map(len, kept)), first.images.shape[1:], first.class_names, read
    )


def _array(path: Path, images: int | None) -> ImageSource:
    """Give images of an array in a file, of which nothing else is known."""
    try:
        stored: Array = np.lib.format.open_memmap(path, mode="r")
    except (OSError, ValueError) as error:
        raise DataError(f"{path}: no array that can be read: {error}") from None
    stored = stored[..., np.newaxis] if stored.ndim == 3 else stored
    if stored.dtype != np.uint8 or stored.ndim != 4 or 0 in stored.shape:
        raise DataError(
            f"{path}: {stored.dtype} of shape {stored.shape}",
            remedy="Needed are images: uint8 of shape (n, height, width, channels).",
        )
    kept = stored[:images]
    step = max(1, 2**24 // stored[0].size)

    def read() -> Iterator[Batch]:
        for start in range(0, len(kept), step):
            part = np.array(kept[start : start + step])
            yield part, [Origin()] * len(part)

    return ImageSource(len(kept), stored.shape[1:], (), read)


def _folder(folder: Path, images: int | None, form: _Form) -> ImageSource:
    """Give the pictures of a folder."""
    both = {*_PARTS} <= {*subfolders(folder)}
    parts = [(folder / name, name) for name in _PARTS] if both else [(folder, "")]
    found = [(file, home, part) for home, part in parts for file in find_pictures(home)]
    found = found[:images]
    if not found:
        raise DataError(f"{folder}: no PNG or JPEG pictures in it")
    words = [_class_of(file, home) for file, home, _ in found]
    names = tuple(sorted({*words} - {""}, key=natural))
    numbers = {name: number for number, name in enumerate(names)} | {"": UNKNOWN}
    first = found[0][0]
    shape = form.of(read_whole(first, limit=LARGEST_PICTURE), str(first))

    def read() -> Iterator[Batch]:
        for (file, _, part), word in zip(found, words, strict=True):
            data = read_whole(file, limit=LARGEST_PICTURE)
            picture = read_picture(data, str(file), shape)
            yield picture[np.newaxis], [Origin(numbers[word], part, str(file))]

    return ImageSource(len(found), (*shape.size, shape.channels), names, read)


def _class_of(file: Path, home: Path) -> str:
    """Return the name of the folder at the top that a file is in, if it is in one."""
    return file.relative_to(home).parts[0] if file.parent != home else ""


def _shard(
    path: Path,
    samples: Callable[[], Iterator[Sample]],
    images: int | None,
    form: _Form,
) -> ImageSource:
    """Give the pictures of a shard; it is read once before, to count them."""
    first = next(samples(), None)
    if first is None:
        raise DataError(f"{path}: there are no samples in it")
    words = Counter(sample.label for sample in islice(samples(), images))
    names = number_labels(str(path), list(words), None)[1]
    numbers = {name: number for number, name in enumerate(names)}
    shape = form.of(first.data, first.name)

    def read() -> Iterator[Batch]:
        for sample in islice(samples(), images):
            picture = read_picture(sample.data, sample.name, shape)
            yield picture[np.newaxis], [Origin(numbers[sample.label], "", sample.name)]

    return ImageSource(words.total(), (*shape.size, shape.channels), names, read)
