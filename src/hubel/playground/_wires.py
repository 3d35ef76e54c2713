"""The weights of a net and their gradients, for the wires of its drawing."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np

from hubel.errors import OptionError
from hubel.nn import Linear, Sequential
from hubel.nn._losses import find_loss
from hubel.playground._learner import Learner
from hubel.playground._messages import Fields
from hubel.playground._points import Points
from hubel.transforms import grad

_LARGEST = 1e4
"""A weight that is written by hand is at most this large."""


def wires(net: Sequential, points: Points, learner: Learner) -> list[dict[str, Any]]:
    """Return weights, biases and their gradients, a layer each.

    The gradient is that of the loss of all points to learn from, with the penalty.
    """
    gradients = _gradient(learner.settings.loss)(net, *points.train)
    found: list[dict[str, Any]] = []
    for layer, slope in zip(net.layers, gradients.layers, strict=True):
        if isinstance(layer, Linear):
            pull = slope.weight + learner.l2 * layer.weight
            found.append(
                {
                    "weight": _written(layer.weight),
                    "bias": _written(layer.bias),
                    "weight_gradient": _written(pull),
                    "bias_gradient": _written(slope.bias),
                }
            )
    return found


@lru_cache(maxsize=4)
def _gradient(loss: str) -> Any:
    """Return the gradient of a loss by the net."""
    measure = find_loss(loss)

    def objective(net: Any, x: Any, y: Any) -> Any:
        return measure(net(x), y)

    return grad(objective)


def _written(array: Any) -> list[Any]:
    """Return numbers with four digits; what is not finite is 0."""
    with np.errstate(all="ignore"):
        plain = np.nan_to_num(np.asarray(array, np.float64), posinf=0.0, neginf=0.0)
        size = 10.0 ** np.floor(np.log10(np.where(plain == 0, 1.0, np.abs(plain))) - 3)
        rounded = np.rint(plain / size) * size
    return np.nan_to_num(rounded).tolist()


def write_weight(learner: Learner, fields: Fields) -> None:
    """Write one weight or bias by hand: of a layer, its row and its column.

    A layer's weights have a row for each of its inputs; the row ``-1`` is the bias.
    """
    arrays = learner.parameters
    layer = fields.whole("layer", 0, len(arrays) // 2 - 1)
    weight, bias = arrays[2 * layer], arrays[2 * layer + 1]
    row = fields.whole("row", -1, weight.shape[0] - 1)
    column = fields.whole("column", 0, weight.shape[1] - 1)
    value = fields.number("value", -_LARGEST, _LARGEST)
    if weight.ndim != 2 or bias.ndim != 1:
        raise OptionError("this layer has no weights to write")
    if row < 0:
        bias[column] = value
    else:
        weight[row, column] = value
