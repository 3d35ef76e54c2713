"""The convolution of images as a layer."""

from __future__ import annotations

from typing import Any

import numpy as np

from hubel.errors import OptionError
from hubel.gates._conv2d import conv2d
from hubel.nn._image_options import Padding, Pair, check_images, padding_of, pair_of
from hubel.nn._init import Initializer, find_initializer
from hubel.nn._module import Array, Module, bias, static, weight
from hubel.streams import stream


class Conv2d(Module):
    """A convolutional layer: each number it gives is a window times a filter.

    Parameters
    ----------
    in_channels, out_channels : int
        Numbers of channels of the images, and of filters.
    kernel_size : int or (int, int)
        Height and width of a filter.
    stride : int or (int, int)
        From one window to the next.
    padding : int, (int, int) or "same"
        How many zeros are put on each side of an image; "same": as many as keep its
        size, of which an even filter has one more below and to the right.
    bias : bool
        Whether a number is added for each filter.
    init : str or callable
        As for :class:`Linear`, of all the inputs of a filter; "he" is Kaiming's.
    seed : int
        With ``init`` decides the weights.
    dtype : dtype
        float32 or float64.

    Attributes
    ----------
    weight : array of shape (kernel height, kernel width, in_channels, out_channels)
    bias : array of shape (out_channels,), or None

    Notes
    -----
    Images are (n, height, width, channels) throughout, where PyTorch has (n, channels,
    height, width) and weights (out_channels, in_channels, height, width):
    ``weight.transpose(3, 2, 0, 1)`` are those. As there, filters are not turned around.

    Examples
    --------
    >>> layer = Conv2d(3, 16, 3, padding="same")
    >>> layer(np.ones((2, 32, 32, 3), np.float32)).shape
    (2, 32, 32, 16)
    """

    weight: Array = weight()
    bias: Array | None = bias()
    stride: Pair = static()
    padding: Padding = static()
    init: str | Initializer = static()

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: int | Pair,
        *,
        stride: int | Pair = 1,
        padding: int | Pair | str = 0,
        bias: bool = True,
        init: str | Initializer = "he",
        seed: int = 0,
        dtype: Any = np.float32,
    ) -> None:
        for name, count in (("in", in_channels), ("out", out_channels)):
            if count < 1:
                raise OptionError(f"Conv2d needs {name}_channels >= 1, not {count}")
        kernel = pair_of("kernel_size", kernel_size, 1)
        steps = pair_of("stride", stride, 1)
        self._fill(
            weight=np.empty((*kernel, in_channels, out_channels), dtype),
            bias=np.empty(out_channels, dtype) if bias else None,
            stride=steps,
            padding=padding_of(padding, kernel, steps),
            init=init,
        )
        self._fill(**self.initial(stream(seed, "init")))

    def initial(self, generator: np.random.Generator) -> dict[str, Array]:
        """Draw weights of the same shape and dtype; biases are 0."""
        shape = self.weight.shape
        inputs = shape[0] * shape[1] * shape[2]
        drawn = find_initializer(self.init)(generator, (inputs, shape[3]))
        new = {"weight": drawn.astype(self.weight.dtype).reshape(shape)}
        if self.bias is not None:
            new["bias"] = np.zeros_like(self.bias)
        return new

    def __call__(self, x: Any, *, key: Any = None) -> Any:
        """Map images (n, height, width, in_channels) to (n, ..., out_channels)."""
        check_images(self, x, self.weight.shape[2])
        found = conv2d(
            x, self.weight, stride=self.stride, padding=self.padding, spread=(1, 1)
        )
        return found if self.bias is None else found + self.bias

    def __repr__(self) -> str:
        high, wide, *channels = self.weight.shape
        kernel = high if high == wide else (high, wide)
        return f"Conv2d({channels[0]}, {channels[1]}, {kernel})"
