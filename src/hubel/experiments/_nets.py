"""From what a net is to the net: a plain description that a file can carry."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Any

import numpy as np

from hubel.data._picture import MOST_SIDE
from hubel.errors import OptionError
from hubel.features import Together, read_features
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
_OWN = {"mlp": None, "convnet": "conv", "features": "features"}
"""The kinds of nets, and the field that each has alone."""


@dataclass(frozen=True, kw_only=True)
class NetSpec:
    """A net on images of bytes, of which it normalises the pixels, or features.

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
    features : str, optional
        What takes the place of the pixels, as in `features.read_features`.

    Raises
    ------
    OptionError
        If a size is below 1, or there are more than 100 hidden layers or 2**28
        parameters, or images are too small for the convolutional layers, or there are
        both these and features.
    ShapeError
        If images are too small for the features.
    """

    image_shape: tuple[int, ...]
    hidden: tuple[int, ...]
    classes: int
    activation: str
    dropout: float
    conv: tuple[int, ...] = ()
    features: str | None = None

    def __post_init__(self) -> None:
        """Check the sizes before anything is allocated."""
        if self.conv and self.features is not None:
            raise OptionError(
                "convolutional layers after features, whose rows are no images",
                remedy="Leave out the one or the other.",
            )
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
        return self._inputs, *self.hidden, self.classes

    @property
    def _inputs(self) -> int:
        if self.features is None:
            return flat_width(self.image_shape, self.conv)
        return sum(self.feature_widths)

    @property
    def feature_widths(self) -> tuple[int, ...]:
        """How many numbers each feature has; nothing where there is none."""
        if self.features is None:
            return ()
        return _feature_widths(self.features, self.image_shape)

    @property
    def most_parameters(self) -> int:
        """The number of parameters; maxout with its two pieces included."""
        pieces = 2 if self.activation == "maxout" else 1
        channels = pairwise((self.image_shape[-1], *self.conv))
        filters = sum((9 * a + 1) * b for a, b in channels)
        return pieces * (filters + sum((a + 1) * b for a, b in pairwise(self.widths)))

    @property
    def filter_shape(self) -> tuple[int, ...] | None:
        """The shape of what a neuron of the first layer looks at; None for features."""
        if self.features is not None:
            return None
        return (3, 3, self.image_shape[-1]) if self.conv else self.image_shape

    @classmethod
    def from_json(cls, value: Any) -> NetSpec:
        """Return the description that `as_json` wrote.

        Raises
        ------
        ValueError
            If it is anything else.
        """
        shape, hidden, kind = value["image_shape"], value["hidden"], value["kind"]
        conv: list[Any] = value["conv"] if kind == "convnet" else []
        features = value["features"] if kind == "features" else None
        numbers = [*shape, *hidden, *conv, value["classes"]]
        if kind not in _OWN or not all(type(n) is int for n in numbers):
            raise ValueError("not the description of a net that hubel knows")
        if value["activation"] not in ACTIVATIONS or len(shape) != 3:
            raise ValueError("an activation or a shape of images that is not known")
        if isinstance(features, str) != (kind == "features"):
            raise ValueError("features that are no words")
        if not (type(value["dropout"]) is float and 0 <= value["dropout"] < 1):
            raise ValueError("a rate of dropout that is none")
        return cls(
            image_shape=tuple(shape),
            hidden=tuple(hidden),
            classes=value["classes"],
            activation=value["activation"],
            dropout=value["dropout"],
            conv=tuple(conv),
            features=features,
        )

    def as_json(self) -> dict[str, Any]:
        """Return this as what JSON can hold."""
        told = asdict(self)
        kind = "convnet" if self.conv else "mlp"
        kind = kind if self.features is None else "features"
        for name in {"conv", "features"} - {_OWN.get(kind)}:
            del told[name]
        return {"kind": kind, **told}

    def build(self, normalize: Normalize, *, seed: int = 0) -> Sequential:
        """Return the net with initial weights: uint8 images in, scores out.

        Parameters
        ----------
        normalize : Normalize
            Of the pixels; of the features, if there are some.
        seed : int
            Decides the weights.
        """
        options: dict[str, Any] = {
            "activation": self.activation,
            "dropout": self.dropout,
            "seed": seed,
        }
        if self.conv:
            layers = convnet(self.image_shape, self.conv, self.widths[1:], **options)
            return Sequential(normalize, *layers)
        layers = mlp(*self.widths, **options)
        if self.features is not None:
            return Sequential(read_pixels(self.features), normalize, *layers)
        return Sequential(normalize, Flatten(), *layers)

    def empty(self) -> Sequential:
        """Return the net before it has learned anything, not even the pixels' mean."""
        shape = self.image_shape if self.features is None else (self._inputs,)
        zeros = np.zeros(shape, np.float32)
        return self.build(Normalize(zeros, zeros))


def read_pixels(words: str) -> Together:
    """Return features of images from 0 to 255, be they bytes or floats."""
    return read_features(words, range=(0, 255))


@lru_cache(maxsize=16)
def _feature_widths(words: str, shape: tuple[int, ...]) -> tuple[int, ...]:
    """Return how many numbers features have; made once, for it takes a trace."""
    if max(shape) > MOST_SIDE:
        raise OptionError(
            f"features of images of {'x'.join(map(str, shape))}",
            remedy=f"Give images of at most {MOST_SIDE:,} pixels a side.",
        )
    return read_pixels(words).widths(shape)


def normalization(net: Sequential) -> Normalize:
    """Return the layer that normalises what the net learns from."""
    return next(layer for layer in net if isinstance(layer, Normalize))


def first_weights(net: Sequential) -> np.ndarray[Any, Any]:
    """Return the first layer's weights (inputs, neurons), 0 where a pixel is unused.

    A pixel that never changed in training is multiplied by 0 before it comes to them,
    so they stay as they were drawn and mean nothing. The filters of a convolutional
    layer see all pixels.
    """
    normalize = normalization(net)
    first = next(layer for layer in net if isinstance(layer, Linear | Conv2d))
    if isinstance(first, Conv2d):
        return first.weight.reshape(-1, first.weight.shape[3])
    used = np.asarray(normalize.scale).reshape(-1) != 0
    return np.where(used[:, np.newaxis], first.weight, 0)
