"""The settings of a training run, as one immutable value."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from hubel.errors import OptionError
from hubel.nn._losses import Loss, find_loss
from hubel.nn._optim import Optimizer, find_optimizer
from hubel.nn.schedules import Schedule, find_schedule
from hubel.transforms.promotion import check_precision

Augment = Callable[..., Any]
"""``augment(images, indices, seed=..., epoch=...)`` gives images of the same kind."""


@dataclass(frozen=True, kw_only=True)
class TrainConfig:
    """What a training run does, besides its net and its data.

    Parameters
    ----------
    epochs : int
        How many times every example is seen.
    batch_size : int
        Examples in a step; the last batch of an epoch may be smaller.
    lr : float
        The learning rate that the schedule multiplies.
    momentum : float
        Of SGD; Adam has its own.
    l2 : float
        Strength of regularisation: ``0.5 * l2 * sum(W**2)`` over the weights, not the
        biases, is added to what is minimised.
    schedule : str or callable
        "constant", "step", "exponential", "cosine", "one_over_t", "warmup", or a
        function ``schedule(step, total_steps)``.
    loss : str or callable
        "softmax", "svm", "squared_hinge", "logistic", "squared", or a function of
        scores and targets that averages over the examples.
    optimizer : str or Optimizer
        "sgd", "nesterov", "adam", or a value such as ``Adam(beta2=0.99)``.
    seed : int
        Decides the order of the examples and the masks of dropout.
    augment : callable, optional
        ``augment(images, indices, *, seed, epoch)``, such as `hubel.data.augment` or a
        `hubel.data.Augmentation`, gives what is trained on instead of the images: a new
        array of the same shape and dtype. It runs in a thread beside the steps, on many
        images at once, and has to depend on its arguments alone.
    slice_seconds : float
        About how long the loop runs before it yields; no number depends on it.
    deterministic : bool
        Whether the same run gives the same bits again on the same machine. Otherwise
        the first steps run on NumPy until native code is ready, which rounds
        differently; with it, the first step waits for that.
    precision : str
        "bfloat16" trains faster on processors that have it: what matrix products of
        float32 multiply is rounded, where that is faster. Parameters, sums and
        everything else stay float32. See `hubel.compile`.

    Raises
    ------
    OptionError
        If a setting is outside its range.

    Examples
    --------
    >>> TrainConfig(epochs=3, lr=0.01).batch_size
    128
    """

    epochs: int = 10
    batch_size: int = 128
    lr: float = 0.02
    momentum: float = 0.9
    l2: float = 0.0
    schedule: str | Schedule = "cosine"
    loss: str | Loss = "softmax"
    optimizer: str | Optimizer = "sgd"
    seed: int = 0
    augment: Augment | None = None
    slice_seconds: float = 0.05
    deterministic: bool = False
    precision: str = "float32"

    def __post_init__(self) -> None:
        """Check every setting."""
        _require("epochs", self.epochs, self.epochs >= 1, "at least 1")
        _require("batch_size", self.batch_size, self.batch_size >= 1, "at least 1")
        _require("lr", self.lr, 0 < self.lr < math.inf, "above 0 and finite")
        _require("l2", self.l2, 0 <= self.l2 < math.inf, "at least 0 and finite")
        find_schedule(self.schedule)
        find_loss(self.loss)
        find_optimizer(self.optimizer, self.momentum)
        check_precision(self.precision)


def _require(name: str, value: float, good: bool, needed: str) -> None:
    if not good:
        raise OptionError(f"{name} is {value}", remedy=f"Give a number {needed}.")
