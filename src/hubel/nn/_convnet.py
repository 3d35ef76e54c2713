"""Small convolutional nets by their filters and widths."""

from __future__ import annotations

from typing import Any

import numpy as np

from hubel.errors import OptionError
from hubel.nn._activations import Maxout, find_activation
from hubel.nn._conv import Conv2d
from hubel.nn._init import initialize
from hubel.nn._layers import Flatten, Sequential
from hubel.nn._mlp import RELU_FAMILY, mlp
from hubel.nn._module import Module
from hubel.nn._pool import MaxPool2d


def convnet(
    image_shape: tuple[int, ...],
    filters: tuple[int, ...],
    widths: tuple[int, ...],
    *,
    activation: str | Module = "relu",
    dropout: float = 0.0,
    seed: int = 0,
    dtype: Any = np.float32,
) -> Sequential:
    """Make a small convolutional net.

    Each convolutional layer has filters of 3x3, keeps the size of its images, and is
    followed by the activation and by the maximum over windows of 2x2, which halves the
    size. A fully connected net takes what comes out.

    Parameters
    ----------
    image_shape : tuple of int
        Height, width and channels.
    filters : tuple of int
        How many filters each convolutional layer has.
    widths : tuple of int
        Neurons of the hidden layers, then the number of scores.
    activation, dropout, seed, dtype
        As for :func:`mlp`; dropout stands after the fully connected hidden layers.

    Returns
    -------
    Sequential
        Takes images of shape (n, height, width, channels), gives scores.

    Raises
    ------
    OptionError
        If the images are too small to be halved so often, or an option is not one of
        the above.

    Examples
    --------
    >>> net = convnet((32, 32, 3), (16, 32), (10,))
    >>> net(np.ones((5, 32, 32, 3), np.float32)).shape
    (5, 10)
    """
    act = find_activation(activation)
    pieces = act.pieces if isinstance(act, Maxout) else 1
    chosen = "he" if isinstance(act, RELU_FAMILY) else "glorot"
    layers: list[Module] = []
    channels = image_shape[2]
    for count in filters:
        conv = Conv2d(
            channels, count * pieces, 3, padding="same", init=chosen, dtype=dtype
        )
        layers += [conv, act, MaxPool2d(2)]
        channels = count
    flat = flat_width(image_shape, filters)
    head = mlp(
        *(flat, *widths), activation=act, dropout=dropout, seed=seed, dtype=dtype
    )
    first = initialize(Sequential(*layers), seed, 1)  # mlp's positions begin with 0
    return Sequential(*first, Flatten(), *head)


def flat_width(image_shape: tuple[int, ...], filters: tuple[int, ...]) -> int:
    """Return how many numbers the convolutional layers of a `convnet` give.

    Raises
    ------
    OptionError
        If the images are too small to be halved so often.
    """
    height, width, channels = image_shape
    high, wide = height >> len(filters), width >> len(filters)
    if not high or not wide:
        raise OptionError(
            f"{len(filters)} convolutional layers on images of {height}x{width}",
            remedy="Each halves the size: give fewer, or larger images.",
        )
    return high * wide * (filters[-1] if filters else channels)
