"""The data sets that can be trained on, by the names that options use."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass

from hubel.data import Dataset, cifar10, mnist, tenshapes
from hubel.errors import DataError, OptionError

VARIABLE = "HUBEL_DATA"

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
}
"""By name; tenshapes is generated and has no source."""


def read_data(name: str, folder: str | None = None, images: int | None = None) -> Pair:
    """Return the training part and the test part of a data set.

    Parameters
    ----------
    name : str
        A key of `SOURCES`.
    folder : str, optional
        Where its files are; when left out, the folder that ``HUBEL_DATA`` names.
    images : int, optional
        Only the first of the training images; of tenshapes any number, and a fifth as
        many for the test.

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
    source = SOURCES[name]
    if source is None:
        return _generate(name, folder, images)
    place = folder or os.environ.get(VARIABLE)
    if not place:
        raise DataError(
            f"{name} is read from files, and it is not said where they are",
            remedy=f"{source.get} Then give the folder with --data-dir FOLDER, or in "
            f"the environment variable {VARIABLE}.",
        )
    train, test = source.read(place)
    return train if images is None else train[:images], test


def _generate(name: str, folder: str | None, images: int | None) -> Pair:
    """Draw tenshapes, always the same images, whatever the seed of the run."""
    if folder is not None:
        raise OptionError(
            f"{name} is generated and reads no folder",
            remedy="Leave --data-dir out, or say --data mnist or --data cifar10.",
        )
    return tenshapes() if images is None else tenshapes(images, max(1, images // 5))
