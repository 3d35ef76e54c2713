"""A contact sheet: many pictures in rows, each with its caption below it, as a PNG."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hubel.errors import DTypeError, OptionError, ShapeError
from hubel.view._png import png_bytes
from hubel.view._svg import shorten
from hubel.view._tiles import as_color, shrink

_SIDE = 96
_GAP, _LINE = 8, 14
_LETTERS = 17
_PAPER, _INK = 255, 30


def contact_sheet(
    images: NDArray[Any],
    captions: Sequence[Sequence[str]],
    *,
    columns: int = 8,
) -> bytes:
    """Return a sheet of small pictures with their captions.

    Parameters
    ----------
    images : array of uint8, shape (n, h, w) or (n, h, w, c) with c of 1 or 3
        n at least 1. Pictures are enlarged by a whole factor, or shrunk, to about 96
        pixels.
    captions : sequence of sequences of str
        Lines of text for each picture, cut where they are too long.
    columns : int
        Pictures in a row, at most.

    Returns
    -------
    bytes
        A PNG file.

    Raises
    ------
    DTypeError
        If the images are not of uint8.
    OptionError
        If there is no image, or no column.
    ShapeError
        If the images are none, or not as many as the captions.

    Examples
    --------
    >>> import numpy as np
    >>> sheet = contact_sheet(np.zeros((3, 8, 8, 3), np.uint8), [["cat", "97 %"]] * 3)
    >>> sheet[1:4]
    b'PNG'
    """
    _check(images, captions, columns)
    tiles = _tiles(images[..., np.newaxis] if images.ndim == 3 else images)
    lines = max(map(len, captions))
    high, wide = tiles.shape[1] + lines * _LINE + _GAP, _SIDE + _GAP
    across = min(columns, len(tiles))
    down = -(-len(tiles) // across)
    sheet = np.full((down * high + _GAP, across * wide + _GAP, 3), _PAPER, np.uint8)
    corners = [
        (_GAP + i // across * high, _GAP + i % across * wide) for i in range(len(tiles))
    ]
    for (top, left), tile in zip(corners, tiles, strict=True):
        sheet[top : top + tile.shape[0], left : left + tile.shape[1]] = tile
    return png_bytes(_written(sheet, corners, captions, tiles.shape[1]))


def _check(
    images: NDArray[Any], captions: Sequence[Sequence[str]], columns: int
) -> None:
    """Refuse what makes no sheet."""
    if images.dtype != np.uint8:
        raise DTypeError(f"images need uint8 numbers from 0 to 255, not {images.dtype}")
    is_image = images.ndim == 3 or (images.ndim == 4 and images.shape[3] in (1, 3))
    if not is_image or len(images) != len(captions):
        raise ShapeError(
            f"images of shape {images.shape} with {len(captions)} captions",
            remedy="Give (n, h, w, c) with c of 1 or 3, and a caption for each.",
        )
    if columns < 1 or not images.size:
        raise OptionError(
            f"a sheet of {len(images)} pictures in {columns} columns",
            remedy="Give at least one of each.",
        )


def _tiles(images: NDArray[Any]) -> NDArray[np.uint8]:
    """Bring pictures to about the size of a tile, whole pixels to whole pixels."""
    small = np.clip(np.rint(shrink(images, _SIDE)), 0, 255).astype(np.uint8)
    by = max(1, _SIDE // max(small.shape[1:3]))
    return as_color(small.repeat(by, axis=1).repeat(by, axis=2))


def _written(
    sheet: NDArray[np.uint8],
    corners: Sequence[tuple[int, int]],
    captions: Sequence[Sequence[str]],
    below: int,
) -> NDArray[np.uint8]:
    """Write the captions below their pictures."""
    from PIL import Image, ImageDraw, ImageFont  # slow to load

    font = ImageFont.load_default()
    outlines = isinstance(font, ImageFont.FreeTypeFont)
    picture = Image.fromarray(sheet)
    draw = ImageDraw.Draw(picture)
    for (top, left), lines in zip(corners, captions, strict=True):
        for number, line in enumerate(lines):
            text = shorten(line, _LETTERS)
            if not outlines:  # Pillow's own font has the letters of Latin 1 alone
                text = text.encode("latin-1", "replace").decode("latin-1")
            place = left, top + below + number * _LINE
            draw.text(place, text, fill=(_INK,) * 3, font=font)
    return np.asarray(picture)
