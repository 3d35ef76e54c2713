"""Arithmetic: the gates behind Python's operators."""

from __future__ import annotations

import numpy as np

from hubel.gates._cast import promoted, unchanged
from hubel.gates._intervals import (
    added,
    divided,
    multiplied,
    negated,
    squared,
    subtracted,
)
from hubel.gates._rounding import rint
from hubel.gates.define import (
    CONSTANT_RULE,
    Linear,
    constant,
    dtype_of,
    elementwise,
    implements,
)
from hubel.graph.registry import GATES, NUMPY, Value


def _pass(g: Value, out: Value, *args: Value) -> Value:
    return g


PASS = Linear(_pass)
"""The upstream gradient goes on unchanged."""


def _inverse(y: Value) -> Value:
    """Give 1 / y: of a Python number again one, so that it stays weak."""
    inverse = divide(1, y)
    return inverse.item() if type(y) in (int, float, complex) else inverse


# -0.0 + -0.0 is -0.0, but -0.0 + 0.0 is 0.0: only the negative zero changes nothing.
add = elementwise(
    "add",
    np.add,
    PASS,
    PASS,
    commutative=True,
    unit=-0.0,
    operator=True,
    interval=added,
)
subtract = elementwise(
    "subtract",
    np.subtract,
    PASS,
    Linear(lambda g, out, x, y: negative(g)),
    unit=0,
    operator=True,
    interval=subtracted,
)
negative = elementwise(
    "negative",
    np.negative,
    Linear(lambda g, out, x: negative(g)),
    operator=True,
    interval=negated,
)
positive = elementwise("positive", np.positive, PASS, operator=True, native=unchanged)
multiply = elementwise(
    "multiply",
    np.multiply,
    lambda out, x, y: y,
    lambda out, x, y: x,
    commutative=True,
    unit=1,
    zero=0,
    operator=True,
    interval=multiplied,
)
divide = elementwise(
    "divide",
    np.divide,
    lambda out, x, y: _inverse(y),
    lambda out, x, y: divide(-out, y),
    unit=1,
    operator=True,
    weight=4,
    interval=divided,
)
NUMPY[np.true_divide] = divide


def _one_over(x: Value) -> Value:
    """Give 1 / x; of whole numbers, only those of size 1 have an inverse."""
    (x,) = promoted(reciprocal, x)
    if dtype_of(x).kind == "f":
        return divide(1, x)
    return GATES["where"](GATES["equal"](GATES["absolute"](x), 1), x, 0)


reciprocal = elementwise(
    "reciprocal", np.reciprocal, lambda out, x: -out * out, weight=4, native=_one_over
)


def _squared(x: Value) -> Value:
    (x,) = promoted(square, x)
    return multiply(x, x)


square = elementwise(
    "square", np.square, lambda out, x: 2 * x, native=_squared, interval=squared
)

# Division with a remainder: x = q y + r with a whole q, which has no derivative.
floor_divide = constant("floor_divide", np.floor_divide, operator=True, weight=4)
remainder = elementwise(
    "remainder",
    np.remainder,
    lambda out, x, y: 1,
    lambda out, x, y: -floor_divide(x, y),
    operator=True,
    weight=8,
    convention="that beside the jumps",
)
fmod = elementwise(
    "fmod",
    np.fmod,
    lambda out, x, y: 1,
    lambda out, x, y: rint(divide(out - x, y)),
    weight=8,
    convention="that beside the jumps",
)
ldexp = elementwise(
    "ldexp", np.ldexp, Linear(lambda g, out, x, n: ldexp(g, n)), CONSTANT_RULE, weight=4
)


@implements(np.divmod)
def np_divmod(x: Value, y: Value) -> tuple[Value, Value]:
    """Mean what ``np.divmod`` means."""
    return floor_divide(x, y), remainder(x, y)
