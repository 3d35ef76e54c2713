"""Products with logarithms that are 0 at 0, as in entropies and divergences."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from hubel.gates._arithmetic import divide
from hubel.gates._cast import astype, promoted
from hubel.gates._compare import (
    equal,
    greater,
    greater_equal,
    isnan,
    less,
    logical_and,
    logical_not,
    logical_or,
)
from hubel.gates._exponential import log, log1p
from hubel.gates._where import where
from hubel.gates.define import dtype_of, elementwise
from hubel.gates.scipy_special._scipy import special
from hubel.graph.registry import Value

DOUBLE = np.dtype(np.float64)


def _share(x: Value, y: Value) -> Value:
    """Give x / y, and 0 for x = 0 even if y is."""
    return where(equal(x, 0), 0, divide(x, y))


def _product(x: Value, y: Value, logarithm: Callable[[Value], Value]) -> Value:
    """Give x log(y), and 0 for x = 0 unless y is NaN."""
    x, y = promoted(xlogy, x, y)
    nothing = logical_and(equal(x, 0), logical_not(isnan(y)))
    return where(nothing, 0, x * logarithm(y))


def _xlogy(x: Value, y: Value) -> Value:
    return _product(x, y, log)


def _xlog1py(x: Value, y: Value) -> Value:
    return _product(x, y, log1p)


xlogy = elementwise(
    "xlogy",
    special.xlogy,
    lambda out, x, y: log(y),
    lambda out, x, y: _share(x, y),
    weight=15,
    native=_xlogy,
)
xlog1py = elementwise(
    "xlog1py",
    special.xlog1py,
    lambda out, x, y: log1p(y),
    lambda out, x, y: _share(x, 1 + y),
    weight=15,
    native=_xlog1py,
)


def _entropy(x: Value) -> Value:
    """Give -x log(x), 0 at 0 and minus infinity below."""
    (x,) = promoted(entr, x)
    number = dtype_of(x).type
    otherwise = where(isnan(x), x, where(equal(x, 0), number(0), number(-math.inf)))
    return where(greater(x, 0), -x * log(x), otherwise)


entr = elementwise(
    "entr", special.entr, lambda out, x: -log(x) - 1, weight=15, native=_entropy
)


def _divergence(x: Value, y: Value) -> Value:
    """Give x log(x / y) of positive numbers, as SciPy works it out."""
    ratio = divide(x, y)
    tiny = np.finfo(dtype_of(x)).tiny
    near = logical_and(greater(ratio, 0.5), less(ratio, 2))
    normal = logical_and(greater(ratio, tiny), less(ratio, math.inf))
    far = where(normal, log(ratio), log(x) - log(y))
    return x * where(near, log1p(divide(x - y, y)), far)


def _where_positive(value: Value, x: Value, y: Value, at_zero: Value) -> Value:
    """Choose the value where both are positive; x may be 0; else it is infinite."""
    unknown = logical_or(isnan(x), isnan(y))
    zero = logical_and(equal(x, 0), greater_equal(y, 0))
    otherwise = where(unknown, x + y, where(zero, at_zero, dtype_of(x).type(math.inf)))
    return where(logical_and(greater(x, 0), greater(y, 0)), value, otherwise)


def _rel_entr(x: Value, y: Value) -> Value:
    x, y = promoted(rel_entr, x, y)
    return _where_positive(_divergence(x, y), x, y, dtype_of(x).type(0))


def _kl_div(x: Value, y: Value) -> Value:
    """Work in double precision, since the terms nearly cancel each other."""
    x, y = promoted(kl_div, x, y)
    dtype = dtype_of(x)
    x, y = astype(x, dtype=DOUBLE), astype(y, dtype=DOUBLE)
    value = _where_positive(x * log(divide(x, y)) - x + y, x, y, y)
    return astype(value, dtype=dtype)


rel_entr = elementwise(
    "rel_entr",
    special.rel_entr,
    lambda out, x, y: log(divide(x, y)) + 1,
    lambda out, x, y: -_share(x, y),
    weight=20,
    native=_rel_entr,
)
kl_div = elementwise(
    "kl_div",
    special.kl_div,
    lambda out, x, y: log(divide(x, y)),
    lambda out, x, y: 1 - _share(x, y),
    weight=20,
    native=_kl_div,
)
