"""Optimisers: from a gradient to new parameters, as pure functions on trees.

``update`` is written in NumPy, so that it can be traced and compiled together with
the gradient; with donated arguments the arrays are then updated in place.
"""

from __future__ import annotations

import operator
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from hubel.errors import OptionError
from hubel.tracing.tree import map_leaves


class Optimizer(Protocol):
    """What the training loop asks of an optimiser."""

    def init(self, params: Any) -> Any:
        """Return the state to start with, a tree of arrays."""
        ...

    def update(
        self, params: Any, gradients: Any, state: Any, lr: Any
    ) -> tuple[Any, Any]:
        """Return new parameters and a new state, of the same structures."""
        ...


@dataclass(frozen=True)
class SGD:
    """Stochastic gradient descent with momentum.

    Parameters
    ----------
    momentum : float
        From 0 (plain descent) up to, not including, 1.
    nesterov : bool
        Whether the gradient counts as taken ahead, where momentum leads.

    Notes
    -----
    ``v = momentum * v - lr * gradient``, then ``w = w + v``; with Nesterov's momentum
    ``w = w + momentum * v - lr * gradient`` (Sutskever et al. 2013, equations 1 to 4,
    in the form of CS231n).

    Examples
    --------
    >>> sgd, w = SGD(momentum=0.5), np.array([1.0])
    >>> state = sgd.init(w)
    >>> for _ in range(2):
    ...     w, state = sgd.update(w, 2 * w, state, lr=0.1)
    >>> w.round(3)
    array([0.54])
    """

    momentum: float = 0.9
    nesterov: bool = False

    def __post_init__(self) -> None:
        """Refuse a momentum that would never forget."""
        _require_fraction("momentum", self.momentum)

    def init(self, params: Any) -> Any:
        """Return velocities of 0; nothing where there is no momentum."""
        return map_leaves(np.zeros_like, params) if self.momentum else ()

    def update(
        self, params: Any, gradients: Any, state: Any, lr: Any
    ) -> tuple[Any, Any]:
        """Take one step."""

        def descend(w: Any, g: Any) -> Any:
            return w - lr * g

        def accelerate(v: Any, g: Any) -> Any:
            # The gradient first: what is computed last is used while it is in cache.
            return -lr * g + self.momentum * v

        if not self.momentum:
            return map_leaves(descend, params, gradients), ()
        state = map_leaves(accelerate, state, gradients)
        ahead = map_leaves(accelerate, state, gradients) if self.nesterov else state
        return map_leaves(operator.add, params, ahead), state


@dataclass(frozen=True)
class Adam:
    """Adam (Kingma & Ba 2015, algorithm 1), with the bias corrections of section 3.

    Parameters
    ----------
    beta1, beta2 : float
        How slowly the means of gradients and of squared gradients forget; from 0 up
        to, not including, 1.
    eps : float
        Added to the root, against division by 0.

    Examples
    --------
    >>> adam, w = Adam(), np.array([1.0, -3.0])
    >>> adam.update(w, 2 * w, adam.init(w), lr=0.1)[0].round(3)
    array([ 0.9, -2.9])
    """

    beta1: float = 0.9
    beta2: float = 0.999
    eps: float = 1e-8

    def __post_init__(self) -> None:
        """Refuse means that would never forget."""
        _require_fraction("beta1", self.beta1)
        _require_fraction("beta2", self.beta2)

    def init(self, params: Any) -> Any:
        """Return both means as 0, and the powers of the betas as 1."""
        zeros = map_leaves(np.zeros_like, params)
        return {"m": zeros, "v": map_leaves(np.zeros_like, params), "p": np.ones(2)}

    def update(
        self, params: Any, gradients: Any, state: Any, lr: Any
    ) -> tuple[Any, Any]:
        """Take one step."""
        b1, b2 = self.beta1, self.beta2
        powers = state["p"] * np.array([b1, b2])
        # In float64 until here: 1 - 0.999 would lose four digits in float32.
        rate, root = lr / (1 - powers[0]), 1 / np.sqrt(1 - powers[1])

        def first(m: Any, g: Any) -> Any:
            return b1 * m + (1 - b1) * g

        def second(v: Any, g: Any) -> Any:
            return b2 * v + (1 - b2) * (g * g)

        def moved(w: Any, m: Any, v: Any) -> Any:
            scale, lift = rate.astype(w.dtype), root.astype(w.dtype)
            return w - scale * m / (np.sqrt(v) * lift + self.eps)

        m = map_leaves(first, state["m"], gradients)
        v = map_leaves(second, state["v"], gradients)
        return map_leaves(moved, params, m, v), {"m": m, "v": v, "p": powers}


def _require_fraction(name: str, value: float) -> None:
    if not 0 <= value < 1:
        raise OptionError(
            f"{name} is {value}", remedy="Give a number from 0 up to, not including, 1."
        )


OPTIMIZERS = ("sgd", "nesterov", "adam")
"""The names that options use."""


def find_optimizer(optimizer: str | Optimizer, momentum: float) -> Optimizer:
    """Return the optimiser of a name; momentum is for SGD alone."""
    if not isinstance(optimizer, str):
        return optimizer
    if optimizer not in OPTIMIZERS:
        raise OptionError(
            f"there is no optimiser {optimizer!r}",
            remedy=f"Choose one of {', '.join(OPTIMIZERS)}.",
        )
    if optimizer == "adam":
        return Adam()
    return SGD(momentum, nesterov=optimizer == "nesterov")
