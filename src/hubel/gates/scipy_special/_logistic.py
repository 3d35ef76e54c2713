"""The logistic function, its inverse and its logarithm; other exponentials."""

from __future__ import annotations

import math

from hubel.gates._arithmetic import divide
from hubel.gates._exponential import exp, exp2, expm1, log1p
from hubel.gates._power import cbrt
from hubel.gates._rounding import rint
from hubel.gates._sigmoid import sigmoid
from hubel.gates.define import elementwise
from hubel.gates.scipy_special._scipy import also, special

logit = elementwise(
    "logit", special.logit, lambda out, x: divide(1, x * (1 - x)), weight=15
)
log_expit = elementwise(
    "log_expit", special.log_expit, lambda out, x: sigmoid(-x), weight=20
)
exp10 = elementwise(
    "exp10", special.exp10, lambda out, x: math.log(10) * out, weight=10
)
expi = elementwise("expi", special.expi, lambda out, x: exp(x) / x, weight=30)
exp1 = elementwise("exp1", special.exp1, lambda out, x: -exp(-x) / x, weight=30)

also("expit")(sigmoid)
also("exp2")(exp2)
also("expm1")(expm1)
also("log1p")(log1p)
also("cbrt")(cbrt)
also("round")(rint)
