"""The activation functions of the lecture, as modules without arrays."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hubel.errors import OptionError
from hubel.gates._activations import elu, leaky_relu, maxout, relu
from hubel.gates._hyperbolic import tanh
from hubel.gates._sigmoid import sigmoid
from hubel.nn._module import Module, static


class Sigmoid(Module):
    """1 / (1 + exp(-x)), from 0 to 1: it saturates, and its slope is at most 1/4."""

    def __call__(self, x: Any, *, key: Any = None) -> Any:
        """Apply it to every number."""
        return sigmoid(x)


class Tanh(Module):
    """tanh(x), from -1 to 1: centred on 0, and it saturates."""

    def __call__(self, x: Any, *, key: Any = None) -> Any:
        """Apply it to every number."""
        return tanh(x)


class ReLU(Module):
    """max(0, x), with gradient 0 at 0."""

    def __call__(self, x: Any, *, key: Any = None) -> Any:
        """Apply it to every number."""
        return relu(x)


class LeakyReLU(Module):
    """max(slope * x, x): no neuron is ever dead.

    Parameters
    ----------
    slope : float
        From 0 up to, not including, 1.
    """

    slope: float = static()

    def __init__(self, slope: float = 0.1) -> None:
        if not 0 <= slope < 1:
            raise OptionError(
                f"a slope of {slope} for LeakyReLU",
                remedy="Give a number from 0 up to, not including, 1.",
            )
        self._fill(slope=float(slope))

    def __call__(self, x: Any, *, key: Any = None) -> Any:
        """Apply it to every number."""
        return leaky_relu(x, slope=self.slope)


class ELU(Module):
    """Identity for x > 0, alpha * (exp(x) - 1) below (Clevert et al. 2016).

    Parameters
    ----------
    alpha : float
        Minus the value far below 0; positive.
    """

    alpha: float = static()

    def __init__(self, alpha: float = 1.0) -> None:
        if not alpha > 0:
            raise OptionError(
                f"an alpha of {alpha} for ELU", remedy="Give a number above 0."
            )
        self._fill(alpha=float(alpha))

    def __call__(self, x: Any, *, key: Any = None) -> Any:
        """Apply it to every number."""
        return elu(x, alpha=self.alpha)


class Maxout(Module):
    """The greatest of each ``pieces`` numbers (Goodfellow et al. 2013).

    After ``Linear(d, pieces * k)`` it is a layer of k neurons, each the maximum of
    ``pieces`` linear functions.

    Parameters
    ----------
    pieces : int
        At least 1.
    """

    pieces: int = static()

    def __init__(self, pieces: int = 2) -> None:
        if pieces < 1:
            raise OptionError(
                f"Maxout of {pieces} pieces", remedy="Give a whole number from 1."
            )
        self._fill(pieces=int(pieces))

    def __call__(self, x: Any, *, key: Any = None) -> Any:
        """Map x of shape (n, pieces * k) to (n, k)."""
        return maxout(x, pieces=self.pieces)


ACTIVATIONS: dict[str, Callable[[], Module]] = {
    "sigmoid": Sigmoid,
    "tanh": Tanh,
    "relu": ReLU,
    "leaky_relu": LeakyReLU,
    "elu": ELU,
    "maxout": Maxout,
}
"""Every activation by the name that options use."""


def find_activation(activation: str | Module) -> Module:
    """Return the activation of a name, in which a dash may stand for an underscore.

    Examples
    --------
    >>> find_activation("leaky-relu")
    LeakyReLU(slope=0.1)
    """
    if isinstance(activation, Module):
        return activation
    name = activation.replace("-", "_")
    if name not in ACTIVATIONS:
        raise OptionError(
            f"there is no activation {activation!r}",
            remedy=f"Choose one of {', '.join(ACTIVATIONS)}.",
        )
    return ACTIVATIONS[name]()
