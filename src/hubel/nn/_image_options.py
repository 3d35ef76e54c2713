"""Options of layers on images: lengths and strides, along (height, width)."""

from __future__ import annotations

from typing import Any

from hubel.errors import OptionError, ShapeError

Pair = tuple[int, int]
Padding = tuple[Pair, Pair]


def pair_of(name: str, value: int | Pair, least: int) -> Pair:
    """Return (height, width), of two numbers or of one that is both.

    Raises
    ------
    OptionError
        If they are not whole numbers, or below the least.
    """
    pair = value if isinstance(value, tuple) else (value, value)
    if len(pair) != 2 or not all(type(n) is int and n >= least for n in pair):
        raise OptionError(
            f"{name}={value!r}",
            remedy=f"Give a whole number from {least}, or two of them as (height, "
            "width).",
        )
    return pair


def padding_of(value: int | Pair | str, kernel: Pair, stride: Pair) -> Padding:
    """Return the zeros before and after each axis.

    Raises
    ------
    OptionError
        If there is no such padding, or "same" with strides.
    """
    if value == "same":
        if stride != (1, 1):
            raise OptionError(
                f'padding="same" with stride={stride}',
                remedy="Images keep their size only with stride 1; give numbers.",
            )
        before = [(length - 1) // 2 for length in kernel]
        top, left = before
        return (top, kernel[0] - 1 - top), (left, kernel[1] - 1 - left)
    if isinstance(value, str):
        raise OptionError(
            f"padding={value!r}", remedy='Give numbers of pixels, or "same".'
        )
    high, wide = pair_of("padding", value, 0)
    return (high, high), (wide, wide)


def check_images(layer: Any, x: Any, channels: int | None = None) -> None:
    """Refuse what are not images, or have another number of channels.

    Raises
    ------
    ShapeError
        If so.
    """
    shape = tuple(x.shape)
    if len(shape) != 4 or channels not in (None, shape[3]):
        needed = "channels" if channels is None else str(channels)
        raise ShapeError(
            f"{layer} was given an array of shape {shape}",
            remedy=f"It takes images of shape (n, height, width, {needed}).",
        )
