"""Hyperbolic functions and their inverses."""

from __future__ import annotations

import numpy as np

from hubel.gates._arithmetic import divide, multiply
from hubel.gates._intervals import within_one
from hubel.gates._power import sqrt
from hubel.gates.define import elementwise

sinh = elementwise("sinh", np.sinh, lambda out, x: cosh(x), weight=10)
cosh = elementwise("cosh", np.cosh, lambda out, x: sinh(x), weight=10)
tanh = elementwise(
    "tanh", np.tanh, lambda out, x: 1 - out * out, weight=10, interval=within_one
)
arcsinh = elementwise(
    "arcsinh", np.arcsinh, lambda out, x: divide(1, sqrt(1 + x * x)), weight=10
)
arccosh = elementwise(
    "arccosh",
    np.arccosh,
    # The root of each factor: only so is the branch that of arccosh.
    lambda out, x: divide(1, multiply(sqrt(x - 1), sqrt(x + 1))),
    weight=10,
    convention="infinite at 1",
)
arctanh = elementwise(
    "arctanh",
    np.arctanh,
    lambda out, x: divide(1, multiply(1 - x, 1 + x)),
    weight=10,
    convention="infinite at -1 and 1",
)
