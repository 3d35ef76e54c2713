"""Powers and roots."""

from __future__ import annotations

import numpy as np

from hubel.gates._arithmetic import divide, multiply, positive, reciprocal, square
from hubel.gates._cast import astype, promoted
from hubel.gates._chain import chain
from hubel.gates._compare import equal
from hubel.gates._exponential import log
from hubel.gates._where import where
from hubel.gates.define import dtype_of, elementwise, implements
from hubel.graph.node import spec_of
from hubel.graph.registry import NUMPY, Value

PRODUCTS = range(1, 17)
"""Whole exponents that are worked out by multiplication."""


def _to_base(out: Value, x: Value, y: Value) -> Value:
    """Give y x^(y-1), which is 0 for y = 0 even at x = 0."""
    return chain(NUMPY[pow](x, y - 1), y)


def _to_exponent(out: Value, x: Value, y: Value) -> Value:
    """Give x^y log(x), which is 0 at x = 0; complex if the power is."""
    if dtype_of(out).kind == "c":
        x = astype(x, dtype=dtype_of(out))
    return chain(out, where(equal(x, 0), 0, log(x)))


def _float_power(x: Value, y: Value) -> Value:
    return power(*promoted(float_power, x, y))


power = elementwise(
    "power",
    np.power,
    _to_base,
    _to_exponent,
    unit=1,
    operator=True,
    weight=20,
    convention="y x^(y-1) by x (0 for y = 0), 0 by y at x = 0",
)
float_power = elementwise(
    "float_power",
    np.float_power,
    lambda out, x, y: chain(float_power(x, y - 1), y),
    _to_exponent,
    weight=20,
    native=_float_power,
    convention="as power",
)
sqrt = elementwise(
    "sqrt",
    np.sqrt,
    lambda out, x: divide(0.5, out),
    weight=4,
    convention="infinite at 0, where nothing flows from an upstream 0",
)
cbrt = elementwise(
    "cbrt",
    np.cbrt,
    lambda out, x: divide(1 / 3, square(out)),
    weight=10,
    convention="infinite at 0",
)


def _share_of_length(out: Value, x: Value) -> Value:
    """Give x / out, and 0 at the origin, where the length has no derivative."""
    return where(equal(out, 0), 0, divide(x, out))


hypot = elementwise(
    "hypot",
    np.hypot,
    lambda out, x, y: _share_of_length(out, x),
    lambda out, x, y: _share_of_length(out, y),
    commutative=True,
    weight=10,
    convention="0 at the origin",
)


@implements(pow)
def raised(x: Value, y: Value) -> Value:
    """Mean ``x ** y``: as NumPy does, exponents of Python go the shortest way.

    Whole exponents are products, since the general power is 20 to 100 times slower.
    """
    weak = spec_of(x).weak
    if type(y) is int and not weak and dtype_of(x).kind in "iu" and y in PRODUCTS:
        return _product(x, y)
    if type(y) not in (int, float) or weak or dtype_of(x).kind not in "fc":
        return power(x, y)
    if y == 0.5:
        return sqrt(x)
    if y == -1:
        return reciprocal(x)
    if y in PRODUCTS:
        return _product(x, int(y))
    return power(x, y)


def _product(x: Value, n: int) -> Value:
    """Multiply x by itself n times, squaring where that is shorter."""
    if n == 1:
        return positive(x)
    if n % 2:
        return multiply(_product(x, n - 1), x)
    return square(_product(x, n // 2) if n > 2 else x)
