"""Small images in rows and columns, such as variants of the same ones."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from hubel.errors import DTypeError, ShapeError
from hubel.view._markup import Markup, element
from hubel.view._png import data_uri
from hubel.view._tiles import as_color, sheet, shrink


def gallery(images: NDArray[Any], *, caption: str = "") -> Markup:
    """Show images in rows and columns.

    Parameters
    ----------
    images : numpy.ndarray of uint8
        Shape (rows, columns, h, w, c) with c of 1 or 3. Images above 64 pixels a side
        are shrunk by averaging.
    caption : str
        What the rows and columns are.

    Returns
    -------
    Markup
        An HTML figure with the sheet as a PNG inside it.

    Raises
    ------
    DTypeError, ShapeError
        When the images are of another kind.

    Examples
    --------
    >>> figure = gallery(np.zeros((2, 3, 8, 8, 3), np.uint8), caption="Nothing.")
    >>> figure.count("<img"), "Nothing." in figure
    (1, True)
    """
    if images.dtype != np.uint8:
        raise DTypeError(f"a gallery shows uint8 images, not {images.dtype}.")
    if images.ndim != 5 or images.shape[4] not in (1, 3) or not images.size:
        raise ShapeError(
            "a gallery shows images of shape (rows, columns, h, w, c) with c of "
            f"1 or 3, not {images.shape}."
        )
    flat = images.reshape(-1, *images.shape[2:])
    tiles = as_color(shrink(flat).round().astype(np.uint8))
    picture = sheet(tiles, images.shape[1])
    return element(
        "figure",
        element(
            "img",
            src=data_uri(picture),
            alt=caption or "Images side by side.",
            width=float(picture.shape[1]),
            height=float(picture.shape[0]),
            class_="hb-pixels",
        ),
        *([element("figcaption", caption)] if caption else []),
        class_="hb-filters",
    )
