"""Comparisons, tests of single numbers, and logic: gates without a derivative."""

from __future__ import annotations

import numpy as np

from hubel.gates._given import without_out
from hubel.gates.define import constant, implements
from hubel.graph.registry import Value

equal = constant("equal", np.equal, commutative=True, operator=True)
not_equal = constant("not_equal", np.not_equal, commutative=True, operator=True)
less = constant("less", np.less, operator=True)
less_equal = constant("less_equal", np.less_equal, operator=True)
greater = constant("greater", np.greater, operator=True)
greater_equal = constant("greater_equal", np.greater_equal, operator=True)

isfinite = constant("isfinite", np.isfinite)
isinf = constant("isinf", np.isinf)
isnan = constant("isnan", np.isnan)
signbit = constant("signbit", np.signbit)

logical_and = constant("logical_and", np.logical_and, commutative=True)
logical_or = constant("logical_or", np.logical_or, commutative=True)
logical_xor = constant("logical_xor", np.logical_xor, commutative=True)
logical_not = constant("logical_not", np.logical_not)


@implements(np.isposinf)
def np_isposinf(x: Value, out: None = None) -> Value:
    """Mean what ``np.isposinf`` means."""
    without_out(out)
    return equal(x, np.inf)


@implements(np.isneginf)
def np_isneginf(x: Value, out: None = None) -> Value:
    """Mean what ``np.isneginf`` means."""
    without_out(out)
    return equal(x, -np.inf)


@implements(np.isclose)
def np_isclose(
    a: Value,
    b: Value,
    rtol: float = 1e-05,
    atol: float = 1e-08,
    equal_nan: bool = False,
) -> Value:
    """Mean what ``np.isclose`` means."""
    near = less_equal(abs(a - b), atol + rtol * abs(b))
    close = logical_or(logical_and(near, isfinite(b)), equal(a, b))
    return logical_or(close, logical_and(isnan(a), isnan(b))) if equal_nan else close
