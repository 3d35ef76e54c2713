"""The modified Bessel functions of the first kind, I_n, for whole numbers n."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from hubel.errors import DTypeError
from hubel.gates._arithmetic import add, multiply
from hubel.gates.define import elementwise
from hubel.graph.registry import Value

SERIES = 64
"""Terms of the power series, enough below ``FAR`` for every order."""
ASYMPTOTIC = 24
"""Terms of the expansion for large x, enough above ``FAR`` for small orders."""
FAR = 30.0
CHOOSE: Any = np.where


def _bessel_i(x: Value, order: int = 0) -> Any:
    """Give I_order(x)."""
    if np.asarray(x).dtype.kind == "c":
        raise DTypeError("I_n of complex numbers", remedy="use scipy.special.iv")
    if order == 0:
        return np.i0(x)[()]
    given = np.asarray(x)
    wide = given.astype(np.float64)
    size = np.abs(wide)
    with np.errstate(over="ignore", invalid="ignore"):
        near = _near(np.minimum(size, FAR), order)
        far = _far(np.maximum(size, FAR), order)
    value: Any = CHOOSE(size < FAR, near, far)
    turned = value * np.sign(wide) if order % 2 else value
    return turned.astype(given.dtype if given.dtype.kind == "f" else np.float64)[()]


def _near(x: Any, order: int) -> Any:
    """Sum (x/2)^(2k+n) / (k! (k+n)!), DLMF 10.25.2; all terms have the same sign."""
    total: Any = 0.0
    quarter = np.square(x) / 4
    for k in reversed(range(1, SERIES)):
        total = (1 + total) * quarter / (k * (k + order))
    return (1 + total) * (x / 2) ** order / math.factorial(order)


def _far(x: Any, order: int) -> Any:
    """Sum the expansion of Hankel for large x, DLMF 10.40.1."""
    total: Any = 0.0
    for k in reversed(range(1, ASYMPTOTIC)):
        factor = ((2 * k - 1) ** 2 - 4 * order**2) / (8 * k)
        total = (1 + total) * factor / x
    half = np.exp(x / 2)  # e^x alone would overflow too early
    return half * ((1 + total) / np.sqrt(2 * math.pi * x)) * half


def _slope(out: Value, x: Value, order: int = 0) -> Value:
    """Give I_n' = (I_n-1 + I_n+1) / 2, and I_0' = I_1 (DLMF 10.29.1 and 10.29.3)."""
    above = bessel_i(x, order=order + 1)
    if order == 0:
        return above
    return multiply(add(bessel_i(x, order=order - 1), above), 0.5)


bessel_i = elementwise("bessel_i", _bessel_i, _slope, numpy=np.i0, weight=60)
