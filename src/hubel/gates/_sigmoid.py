"""The sigmoid, and the function whose derivative it is."""

from __future__ import annotations

from typing import Any

import numpy as np

from hubel.gates._buffer import reusable
from hubel.gates._intervals import to_one
from hubel.gates.define import elementwise
from hubel.graph.registry import Value


def _sigmoid(x: Value, out: Any = None) -> Any:
    """Give 1 / (1 + exp(-x)), to full relative precision at either end."""
    with np.errstate(over="ignore"):
        result: Any = np.multiply(x, -1.0, out=out)
        into = reusable(result)
        result = np.exp(result, out=into)
        result = np.add(result, 1, out=into)
        return np.reciprocal(result, out=into)


sigmoid = elementwise(
    "sigmoid",
    _sigmoid,
    lambda out, x: out * (1 - out),
    fills=True,
    inplace=True,
    weight=15,
    interval=to_one,
)


def _softplus(x: Value, out: Any = None) -> Any:
    """Give log(1 + exp(x)) as max(x, 0) + log(1 + exp(-|x|)), without overflow."""
    above = np.maximum(x, 0)
    result: Any = np.multiply(np.absolute(x), -1.0, out=out)
    into = reusable(result)
    result = np.log1p(np.exp(result, out=into), out=into)
    return np.add(result, above, out=into)


softplus = elementwise(
    "softplus",
    _softplus,
    lambda out, x: sigmoid(x),
    fills=True,
    inplace=True,
    weight=25,
    native=_softplus,
)
