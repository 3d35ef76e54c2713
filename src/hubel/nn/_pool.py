"""Pooling: one number for each window of an image, channel by channel."""

from __future__ import annotations

from itertools import product
from typing import Any, cast

import numpy as np

from hubel.errors import OptionError, ShapeError
from hubel.nn._image_options import Pair, check_images, pair_of
from hubel.nn._module import Module, static


class _Pool(Module):
    """What pooling layers share: windows, and what of them counts."""

    kernel_size: int | Pair = static()
    stride: int | Pair | None = static(default=None)
    padding: int | Pair = static(default=0)

    def __post_init__(self) -> None:
        """Check the options, and write each as (height, width)."""
        kernel = pair_of("kernel_size", self.kernel_size, 1)
        around = pair_of("padding", self.padding, 0)
        if any(2 * p > k for p, k in zip(around, kernel, strict=True)):
            raise OptionError(
                f"padding={self.padding!r} for windows of {kernel}",
                remedy="Give at most half a window, so that each holds a pixel.",
            )
        steps = kernel if self.stride is None else pair_of("stride", self.stride, 1)
        self._fill(kernel_size=kernel, stride=steps, padding=around)

    def _windows(self, x: Any, outside: float) -> tuple[Any, tuple[int, ...]]:
        """Return an array with all windows, and the axes that run over one."""
        check_images(self, x)
        kernel, steps, around = cast("tuple[Pair, Pair, Pair]", self._options())
        if any(around):
            widths = [(0, 0), *((p, p) for p in around), (0, 0)]
            x = np.pad(x, widths, constant_values=outside)
        counts = [
            (n - k) // s + 1
            for n, k, s in zip(x.shape[1:3], kernel, steps, strict=True)
        ]
        if min(counts) < 1:
            raise ShapeError(
                f"{self} on images of {tuple(x.shape[1:3])} pixels",
                remedy="Give larger images, or smaller windows.",
            )
        if steps == kernel:
            return _side_by_side(x, kernel, counts)
        return _overlapping(x, kernel, steps, counts)

    def _options(self) -> tuple[Any, ...]:
        return self.kernel_size, self.stride, self.padding


def _side_by_side(
    x: Any, kernel: Pair, counts: list[int]
) -> tuple[Any, tuple[int, ...]]:
    """Give windows that share no pixel axes of their own."""
    (rows, columns), (high, wide) = kernel, counts
    if tuple(x.shape[1:3]) != (high * rows, wide * columns):
        x = x[:, : high * rows, : wide * columns]
    return np.reshape(x, (x.shape[0], high, rows, wide, columns, x.shape[3])), (2, 4)


def _overlapping(
    x: Any, kernel: Pair, steps: Pair, counts: list[int]
) -> tuple[Any, tuple[int, ...]]:
    """Stack the first pixels of all windows, the second ones, and so on."""
    (down, right), (high, wide) = steps, counts
    rows = [slice(i, i + (high - 1) * down + 1, down) for i in range(kernel[0])]
    columns = [slice(i, i + (wide - 1) * right + 1, right) for i in range(kernel[1])]
    return np.stack([x[:, i, j] for i, j in product(rows, columns)]), (0,)


class MaxPool2d(_Pool):
    """The greatest number of each window of an image, channel by channel.

    Parameters
    ----------
    kernel_size : int or (int, int)
        Height and width of a window.
    stride : int or (int, int), optional
        From one window to the next; that of the windows when left out.
    padding : int or (int, int)
        How far windows reach beyond an image, where nothing is.

    Notes
    -----
    Rows and columns at the end that fill no window are left out. Equal greatest numbers
    share the gradient, as everywhere in hubel; in PyTorch the first has all of it.

    Examples
    --------
    >>> image = np.arange(16.0).reshape(1, 4, 4, 1)
    >>> MaxPool2d(2)(image)[0, :, :, 0]
    array([[ 5.,  7.],
           [13., 15.]])
    """

    def __call__(self, x: Any, *, key: Any = None) -> Any:
        """Map images (n, height, width, channels) to smaller ones."""
        windows, axes = self._windows(x, -np.inf)
        return np.max(windows, axis=axes)


class AvgPool2d(_Pool):
    """The mean of each window of an image, channel by channel.

    Parameters
    ----------
    kernel_size, stride, padding
        As for :class:`MaxPool2d`; beyond an image are zeros, which count.

    Examples
    --------
    >>> image = np.arange(16.0).reshape(1, 4, 4, 1)
    >>> AvgPool2d(2)(image)[0, :, :, 0]
    array([[ 2.5,  4.5],
           [10.5, 12.5]])
    """

    def __call__(self, x: Any, *, key: Any = None) -> Any:
        """Map images (n, height, width, channels) to smaller ones."""
        windows, axes = self._windows(x, 0.0)
        return np.mean(windows, axis=axes)


class GlobalAvgPool2d(Module):
    """The mean of each channel over all pixels: (n, height, width, c) to (n, c).

    Examples
    --------
    >>> GlobalAvgPool2d()(np.ones((2, 8, 8, 3))).shape
    (2, 3)
    """

    def __call__(self, x: Any, *, key: Any = None) -> Any:
        """Average over height and width."""
        check_images(self, x)
        return np.mean(x, axis=(1, 2))
