"""The windows of images as the rows of matrices, some images at a time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from hubel.errors import ShapeError

Pair = tuple[int, int]

BLOCK = 2**19
"""About how many bytes of windows are in use at a time: they should stay in cache."""


@dataclass(frozen=True, slots=True)
class Slide:
    """How a window slides over images, along (height, width).

    Attributes
    ----------
    stride : (int, int)
        From one window to the next.
    padding : ((int, int), (int, int))
        How many zeros are put before and after; a negative number takes pixels away.
    spread : (int, int)
        From one pixel to the next, with zeros in between, before anything is padded.
    """

    stride: Pair
    padding: tuple[Pair, Pair]
    spread: Pair

    def length(self, size: int, axis: int) -> int:
        """Return how long an axis is once it is spread and padded."""
        return (size - 1) * self.spread[axis] + 1 + sum(self.padding[axis])

    def count(self, size: int, window: int, axis: int) -> int:
        """Return how many windows there are along an axis.

        Raises
        ------
        ShapeError
            If there is no pixel, or the window is longer than the axis.
        """
        whole = self.length(size, axis)
        if not size or not 1 <= window <= whole:
            raise ShapeError(
                f"a window of {window} over {whole} pixels along axis {axis + 1}",
                remedy="give larger images, a smaller window or more padding",
            )
        return (whole - window) // self.stride[axis] + 1

    def back(self, size: Pair, window: tuple[int, ...]) -> Slide:
        """Return the slide that takes gradients back to images of that size."""
        padding: list[Pair] = []
        for axis in (0, 1):
            found = self.count(size[axis], window[axis], axis)
            before = window[axis] - 1 - self.padding[axis][0]
            needed = (size[axis] - 1) * self.spread[axis] + window[axis]
            given = (found - 1) * self.stride[axis] + 1
            padding.append((before, needed - given - before))
        return Slide(self.spread, (padding[0], padding[1]), self.stride)


@lru_cache(1024)
def _inside(size: int, length: int, before: int, spread: int) -> tuple[slice, slice]:
    """Return which pixels of an axis stay, and where they go."""
    first = max(-(before // spread), 0)
    last = min((length - 1 - before) // spread, size - 1)
    start = before + first * spread
    if last < first:
        return slice(0, 0), slice(0, 0)
    return slice(first, last + 1), slice(start, before + last * spread + 1, spread)


def blocks(
    x: Any, window: tuple[int, ...], slide: Slide, dtype: Any
) -> Iterator[tuple[tuple[slice, slice], Any]]:
    """Give the windows of images in blocks that stay in cache.

    Parameters
    ----------
    x : array of shape (n, height, width, channels)
    window : (int, int)
    slide : Slide
    dtype : dtype
        Of the blocks.

    Yields
    ------
    where : (slice, slice)
        Which images, and which rows of windows.
    matrix : array of shape (number of windows, window height * width * channels)
        Written over by the next one.
    """
    _, high, wide, width = shape_of_windows(x.shape, window, slide)
    row = max(wide * width * np.dtype(dtype).itemsize, 1)
    rows, images = min(max(BLOCK // row, 1), high), max(BLOCK // (row * high), 1)
    matrix = np.empty((images * rows * wide, width), dtype)
    for first, view in views(x, window, slide, dtype, images):
        for top in range(0, high, rows):
            part = view[:, top : top + rows]
            block = matrix[: part.shape[0] * part.shape[1] * wide]
            np.copyto(block.reshape(part.shape), part)
            where = slice(first, first + len(part)), slice(top, top + part.shape[1])
            yield where, block


def shape_of_windows(
    shape: tuple[int, ...], window: tuple[int, ...], slide: Slide
) -> tuple[int, int, int, int]:
    """Return how many images, rows and columns of windows there are, and a size."""
    high, wide = (slide.count(shape[a + 1], window[a], a) for a in (0, 1))
    return shape[0], high, wide, window[0] * window[1] * shape[3]


def views(
    x: Any, window: tuple[int, ...], slide: Slide, dtype: Any, images: int
) -> Iterator[tuple[int, Any]]:
    """Give the windows of so many images at a time, without a copy of each.

    Yields
    ------
    first : int
        The number of the first image.
    view : array of shape (images, high, wide, window height, row of a window)
        A row of a window lies in one piece, as channels are the last axis.
    """
    count = shape_of_windows(x.shape, window, slide)[1:3]
    frame = _frame(x, min(images, len(x)), slide, dtype)
    for first in range(0, len(x), images):
        some = _framed(x[first : first + images], frame, slide)
        yield first, _view(some, window, slide, count)


def _frame(x: Any, images: int, slide: Slide, dtype: Any) -> Any:
    """Return zeros to put images into; None where these can be read as they are."""
    if slide.padding == ((0, 0), (0, 0)) and slide.spread == (1, 1):
        if x.dtype == dtype and x.flags.c_contiguous:
            return None
    high, wide = (slide.length(x.shape[axis + 1], axis) for axis in (0, 1))
    return np.zeros((images, high, wide, x.shape[3]), dtype)


def _framed(x: Any, frame: Any, slide: Slide) -> Any:
    """Put images into the frame, where zeros stay around and between pixels."""
    if frame is None:
        return x
    whole = frame[: len(x)]
    pairs = [
        _inside(x.shape[a + 1], whole.shape[a + 1], slide.padding[a][0], s)
        for a, s in enumerate(slide.spread)
    ]
    (from_y, to_y), (from_x, to_x) = pairs
    whole[:, to_y, to_x] = x[:, from_y, from_x]
    return whole


def _view(x: Any, window: tuple[int, ...], slide: Slide, count: Pair) -> Any:
    """View windows as `views` gives them."""
    images, down, right, _ = x.strides
    each = x.itemsize  # the stride of an axis of one channel can be any
    (dy, dx), shape = slide.stride, (len(x), *count, window[0], window[1] * x.shape[3])
    strides = (images, dy * down, dx * right, down, each)
    return np.lib.stride_tricks.as_strided(x, shape, strides, writeable=False)
