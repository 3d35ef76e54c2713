"""Batch normalisation."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from hubel.errors import OptionError, ShapeError
from hubel.nn._module import Array, Module, bias, static, statistic
from hubel.nn._statistics import open_ledger


class BatchNorm(Module):
    """Shift and scale each feature to mean 0 and variance 1, then as training learns.

    In training by the mean and variance over the batch, and for images over all their
    pixels; in inference by running averages of these, which training keeps (Ioffe &
    Szegedy 2015, algorithms 1 and 2).

    Parameters
    ----------
    num_features : int
        The length of the last axis: features, or channels of images.
    eps : float
        Added to the variance, against division by 0.
    momentum : float
        How much of a running average each batch replaces.
    dtype : dtype
        float32 or float64.

    Attributes
    ----------
    weight, bias : array of shape (num_features,)
        What is multiplied and added at the end: 1 and 0 at first. Regularisation leaves
        both alone.
    running_mean, running_var : array of shape (num_features,)
        The averages: 0 and 1 at first. Variances are those of a sample, divided by one
        less than the count.

    Notes
    -----
    It is training when there is a key. The averages change in the steps of
    :class:`Training` and :func:`fit`, go into its snapshots and into saved runs. Inside
    :class:`Frozen` they are used in training too, and stay.

    Examples
    --------
    >>> layer = BatchNorm(2)
    >>> x = np.array([[1.0, 5.0], [3.0, 5.0]], np.float32)
    >>> layer(x, key=np.zeros(2, np.uint64)).round(3)
    array([[-1.,  0.],
           [ 1.,  0.]], dtype=float32)
    """

    random = True  # a key tells it that this is training
    weight: Array = bias()
    bias: Array = bias()
    running_mean: Array = statistic()
    running_var: Array = statistic()
    eps: float = static()
    momentum: float = static()

    def __init__(
        self,
        num_features: int,
        *,
        eps: float = 1e-5,
        momentum: float = 0.1,
        dtype: Any = np.float32,
    ) -> None:
        good = num_features >= 1 and eps > 0 and 0 < momentum <= 1
        if not good:
            raise OptionError(
                f"BatchNorm({num_features}, eps={eps}, momentum={momentum})",
                remedy="Give 1 feature or more, eps above 0, and a momentum above 0 up "
                "to 1.",
            )
        self._fill(eps=float(eps), momentum=float(momentum))
        zeros = np.zeros(num_features, dtype)
        self._fill(**self._initial(zeros))

    def _initial(self, zeros: Array) -> dict[str, Array]:
        return {
            "weight": zeros + 1,
            "bias": zeros,
            "running_mean": zeros.copy(),
            "running_var": zeros + 1,
        }

    def initial(self, generator: np.random.Generator) -> dict[str, Array]:
        """Return what it starts with; nothing is drawn."""
        return self._initial(np.zeros_like(self.bias))

    def __call__(self, x: Any, *, key: Any = None) -> Any:
        """Normalise x of shape (n, ..., num_features)."""
        count = self.bias.shape[0]
        if len(x.shape) < 2 or x.shape[-1] != count:
            raise ShapeError(
                f"{self} was given an array of shape {tuple(x.shape)}",
                remedy=f"It takes (n, {count}), or images (n, height, width, {count}).",
            )
        ledger = open_ledger()
        frozen = ledger is not None and self.running_mean not in ledger
        if key is None or frozen:
            return self._scaled(x - self.running_mean, self.running_var)
        axes = tuple(range(len(x.shape) - 1))
        mean = np.mean(x, axis=axes)
        centred = x - mean
        variance = np.mean(centred * centred, axis=axes)
        if ledger is not None:
            size = math.prod(x.shape[:-1])
            ledger.write(self.running_mean, self._moved(self.running_mean, mean))
            sample = variance * (size / max(size - 1, 1))
            ledger.write(self.running_var, self._moved(self.running_var, sample))
        return self._scaled(centred, variance)

    def _scaled(self, centred: Any, variance: Any) -> Any:
        return centred * (self.weight / np.sqrt(variance + self.eps)) + self.bias

    def _moved(self, average: Any, new: Any) -> Any:
        """Move a running average towards what a batch has."""
        new = new.astype(average.dtype)
        return (1 - self.momentum) * average + self.momentum * new

    def __repr__(self) -> str:
        return f"BatchNorm({self.bias.shape[0]})"
