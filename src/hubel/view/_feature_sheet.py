"""A contact sheet of features: each picture, and what was computed of it."""

from __future__ import annotations

import colorsys
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hubel.view._contact_sheet import contact_sheet
from hubel.view._glyphs import glyph_pixels
from hubel.view._tiles import Bytes, as_color, shrink

_SIDE = 96
_PAPER, _INK = 255, 90
_ACROSS = 8


def feature_sheet(
    images: NDArray[Any],
    captions: Sequence[Sequence[str]],
    panels: Sequence[tuple[str, Bytes]],
) -> bytes:
    """Return a sheet of pictures, each followed by drawings of its features.

    Parameters
    ----------
    images : array of uint8, shape (n, h, w, c) with c of 1 or 3
    captions : sequence of sequences of str
        Lines of text for each picture.
    panels : sequence of (str, array of uint8)
        The name of each feature, and its drawings, as `glyph_tiles` and `bar_tiles`
        give them.

    Returns
    -------
    bytes
        A PNG file.

    Examples
    --------
    >>> bars = bar_tiles(np.ones((2, 10)), hues=True)
    >>> images = np.zeros((2, 8, 8, 3), np.uint8)
    >>> feature_sheet(images, [["cat"], ["dog"]], [("hue", bars)])[1:4]
    b'PNG'
    """
    shown = as_color(np.rint(shrink(images, _SIDE)).astype(np.uint8))
    tiles = [_fit(shown), *(drawings for _, drawings in panels)]
    texts = [[caption, *([name] for name, _ in panels)] for caption in captions]
    each = len(tiles)
    return contact_sheet(
        np.stack(tiles, axis=1).reshape(-1, _SIDE, _SIDE, 3),
        [line for lines in texts for line in lines],
        columns=max(1, _ACROSS // each) * each,
    )


def glyph_tiles(cells: NDArray[Any], *, signed: bool, start: float) -> Bytes:
    """Paint histograms of gradients (n, rows, columns, bins) for a sheet."""
    side = max(1, _SIDE // max(cells.shape[1:3]))
    painted = glyph_pixels(cells, side=side, signed=signed, start=start)
    return _fit(as_color(np.rint(shrink(painted[..., None], _SIDE)).astype(np.uint8)))


def bar_tiles(values: NDArray[Any], *, hues: bool = False) -> Bytes:
    """Paint rows of numbers (n, d) as bars, each row on a scale of its own.

    Parameters
    ----------
    values : array of shape (n, d)
        Where there are more than 96, the mean of neighbours.
    hues : bool
        Whether a bar has the colour of its hue.
    """
    row = values.astype(np.float64)[:, np.newaxis, :, np.newaxis]
    heights = np.maximum(shrink(row, _SIDE)[:, 0, :, 0], 0)
    count, bars = heights.shape
    bar = np.arange(_SIDE) * bars // _SIDE
    tops: Any = heights / np.maximum(heights.max(axis=1, keepdims=True), 1e-300)
    levels = np.rint(tops[:, bar] * _SIDE)
    inside = (_SIDE - np.arange(_SIDE))[:, np.newaxis] <= levels[:, np.newaxis]
    colors = np.full((_SIDE, 3), _INK)
    if hues:
        wheel = [colorsys.hsv_to_rgb((k + 0.5) / bars, 0.9, 0.9) for k in range(bars)]
        colors = np.rint(255 * np.array(wheel))[bar]
    painted: Any = np.where(inside[..., np.newaxis], colors, _PAPER)
    return painted.astype(np.uint8).reshape(count, _SIDE, _SIDE, 3)


def _fit(tiles: Bytes) -> Bytes:
    """Enlarge tiles by a whole factor, and fill up to the side of a tile."""
    by = _SIDE // max(tiles.shape[1:3])
    large = tiles.repeat(by, axis=1).repeat(by, axis=2)
    below, right = (_SIDE - length for length in large.shape[1:3])
    margin = [(0, 0), (0, below), (0, right), (0, 0)]
    return np.pad(large, margin, constant_values=_PAPER)
