"""From what a net is to the net: a plain description that a file can carry."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from hubel.errors import OptionError
from hubel.nn import (
    ACTIVATIONS,
    Conv2d,
    Flatten,
    Linear,
    Normalize,
    Sequential,
    convnet,
    mlp,
)
from hubel.nn._convnet import flat_width

_MOST_PARAMETERS = 2**28
_MOST_LAYERS = 100


@dataclass(frozen=True, kw_only=True)
class NetSpec:
    """A fully connected or convolutional net on images of bytes, normalised inside it.

    Parameters
    ----------
    image_shape : tuple of int
        Of one image, uint8: (height, width, channels).
    hidden : tuple of int
        Neurons of each hidden layer.
    classes : int
        How many scores it gives.
    activation : str
        One of `nn.ACTIVATIONS`.
    dropout : float
        In training, after every hidden layer.
    conv : tuple of int
        Filters of each convolutional layer before these, as in `nn.convnet`.

    Raises
    ------
    OptionError
        If a size is below 1, or there are more than 100 hidden layers or 2**28
        parameters, or images are too small for the convolutional layers.
    """

    image_shape: tuple[int, ...]
    hidden: tuple[int, ...]
    classes: int
    activation: str
    dropout: float
    conv: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        """Check the sizes before anything is allocated."""
        sizes = *self.conv, *self.widths
        if min(sizes) < 1:
            raise OptionError(
                f"a net of widths {'-'.join(map(str, sizes))}",
                remedy="Every layer has at least 1 neuron.",
            )
        if len(self.hidden) > _MOST_LAYERS:
            raise OptionError(
                f"a net of {len(self.hidden):,} hidden layers",
                remedy=f"Give at most {_MOST_LAYERS}.",
            )
        if self.most_parameters > _MOST_PARAMETERS:
            raise OptionError(
                f"a net of {self.most_parameters:,} parameters is larger than the "
                f"{_MOST_PARAMETERS:,} that are allowed",
                remedy="Give fewer neurons.",
            )

    @property
    def widths(self) -> tuple[int, ...]:
        """The numbers of inputs, of each hidden layer's neurons, and of scores.

        Inputs are those of the fully connected layers.
        """
        return flat_width(self.image_shape, self.conv), *self.hidden, self.classes

    @property
    def most_parameters(self) -> int:
        """The number of parameters; maxout with its two pieces included."""
        pieces = 2 if self.activation == "maxout" else 1
        channels = pairwise((self.image_shape[-1], *self.conv))
        filters = sum((9 * a + 1) * b for a, b in channels)
        return pieces * (filters + sum((a + 1) * b for a, b in pairwise(self.widths)))

    @property
    def filter_shape(self) -> tuple[int, ...]:
        """The shape of what a neuron of the first layer looks at."""
        return (3, 3, self.image_shape[-1]) if self.conv else self.image_shape

    @classmethod
    def from_json(cls, value: Any) -> NetSpec:
        """Return the description that `as_json` wrote.

        Raises
        ------
        ValueError
            If it is anything else.
        """
        shape, hidden = value["image_shape"], value["hidden"]
        conv: list[Any] = value["conv"] if value["kind"] == "convnet" else []
        numbers = [*shape, *hidden, *conv, value["classes"]]
        known = value["kind"] in ("mlp", "convnet")
        if not known or not all(type(n) is int for n in numbers):
            raise ValueError("not the description of a net that hubel knows")
        if value["activation"] not in ACTIVATIONS or len(shape) != 3:
            raise ValueError("an activation or a shape of images that is not known")
        if not (type(value["dropout"]) is float and 0 <= value["dropout"] < 1):
            raise ValueError("a rate of dropout that is none")
        return cls(
            image_shape=tuple(shape),
            hidden=tuple(hidden),
            classes=value["classes"],
            activation=value["activation"],
            dropout=value["dropout"],
            conv=tuple(conv),
        )

    def as_json(self) -> dict[str, Any]:
        """Return this as what JSON can hold."""
        told = asdict(self)
        if not self.conv:
            del told["conv"]
        return {"kind": "convnet" if self.conv else "mlp", **told}

    def build(self, normalize: Normalize, *, seed: int = 0) -> Sequential:
        """Return the net with initial weights: uint8 images in, scores out."""
        options: dict[str, Any] = {
            "activation": self.activation,
            "dropout": self.dropout,
            "seed": seed,
        }
        if not self.conv:
            return Sequential(normalize, Flatten(), *mlp(*self.widths, **options))
        layers = convnet(self.image_shape, self.conv, self.widths[1:], **options)
        return Sequential(normalize, *layers)

    def empty(self) -> Sequential:
        """Return the net before it has learned anything, not even the pixels' mean."""
        zeros = np.zeros(self.image_shape, np.float32)
        return self.build(Normalize(zeros, zeros))


def first_weights(net: Sequential) -> np.ndarray[Any, Any]:
    """Return the first layer's weights (inputs, neurons), 0 where a pixel is unused.

    A pixel that never changed in training is multiplied by 0 before it comes to them,
    so they stay as they were drawn and mean nothing. The filters of a convolutional
    layer see all pixels.
    """
    normalize: Normalize = net[0]
    first = next(layer for layer in net if isinstance(layer, Linear | Conv2d))
    if isinstance(first, Conv2d):
        return first.weight.reshape(-1, first.weight.shape[3])
    used = np.asarray(normalize.scale).reshape(-1) != 0
    return np.where(used[:, np.newaxis], first.weight, 0)
