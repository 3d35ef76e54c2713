"""Glyphs: histograms of oriented gradients as small strokes along the edges."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hubel.errors import ShapeError
from hubel.view._markup import Markup, element, number
from hubel.view._png import data_uri
from hubel.view._svg import drawing
from hubel.view._tiles import Bytes

LEVELS = 8
"""How many strengths a drawing tells apart; strokes of the weakest are left out."""
_SIDE = 24
"""The side of a cell in a drawing."""


def glyphs(
    cells: ArrayLike,
    *,
    image: NDArray[Any] | None = None,
    cell: int = 8,
    signed: bool = False,
    start: float = 0.0,
    title: str = "Histograms of oriented gradients",
) -> Markup:
    """Draw the histograms of cells over the image that they describe.

    Parameters
    ----------
    cells : array_like of shape (rows, columns, bins)
        At least 0, such as ``features.HOG().cells(images)[0]``.
    image : numpy.ndarray of uint8, optional
        Shape (h, w), (h, w, 1) or (h, w, 3); drawn pale behind the glyphs.
    cell : int
        Pixels of a cell along each axis.
    signed : bool
        Whether the bins are parts of a whole turn. Opposite ones share a stroke.
    start : float
        Where the first bin begins, in bins.
    title : str
        What a reader who does not see the picture is told first.

    Returns
    -------
    Markup
        A whole SVG drawing. Strokes lie along edges, at right angles to gradients; the
        stronger, the less transparent, on one scale for the whole picture.

    Raises
    ------
    ShapeError
        When cells have another shape.

    Examples
    --------
    >>> cells = np.zeros((1, 2, 9))
    >>> cells[0, 1, 0] = 5.0
    >>> picture = glyphs(cells)
    >>> picture.count("<path"), 'width="48"' in picture
    (1, True)
    """
    strengths = _unsigned(cells, signed)
    rows, columns, bins = strengths.shape
    levels = np.ceil(strengths / (strengths.max() or 1) * LEVELS - 0.5).astype(int)
    strokes = [
        element(
            "path",
            d=_strokes(levels == level, start),
            class_="line",
            opacity=level / LEVELS,
        )
        for level in range(1, LEVELS + 1)
        if (levels == level).any()
    ]
    height, width = rows * _SIDE, columns * _SIDE
    pale = [] if image is None else [_behind(image, _SIDE / cell)]
    return drawing(
        width,
        height,
        *pale,
        element("g", *strokes, class_="series0"),
        title=title,
        description=f"{rows} x {columns} cells with strokes of {bins} orientations; "
        "the strongest are the darkest.",
    )


def glyph_pixels(
    cells: ArrayLike, *, side: int = 8, signed: bool = False, start: float = 0.0
) -> Bytes:
    """Paint the histograms of cells as white strokes on black.

    Parameters
    ----------
    cells : array_like of shape (..., rows, columns, bins)
        At least 0. Each picture has a scale of its own.
    side : int
        Pixels of a cell along each axis.
    signed, start
        As of :func:`glyphs`.

    Returns
    -------
    numpy.ndarray of uint8
        Shape (..., rows * side, columns * side), as `png_bytes` takes one of them.

    Examples
    --------
    >>> glyph_pixels(np.ones((5, 4, 3, 9))).shape
    (5, 32, 24)
    """
    values = np.asarray(cells, np.float64)
    many = values.reshape(-1, *values.shape[-3:])
    strengths = np.stack([_unsigned(each, signed) for each in many])
    tiles = np.stack([_tile(angle, side) for angle in _angles(many[0], start, signed)])
    painted: Any = np.einsum("nrcb,bij->nricj", strengths, tiles)
    rows, columns = strengths.shape[1:3]
    painted = painted.reshape(*values.shape[:-3], rows * side, columns * side)
    most: Any = painted.max(axis=(-2, -1), keepdims=True)
    shown: Any = 255 * painted / np.maximum(most, 1e-300)
    return shown.round().astype(np.uint8)


def _unsigned(cells: ArrayLike, signed: bool) -> NDArray[np.float64]:
    """Return cells as numbers, those of opposite bins added up."""
    values = np.asarray(cells, np.float64)
    if values.ndim != 3 or 0 in values.shape or (signed and values.shape[2] % 2):
        raise ShapeError(
            f"glyphs of cells of shape {values.shape}",
            remedy="Give (rows, columns, bins), an even number of bins if signed.",
        )
    if not signed:
        return values
    half = values.shape[2] // 2
    return values[..., :half] + values[..., half:]


def _angles(cells: NDArray[Any], start: float, signed: bool) -> NDArray[np.float64]:
    """Return the angle of the edges of each bin, at right angles to its gradients."""
    bins = cells.shape[-1] // 2 if signed else cells.shape[-1]
    middles = np.arange(bins, dtype=np.float64) + start + 0.5
    return middles * (math.pi / bins) + math.pi / 2


def _strokes(shown: NDArray[np.bool_], start: float) -> str:
    """Return the path of one stroke through the middle of a cell for each place."""
    parts: list[str] = []
    half = 0.42 * _SIDE
    angles = _angles(shown, start, signed=False)
    for row, column, k in np.argwhere(shown):
        along, down = half * math.cos(angles[k]), half * math.sin(angles[k])
        x, y = (column + 0.5) * _SIDE - along, (row + 0.5) * _SIDE - down
        steps = f"{number(x)} {number(y)}l{number(2 * along)} {number(2 * down)}"
        parts.append(f"M{steps}")
    return "".join(parts)


def _tile(angle: float, side: int) -> NDArray[np.float64]:
    """Paint one stroke, smooth at its edges: 1 on it, 0 off it."""
    y, x = np.indices((side, side)) - (side - 1) / 2
    beside: Any = abs(y * math.cos(angle) - x * math.sin(angle))
    beyond: Any = np.maximum(
        abs(x * math.cos(angle) + y * math.sin(angle)) - 0.4 * side, 0
    )
    return (1.2 - beside - beyond).clip(0, 1)


def _behind(image: NDArray[Any], scale: float) -> Markup:
    """Return the image as a pale background, its pixels enlarged."""
    return element(
        "image",
        href=data_uri(image),
        width=image.shape[1] * scale,
        height=image.shape[0] * scale,
        preserveAspectRatio="none",
        opacity=0.45,
        style="image-rendering:pixelated",
    )
