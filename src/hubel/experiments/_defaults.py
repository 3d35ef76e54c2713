"""What a training run does where nothing is said: chosen for the data and the net.

The numbers were chosen on validation splits, never on a test file.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

Kind = Literal[
    "linear", "hidden", "convolutional", "line on features", "net on features"
]


@dataclass(frozen=True, kw_only=True)
class Defaults:
    """The settings that good values depend on the data for.

    Attributes
    ----------
    normalize : str
        What of the pixels has a mean and a spread of its own, as `nn.Normalize.of`
        takes it.
    """

    epochs: int
    batch_size: int
    lr: float
    l2: float
    dropout: float
    normalize: str = "pixel"


_TABLE = {
    ("tenshapes", "linear"): Defaults(
        epochs=20, batch_size=128, lr=0.001, l2=3e-2, dropout=0.0
    ),
    ("tenshapes", "hidden"): Defaults(
        epochs=30, batch_size=128, lr=0.02, l2=1e-2, dropout=0.0
    ),
    ("mnist", "linear"): Defaults(
        epochs=10, batch_size=128, lr=0.02, l2=1e-4, dropout=0.0, normalize="image set"
    ),
    ("mnist", "hidden"): Defaults(
        epochs=12, batch_size=128, lr=0.05, l2=5e-4, dropout=0.0, normalize="image set"
    ),
    ("cifar10", "linear"): Defaults(
        epochs=15, batch_size=128, lr=0.001, l2=1e-2, dropout=0.0
    ),
    ("cifar10", "hidden"): Defaults(
        epochs=30, batch_size=128, lr=0.02, l2=7e-3, dropout=0.0
    ),
    # Nothing is known of a user's own pictures: photographs are the nearest.
    ("folder", "linear"): Defaults(
        epochs=15, batch_size=128, lr=0.001, l2=1e-2, dropout=0.0
    ),
    ("folder", "hidden"): Defaults(
        epochs=30, batch_size=128, lr=0.02, l2=7e-3, dropout=0.0
    ),
}
"""By data set, and by whether the net has a hidden layer; for softmax and SGD."""

_CONVOLUTIONAL = Defaults(
    epochs=12, batch_size=128, lr=0.05, l2=3e-3, dropout=0.0, normalize="channel"
)
"""A filter sees every pixel, so that all data are much alike to it."""

_ON_FEATURES = {
    "line on features": Defaults(
        epochs=20, batch_size=128, lr=0.01, l2=1e-3, dropout=0.0
    ),
    "net on features": Defaults(
        epochs=20, batch_size=128, lr=0.02, l2=3e-3, dropout=0.1
    ),
}
"""Features of all data are much alike too, once they are normalised."""

_ADAM_LR = 0.001
"""Adam scales every step itself, so one learning rate serves all data."""

_SVM_LR, _SVM_L2 = 0.25, 3.0
"""Factors for the SVM loss: the sum of many margins has the larger gradients."""


def defaults_for(data: str, *, kind: Kind, loss: str, optimizer: str) -> Defaults:
    """Return the defaults of a data set and a kind of net."""
    same = {"convolutional": _CONVOLUTIONAL, **_ON_FEATURES}
    chosen = same[kind] if kind in same else _TABLE[data, kind]
    if optimizer == "adam":
        return replace(chosen, lr=_ADAM_LR)
    if loss == "svm":
        return replace(chosen, lr=chosen.lr * _SVM_LR, l2=chosen.l2 * _SVM_L2)
    return chosen
