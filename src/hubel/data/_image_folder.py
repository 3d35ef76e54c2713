"""Pictures in folders, one folder a class: as one data set, or as two parts."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import numpy as np

from hubel.data._class_folders import Classes, find_classes, shortened, subfolders
from hubel.data._collect import Progress, choose_form, read_all
from hubel.data._dataset import Dataset
from hubel.data._files import read_whole
from hubel.data._picture import (
    LARGEST_PICTURE,
    Form,
    Header,
    Resize,
    Size,
    read_header,
)
from hubel.errors import DataError, OptionError

_PARTS = ("train", "test")


def image_folder(
    path: str | os.PathLike[str],
    *,
    size: int | Size | None = None,
    resize: Resize = "error",
    channels: int | None = None,
    background: int = 0,
    progress: Progress | None = None,
) -> Dataset:
    """Read a folder of pictures in which every subfolder is a class.

    Parameters
    ----------
    path : path
        Its subfolders are the classes, in natural order ("2" before "10"); hidden ones
        such as ``.ipynb_checkpoints`` are skipped. PNG and JPEG files in and below them
        are the pictures; other files are left out, with a notice.
    size : int or (int, int), optional
        Height and width, or one number for both. When left out: the one size that all
        pictures have, or 32 where `resize` brings them to it.
    resize : str
        What happens to pictures of another size. ``"error"``: nothing, they are
        refused, and the error lists the sizes. ``"fit"``: all of the picture, with a
        margin. ``"crop"``: its middle. ``"stretch"``: all of it, out of proportion.
    channels : int, optional
        1 for grey or 3 for colours; when left out, 1 if every picture is grey.
    background : int
        Grey level, 0 to 255, of margins and behind transparent pixels.
    progress : callable, optional
        Called with the number of pictures done and of all, as reading goes on: once for
        each to check its size, then once for each to unpack it.

    Returns
    -------
    Dataset
        Images uint8 of shape (n, height, width, channels), class by class.

    Raises
    ------
    DataError
        If the folder has no classes, a class no pictures (all such are listed), sizes
        differ under ``"error"``, a picture is damaged, or too large to be unpacked.
    OptionError
        If an option is out of range.

    Examples
    --------
    >>> import tempfile
    >>> from hubel.view import png_bytes
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     for name in ("10", "2"):
    ...         Path(folder, name).mkdir()
    ...         _ = Path(folder, name, "a.png").write_bytes(
    ...             png_bytes(np.full((20, 40), int(name), np.uint8))
    ...         )
    ...     data = image_folder(folder, size=16, resize="crop")
    >>> data.images.shape, data.class_names, data.images[:, 0, 0, 0].tolist()
    ((2, 16, 16, 1), ('2', '10'), [2, 10])
    """
    folder = Path(path)
    classes, notices = find_classes(folder)
    headers = _headers([file for files in classes.values() for file in files], progress)
    form = choose_form(
        str(folder),
        headers,
        size=size,
        resize=resize,
        channels=channels,
        background=background,
    )
    return _read(folder, classes, form, notices, progress)


def image_folders(
    path: str | os.PathLike[str],
    *,
    test: float = 0.2,
    seed: int = 0,
    size: int | Size | None = None,
    resize: Resize = "error",
    channels: int | None = None,
    background: int = 0,
    progress: Progress | None = None,
) -> tuple[Dataset, Dataset]:
    """Read a folder of pictures as a training part and a test part.

    Parameters
    ----------
    path : path
        A folder with ``train`` and ``test`` in it, each as `image_folder` takes them
        and with the same classes; or one such folder, of which a share is set aside.
    test : float
        The share, above 0 and below 1, where there is no folder ``test``.
    seed : int
        Decides, with the number of pictures alone, which are set aside.
    size, resize, channels, background, progress
        As in `image_folder`; what is left out is decided by the training part.

    Returns
    -------
    train, test : Dataset

    Raises
    ------
    DataError, OptionError
        As `image_folder`, and if the two folders' classes differ.
    """
    folder = Path(path)
    if not 0 < test < 1:
        raise OptionError(f"test must be a share above 0 and below 1, not {test}")
    whole = not {*_PARTS} <= {*subfolders(folder)}
    train = image_folder(
        folder if whole else folder / "train",
        size=size,
        resize=resize,
        channels=channels,
        background=background,
        progress=progress,
    )
    if whole:
        return _share(train, test, seed)
    classes, notices = find_classes(folder / "test")
    _check_same(folder, train.class_names, tuple(classes))
    height, width, depth = train.images.shape[1:]
    form = Form(
        size=(height, width), channels=depth, resize=resize, background=background
    )
    return train, _read(folder / "test", classes, form, notices, progress)


def _share(data: Dataset, test: float, seed: int) -> tuple[Dataset, Dataset]:
    """Set a share aside, at least one picture and not all."""
    if len(data) < 2:
        raise DataError(
            f"{data.name}: one picture cannot be split for training and test"
        )
    count = min(max(1, round(test * len(data))), len(data) - 1)
    train, rest = data.split(count, seed)
    said = (
        f"{data.name}: no folders train and test; {count:,} pictures set aside as test"
    )
    train = replace(train, name=f"{data.name} train", notices=(*data.notices, said))
    return train, replace(rest, name=f"{data.name} test", notices=())


def _check_same(folder: Path, train: tuple[str, ...], test: tuple[str, ...]) -> None:
    """Refuse two parts whose labels would mean different things."""
    if train == test:
        return
    lacking = [f"train lacks {name}" for name in test if name not in train]
    lacking += [f"test lacks {name}" for name in train if name not in test]
    raise DataError(
        f"{folder}: train and test have different classes: {shortened(lacking)}",
        remedy="Give both the same folders; a class without test pictures cannot be.",
    )


def _headers(files: list[Path], progress: Progress | None) -> list[Header]:
    """Return what all pictures say of themselves."""
    headers: list[Header] = []
    for file in files:
        headers.append(_header(file))
        if progress is not None:
            progress(len(headers), len(files))
    return headers


def _header(path: Path) -> Header:
    """Return what a picture says of itself."""
    return read_header(read_whole(path, limit=LARGEST_PICTURE), str(path))


def _read(
    folder: Path,
    classes: Classes,
    form: Form,
    notices: tuple[str, ...],
    progress: Progress | None,
) -> Dataset:
    """Read all pictures of all classes."""
    files = [file for group in classes.values() for file in group]
    packed = ((str(file), read_whole(file, limit=LARGEST_PICTURE)) for file in files)
    images = read_all(str(folder), len(files), packed, form, progress)
    counts = [len(group) for group in classes.values()]
    labels = np.repeat(np.arange(len(counts)), counts)
    return Dataset(images, labels, tuple(classes), folder.name or str(folder), notices)
