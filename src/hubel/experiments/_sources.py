"""The data sets that can be trained on, by the names that options use."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass

from hubel.data import (
    Dataset,
    Progress,
    Resize,
    cifar10,
    image_folders,
    mnist,
    tenshapes,
)
from hubel.errors import DataError, OptionError

VARIABLE = "HUBEL_DATA"
FOLDER = "folder"
"""The name of data that are pictures in a folder of the user's."""

Pair = tuple[Dataset, Dataset]


@dataclass(frozen=True)
class Source:
    """Where a data set comes from.

    Attributes
    ----------
    read : callable
        From a folder to the training part and the test part.
    get : str
        How somebody comes by the files.
    """

    read: Callable[[str], Pair]
    get: str


SOURCES: dict[str, Source | None] = {
    "tenshapes": None,
    "mnist": Source(
        mnist,
        "Run `hubel data get mnist`, or download the four files from "
        "https://storage.googleapis.com/cvdf-datasets/mnist/.",
    ),
    "cifar10": Source(
        cifar10,
        "Run `hubel data get cifar10`, or download cifar-10-binary.tar.gz from "
        "https://www.cs.toronto.edu/~kriz/cifar.html and unpack it.",
    ),
    FOLDER: None,
}
"""By name; what is not the files of a published data set has no source."""


def read_data(
    name: str,
    folder: str | None = None,
    images: int | None = None,
    *,
    size: int | None = None,
    resize: Resize = "error",
    progress: Progress | None = None,
) -> Pair:
    """Return the training part and the test part of a data set.

    Parameters
    ----------
    name : str
        A key of `SOURCES`.
    folder : str, optional
        Where its files are; when left out, the folder that ``HUBEL_DATA`` names. For
        ``"folder"`` the pictures, as `data.image_folders` takes them.
    images : int, optional
        Only the first of the training images; of tenshapes any number, and a fifth as
        many for the test; of a folder any, as its first are all of one class.
    size, resize
        What pictures in a folder are brought to, as in `data.image_folders`.
    progress : callable, optional
        Called with the number of pictures done and of all, where reading or drawing
        them takes its time.

    Raises
    ------
    DataError
        If no folder is known, or what is in it is not as it should be.
    OptionError
        If a folder is given for what is generated.

    Examples
    --------
    >>> train, test = read_data("tenshapes", images=500)
    >>> len(train), len(test)
    (500, 100)
    """
    if name == FOLDER:
        return _read_pictures(folder, images, size, resize, progress)
    source = SOURCES[name]
    if source is None:
        return _generate(name, folder, images, progress)
    place = folder or os.environ.get(VARIABLE)
    if not place:
        raise DataError(
            f"{name} is read from files, and it is not said where they are",
            remedy=f"{source.get} Then give the folder with --data-dir FOLDER, or in "
            f"the environment variable {VARIABLE}.",
        )
    train, test = source.read(place)
    return train if images is None else train[:images], test


def _read_pictures(
    folder: str | None,
    images: int | None,
    size: int | None,
    resize: Resize,
    progress: Progress | None,
) -> Pair:
    """Read pictures, always with the same ones for the test, whatever the seed."""
    if not folder:
        raise DataError(
            "it is not said which folder the pictures are in",
            remedy="Give it with --data PATH.",
        )
    train, test = image_folders(folder, size=size, resize=resize, progress=progress)
    if images is None or images >= len(train):
        return train, test
    return train.split(images, seed=0)[1], test


def _generate(
    name: str, folder: str | None, images: int | None, progress: Progress | None
) -> Pair:
    """Draw tenshapes, always the same images, whatever the seed of the run."""
    if folder is not None:
        raise OptionError(
            f"{name} is generated and reads no folder",
            remedy="Leave --data-dir out, or say --data mnist or --data cifar10.",
        )
    counts = () if images is None else (images, max(1, images // 5))
    return tenshapes(*counts, progress=progress)
