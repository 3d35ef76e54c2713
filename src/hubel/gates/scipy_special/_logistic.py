"""The logistic function, its inverse and its logarithm; other exponentials."""

from __future__ import annotations

import math

from hubel.gates._arithmetic import divide
from hubel.gates._cast import promoted
from hubel.gates._compare import greater, less, logical_or
from hubel.gates._exponential import exp, exp2, expm1, log, log1p
from hubel.gates._power import cbrt, power
from hubel.gates._rounding import rint
from hubel.gates._sigmoid import sigmoid
from hubel.gates._where import where
from hubel.gates.define import dtype_of, elementwise
from hubel.gates.scipy_special._scipy import also, special
from hubel.graph.registry import Value


def _logit(x: Value) -> Value:
    """Give log(x / (1 - x)), without cancellation near 1/2, as SciPy works it out."""
    (x,) = promoted(logit, x)
    far = logical_or(less(x, 0.3), greater(x, 0.65))
    s = 2 * (x - 0.5)
    return where(far, log(divide(x, 1 - x)), log1p(s) - log1p(-s))


def _log_expit(x: Value) -> Value:
    """Give -log(1 + exp(-x)) from the side that does not overflow."""
    (x,) = promoted(log_expit, x)
    more = log1p(exp(-abs(x)))
    return where(less(x, 0), x - more, -more)


def _exp10(x: Value) -> Value:
    (x,) = promoted(exp10, x)
    return power(dtype_of(x).type(10), x)


logit = elementwise(
    "logit",
    special.logit,
    lambda out, x: divide(1, x * (1 - x)),
    weight=15,
    native=_logit,
)
log_expit = elementwise(
    "log_expit",
    special.log_expit,
    lambda out, x: sigmoid(-x),
    weight=20,
    native=_log_expit,
)
exp10 = elementwise(
    "exp10",
    special.exp10,
    lambda out, x: math.log(10) * out,
    weight=10,
    native=_exp10,
)
expi = elementwise("expi", special.expi, lambda out, x: exp(x) / x, weight=30)
exp1 = elementwise("exp1", special.exp1, lambda out, x: -exp(-x) / x, weight=30)

also("expit")(sigmoid)
also("exp2")(exp2)
also("expm1")(expm1)
also("log1p")(log1p)
also("cbrt")(cbrt)
also("round")(rint)
