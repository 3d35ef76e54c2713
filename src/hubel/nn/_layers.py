"""Layers: what a net is put together from, besides its activations."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Self, overload

import numpy as np

from hubel.errors import OptionError
from hubel.gates._random import random_uniform
from hubel.nn._init import Initializer, find_initializer
from hubel.nn._keys import derive
from hubel.nn._module import Array, Module, bias, fixed, static, weight
from hubel.streams import stream


class Linear(Module):
    """A fully connected layer: ``x @ weight + bias``.

    Parameters
    ----------
    in_features, out_features : int
        Numbers of inputs and of neurons, at least 1.
    init : str or callable
        How the weights are drawn: ``"fan_in"``, ``"glorot"``, ``"he"``, ``"small"``,
        or a function of a generator and the shape. Biases start at 0.
    seed : int
        With ``init`` decides the weights.
    dtype : dtype
        float32 or float64.

    Attributes
    ----------
    weight : array of shape (in_features, out_features)
        Column j holds the weights of neuron j.
    bias : array of shape (out_features,)

    Examples
    --------
    >>> layer = Linear(3, 2)
    >>> layer(np.ones((5, 3), np.float32)).shape
    (5, 2)
    """

    weight: Array = weight()
    bias: Array = bias()
    init: str | Initializer = static()

    def __init__(
        self,
        in_features: int,
        out_features: int,
        *,
        init: str | Initializer = "glorot",
        seed: int = 0,
        dtype: Any = np.float32,
    ) -> None:
        for name, count in (("in", in_features), ("out", out_features)):
            if count < 1:
                raise OptionError(f"Linear needs {name}_features >= 1, not {count}")
        self._fill(
            weight=np.empty((in_features, out_features), dtype),
            bias=np.empty(out_features, dtype),
            init=init,
        )
        self._fill(**self.initial(stream(seed, "init")))

    def initial(self, generator: np.random.Generator) -> dict[str, Array]:
        """Draw weights of the same shape and dtype; biases are 0."""
        rows, columns = self.weight.shape
        drawn = find_initializer(self.init)(generator, (rows, columns))
        return {
            "weight": drawn.astype(self.weight.dtype),
            "bias": np.zeros_like(self.bias),
        }

    def __call__(self, x: Any, *, key: Any = None) -> Any:
        """Map x of shape (n, in_features) to (n, out_features)."""
        return x @ self.weight + self.bias

    def __repr__(self) -> str:
        rows, columns = self.weight.shape
        return f"Linear({rows}, {columns})"


class Sequential(Module):
    """Modules one after the other.

    Parameters
    ----------
    *layers : Module
        In the order in which they are applied.

    Examples
    --------
    >>> net = Sequential(Linear(4, 3), Flatten(), Linear(3, 2))
    >>> len(net), net[0], net[1:]
    (3, Linear(4, 3), Sequential(Flatten(), Linear(3, 2)))
    """

    layers: tuple[Module, ...]

    def __init__(self, *layers: Module) -> None:
        for position, layer in enumerate(layers):
            if not isinstance(layer, Module):  # pyright: ignore[reportUnnecessaryIsInstance]
                raise OptionError(
                    f"layer {position} of Sequential is of type "
                    f"{type(layer).__name__}, not a Module",
                    remedy="Derive a class from hubel.nn.Module for a function of "
                    "one's own.",
                )
        self._fill(layers=layers)

    def __call__(self, x: Any, *, key: Any = None) -> Any:
        """Apply each layer to what the one before it gave."""
        if key is None:
            for layer in self.layers:
                x = layer(x)
        else:
            for position, layer in enumerate(self.layers):
                x = layer(x, key=derive(key, position))
        return x

    def __len__(self) -> int:
        return len(self.layers)

    def __iter__(self) -> Iterator[Module]:
        return iter(self.layers)

    @overload
    def __getitem__(self, index: int) -> Any: ...
    @overload
    def __getitem__(self, index: slice) -> Sequential: ...
    def __getitem__(self, index: int | slice) -> Any:
        chosen = self.layers[index]
        return Sequential(*chosen) if isinstance(chosen, tuple) else chosen

    def __repr__(self) -> str:
        return f"Sequential({', '.join(map(repr, self.layers))})"


class Flatten(Module):
    """Give every example one axis: (n, height, width, channels) to (n, d)."""

    def __call__(self, x: Any, *, key: Any = None) -> Any:
        """Reshape x of shape (n, ...)."""
        return np.reshape(x, (x.shape[0], -1))


class Normalize(Module):
    """Shift and scale every input: ``(x - mean) * scale``, such as pixels to float32.

    Parameters
    ----------
    mean, scale : array_like
        Broadcast against an example; as fast as one pass where they have its shape.
        Training does not change them.
    dtype : dtype
        float32 or float64; that of the result, for images of uint8.

    Examples
    --------
    >>> images = np.array([[0, 10], [255, 10]], np.uint8)
    >>> Normalize.of(images)(images)
    array([[-1.,  0.],
           [ 1.,  0.]], dtype=float32)
    """

    mean: Array = fixed()
    scale: Array = fixed()

    def __init__(self, mean: Any, scale: Any, *, dtype: Any = np.float32) -> None:
        mean, scale = (np.array(a, dtype, order="C") for a in (mean, scale))
        self._fill(mean=mean, scale=scale)

    @classmethod
    def of(
        cls,
        images: Array,
        *,
        per: str = "pixel",
        through: Callable[[Array], Array] | None = None,
        dtype: Any = np.float32,
    ) -> Self:
        """Measure mean and standard deviation of images.

        Parameters
        ----------
        images : array of shape (n, ...)
            The training images.
        per : {"pixel", "channel", "image set"}
            What has a mean and a scale of its own: each number of an example, each
            index of the last axis, or nothing.
        through : callable, optional
            What comes before this in a net, such as a feature: of images it makes what
            is measured, some of them at a time.
        dtype : dtype
            As above.

        Returns
        -------
        Normalize
            Gives mean 0 and standard deviation 1; where a pixel never changes, 0.

        Raises
        ------
        OptionError
            If there is no image, or ``per`` is none of these.
        """
        alike = {"pixel": 0, "channel": -1, "image set": None}
        if per not in alike or not images.size:
            raise OptionError(
                f"cannot measure {len(images)} images per {per!r}",
                remedy=f"Give images, and one of {', '.join(map(repr, alike))}.",
            )
        moments = _moments(images, through or (lambda part: part))
        over = tuple(range(moments[0].ndim))[: alike[per]]
        mean, square = (
            np.broadcast_to(m.mean(axis=over, keepdims=True), m.shape) for m in moments
        )
        spread = np.sqrt(np.maximum(square - mean * mean, 0))
        varies = spread > 1e-6 * np.maximum(1, abs(mean))
        return cls(mean, varies / np.where(varies, spread, 1), dtype=dtype)

    def __call__(self, x: Any, *, key: Any = None) -> Any:
        """Normalise x of shape (n, ...)."""
        return (x - self.mean) * self.scale


def _moments(
    images: Array, through: Callable[[Array], Array], rows: int = 1000
) -> tuple[Array, Array]:
    """Give mean and mean square of each number, of some images at a time."""
    total: Any = 0
    for start in range(0, len(images), rows):
        part = through(images[start : start + rows]).astype(np.float64)
        total = total + np.stack([part.sum(axis=0), (part * part).sum(axis=0)])
    mean, square = total / len(images)
    return mean, square


class Dropout(Module):
    """In training, set each number to 0 with probability ``rate``; scale up the rest.

    What stays is divided by 1 - rate, so that inference does nothing (Srivastava et
    al. 2014, in the inverted form). The mask is a pure function of the key.

    Parameters
    ----------
    rate : float
        From 0 up to, not including, 1.

    Examples
    --------
    >>> key = np.array([1, 2], np.uint64)
    >>> sorted(set(Dropout(0.5)(np.ones(100), key=key).tolist()))
    [0.0, 2.0]
    """

    random = True
    rate: float = static()

    def __init__(self, rate: float) -> None:
        if not 0 <= rate < 1:
            raise OptionError(
                f"a dropout rate of {rate}",
                remedy="Give a number from 0 up to, not including, 1.",
            )
        self._fill(rate=float(rate))

    def __call__(self, x: Any, *, key: Any = None) -> Any:
        """Drop numbers of x if there is a key."""
        if key is None or self.rate == 0:
            return x
        uniform = random_uniform(key, shape=x.shape, dtype=x.dtype)
        keep = (uniform >= self.rate).astype(x.dtype)
        return x * (keep * (1 / (1 - self.rate)))

    def __repr__(self) -> str:
        return f"Dropout({self.rate})"
