"""What the units of a first layer look for: their weights, seen as images."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hubel.errors import OptionError, ShapeError
from hubel.view._markup import Markup, element
from hubel.view._png import data_uri
from hubel.view._tiles import as_color, sheet, shrink

Scaling = Literal["each", "together"]
_PIXELS = 131_072
"""The pixels of all tiles on a sheet: about half a megabyte as text."""


def filters(
    weights: ArrayLike,
    *,
    shape: tuple[int, ...] = (32, 32, 3),
    columns: int | None = None,
    limit: int = 100,
    scaling: Scaling = "each",
) -> Markup:
    """Show first-layer weights as a sheet of images, grey where a weight is 0.

    Parameters
    ----------
    weights : array_like
        Shape (in, out) with ``in`` the size of `shape`, or (out, h, w) or
        (out, h, w, c) with c of 1 or 3.
    shape : tuple of int
        How the inputs of a flat layer form an image: (h, w) or (h, w, c).
    columns : int, optional
        Tiles a row; about as many as rows when left out.
    limit : int
        With more units than this, only the strongest (by the length of their weight
        vector) are shown, the strongest first, and the caption says so.
    scaling : {"each", "together"}
        Whether each tile uses the full range by itself, or all share one scale.

    Returns
    -------
    Markup
        An HTML figure with the sheet as a PNG inside it, and its caption.

    Raises
    ------
    ShapeError
        When the weights do not form images of that shape.
    OptionError
        When `limit`, `columns` or `scaling` is none of the allowed values.

    Notes
    -----
    Images above 64 pixels a side are shrunk by averaging, and of large images fewer
    are shown, so that a sheet stays below about 0.6 MB. A weight that is not finite
    is drawn as 0.

    Examples
    --------
    >>> import numpy as np
    >>> figure = filters(np.eye(12), shape=(2, 2, 3))
    >>> "All 12 units" in figure
    True
    """
    images = read_filters(weights, shape)
    units = strongest(images, limit)
    caption = _caption(len(images), len(units), scaling)
    picture = _sheet(images[units], columns, scaling)
    return element(
        "figure",
        element(
            "img",
            src=data_uri(picture),
            alt=f"First-layer weights as images. {caption}",
            width=float(picture.shape[1]),
            height=float(picture.shape[0]),
            class_="hb-pixels",
        ),
        element("figcaption", caption),
        class_="hb-filters",
    )


def filter_sheet(
    weights: ArrayLike, *, shape: tuple[int, ...] = (32, 32, 3), limit: int = 100
) -> NDArray[np.uint8]:
    """Return the picture that `filters` shows, each tile scaled by itself.

    Parameters are those of `filters`.

    Returns
    -------
    numpy.ndarray of uint8
        Shape (height, width, 4); the last channel is 0 between the tiles.

    Examples
    --------
    >>> import numpy as np
    >>> filter_sheet(np.eye(12), shape=(2, 2, 3)).shape
    (10, 18, 4)
    """
    images = read_filters(weights, shape)
    return _sheet(images[strongest(images, limit)], None, "each")


def _sheet(
    images: NDArray[np.float64], columns: int | None, scaling: Scaling
) -> NDArray[np.uint8]:
    """Lay weights out as tiles."""
    across = _columns(len(images)) if columns is None else columns
    if across < 1:
        raise OptionError(f"a sheet has at least 1 column, not {columns}.")
    return sheet(shade(images, scaling), across)


def read_filters(weights: ArrayLike, shape: tuple[int, ...]) -> NDArray[np.float64]:
    """Return weights as images (out, h, w, c), at most 64 pixels a side."""
    values = np.asarray(weights, np.float64)
    if values.ndim == 2 and values.shape[0] == int(np.prod(shape)):
        values = values.T.reshape(-1, *shape)
    if values.ndim == 3:
        values = values[..., None]
    if values.ndim != 4 or values.shape[3] not in (1, 3) or values.size == 0:
        raise ShapeError(
            f"weights of shape {np.shape(weights)} are not images of shape {shape}.",
            remedy="Give (in, out) with `in` the size of shape=, or (out, h, w, c) "
            "with c of 1 or 3.",
        )
    return shrink(np.where(np.isfinite(values), values, 0.0))


def strongest(images: NDArray[np.float64], limit: int) -> NDArray[np.intp]:
    """Return which units to show: all in their order, or the strongest."""
    if limit < 1:
        raise OptionError(f"limit= is at least 1 unit, not {limit}.")
    height, width = images.shape[1:3]
    room = min(limit, max(1, _PIXELS // (height * width)))
    if len(images) <= room:
        return np.arange(len(images))
    lengths = np.linalg.norm(images.reshape(len(images), -1), axis=1)
    return np.argsort(-lengths, kind="stable")[:room]


def shade(images: NDArray[np.float64], scaling: Scaling) -> NDArray[np.uint8]:
    """Turn weights into colours: 0 is mid-grey, the largest size an end of the range.

    Parameters
    ----------
    images : numpy.ndarray
        Shape (n, h, w, c) with c of 1 or 3.
    scaling : {"each", "together"}
        What the largest size is taken over.

    Returns
    -------
    numpy.ndarray of uint8
        Shape (n, h, w, 3).
    """
    if scaling not in ("each", "together"):
        raise OptionError(f'scaling= is "each" or "together", not {scaling!r}.')
    sizes: Any = np.abs(images).max(axis=(1, 2, 3), keepdims=True)
    if scaling == "together":
        sizes = sizes.max()
    unit = images / np.where(sizes > 0, sizes, 1.0)
    return as_color(np.round(127.5 + 127.5 * unit).astype(np.uint8))


def _columns(count: int) -> int:
    """Return how many columns make a sheet that is about as wide as high."""
    return max(int(np.ceil(np.sqrt(count))), min(count, 5))


def _caption(count: int, shown: int, scaling: Scaling) -> str:
    """Say which units are shown and what their colours mean."""
    which = f"All {count:,} units" if shown == count else _strongest(count, shown)
    scale = "each scaled by itself" if scaling == "each" else "all on one scale"
    return f"{which}, {scale}: mid-grey is a weight of 0."


def _strongest(count: int, shown: int) -> str:
    """Say how many of how many units are shown."""
    return f"The {shown:,} strongest of {count:,} units, the strongest first"
