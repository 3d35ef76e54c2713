"""Single pictures: find them in files and folders, and read one of them."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hubel.data._class_folders import SUFFIXES, files_below
from hubel.data._files import read_whole
from hubel.data._picture import LARGEST_PICTURE, Form, Resize, Size, read_picture


def find_pictures(path: str | os.PathLike[str]) -> list[Path]:
    """Return a file as it is, or of a folder all pictures in and below it.

    Parameters
    ----------
    path : path
        In a folder, PNG and JPEG files by their names, in natural order ("2" before
        "10"); hidden files and folders are skipped.

    Raises
    ------
    DataError
        If a folder cannot be listed.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     for name in ("10.png", "2.JPG", "notes.txt", ".hidden.png"):
    ...         Path(folder, name).touch()
    ...     [each.name for each in find_pictures(folder)]
    ['2.JPG', '10.png']
    """
    place = Path(path)
    if not place.is_dir():
        return [place]
    return [file for file in files_below(place) if file.suffix.lower() in SUFFIXES]


def read_image(
    path: str | os.PathLike[str],
    *,
    size: int | Size,
    channels: int = 3,
    resize: Resize = "error",
    background: int = 0,
) -> NDArray[np.uint8]:
    """Read one PNG or JPEG picture.

    Parameters
    ----------
    path : path
    size : int or (int, int)
        Height and width, or one number for both.
    channels : int
        1 for grey or 3 for colours.
    resize, background
        What happens to a picture of another size, as in `image_folder`.

    Returns
    -------
    array of uint8, shape (height, width, channels)

    Raises
    ------
    DataError
        If the file is missing, no picture, damaged, too large to be unpacked, or of
        another size under ``"error"``.
    OptionError
        If an option is out of range.

    Examples
    --------
    >>> import tempfile
    >>> from hubel.view import png_bytes
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = Path(folder, "a.png")
    ...     _ = file.write_bytes(png_bytes(np.full((20, 40), 7, np.uint8)))
    ...     read_image(file, size=16, channels=1, resize="crop").shape
    (16, 16, 1)
    """
    both = (size, size) if isinstance(size, int) else size
    form = Form(size=both, channels=channels, resize=resize, background=background)
    file = Path(path)
    return read_picture(read_whole(file, limit=LARGEST_PICTURE), str(file), form)
