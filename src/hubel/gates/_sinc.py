"""The cardinal sine, sin(pi x) / (pi x), and its derivatives of every order."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from hubel.gates._arithmetic import divide
from hubel.gates._cast import promoted
from hubel.gates._compare import equal
from hubel.gates._where import where
from hubel.gates.define import dtype_of, elementwise
from hubel.graph.registry import Value

TERMS = 18
"""Terms of the Taylor series, enough for |pi x| up to ``order + 2`` in float64."""


def _sinc(x: Value, order: int = 0) -> Any:
    """Give the derivative of that order.

    Near 0 it is the Taylor series; elsewhere f = sin(z)/z with z = pi x follows from
    (z f)^(n) = z f^(n) + n f^(n-1) = sin^(n)(z).
    """
    if order == 0:
        return np.sinc(x)
    z = np.multiply(x, math.pi)
    near = np.abs(z) < order + 2
    far = np.where(near, 1, z)
    value = np.divide(np.sin(far), far)
    for n in range(1, order + 1):
        value = np.divide(np.sin(far + n * (math.pi / 2)) - n * value, far)
    return np.multiply(np.where(near, _series(z, order), value), math.pi**order)[()]


def _series(z: Value, order: int) -> Any:
    """Give the n-th derivative of sum of (-1)^m z^(2m) / (2m+1)!, near 0."""
    first = (order + 1) // 2
    total: Any = 0
    for m in reversed(range(first, first + TERMS)):
        factor = (-1) ** m / ((2 * m + 1) * math.factorial(2 * m - order))
        total = total * np.square(z) + factor
    return total * z if order % 2 else total


def _sines(x: Value, order: int = 0) -> Value:
    """Give what ``_sinc`` gives, of elements that are not looked at."""
    if order:
        return _sinc(x, order)
    (x,) = promoted(sinc, x)
    z = math.pi * x
    z = where(equal(z, 0), dtype_of(x).type(np.finfo(dtype_of(x)).eps), z)
    return divide(np.sin(z), z)


sinc = elementwise(
    "sinc",
    _sinc,
    lambda out, x, order=0: sinc(x, order=order + 1),
    numpy=np.sinc,
    weight=20,
    native=_sines,
    convention="smooth at 0",
)
