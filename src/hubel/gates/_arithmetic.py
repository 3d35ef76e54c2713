"""Arithmetic: the gates behind Python's operators."""

from __future__ import annotations

import numpy as np

from hubel.gates.define import Linear, constant, elementwise
from hubel.graph.registry import NUMPY

PASS = Linear(lambda g, out, *args: g)
"""The upstream gradient goes on unchanged."""

add = elementwise("add", np.add, PASS, PASS, commutative=True, unit=0, operator=True)
subtract = elementwise(
    "subtract",
    np.subtract,
    PASS,
    Linear(lambda g, out, x, y: negative(g)),
    unit=0,
    operator=True,
)
negative = elementwise(
    "negative", np.negative, Linear(lambda g, out, x: negative(g)), operator=True
)
positive = elementwise("positive", np.positive, PASS, operator=True)
multiply = elementwise(
    "multiply",
    np.multiply,
    lambda out, x, y: y,
    lambda out, x, y: x,
    commutative=True,
    unit=1,
    zero=0,
    operator=True,
)
divide = elementwise(
    "divide",
    np.divide,
    lambda out, x, y: divide(1, y),
    lambda out, x, y: divide(-out, y),
    unit=1,
    operator=True,
    weight=4,
)
reciprocal = elementwise(
    "reciprocal", np.reciprocal, lambda out, x: -out * out, weight=4
)
square = elementwise("square", np.square, lambda out, x: 2 * x)
floor_divide = constant("floor_divide", np.floor_divide, operator=True, weight=4)
remainder = elementwise(
    "remainder",
    np.remainder,
    PASS,
    lambda out, x, y: -floor_divide(x, y),
    operator=True,
    weight=8,
)
NUMPY[np.true_divide] = divide
