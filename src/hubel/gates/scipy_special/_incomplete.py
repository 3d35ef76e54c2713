"""The incomplete gamma and beta functions, in the bound of their integrals."""

from __future__ import annotations

from hubel.gates._exponential import exp, log, log1p
from hubel.gates.define import Unknown, elementwise
from hubel.gates.scipy_special._gammas import betaln, gammaln
from hubel.gates.scipy_special._scipy import special
from hubel.graph.registry import Value


def _gamma_density(a: Value, x: Value) -> Value:
    return exp((a - 1) * log(x) - x - gammaln(a))


def _beta_density(a: Value, b: Value, x: Value) -> Value:
    return exp((a - 1) * log(x) + (b - 1) * log1p(-x) - betaln(a, b))


gammainc = elementwise(
    "gammainc",
    special.gammainc,
    Unknown("gammainc(a, x) by a"),
    lambda out, a, x: _gamma_density(a, x),
    weight=60,
)
gammaincc = elementwise(
    "gammaincc",
    special.gammaincc,
    Unknown("gammaincc(a, x) by a"),
    lambda out, a, x: -_gamma_density(a, x),
    weight=60,
)
betainc = elementwise(
    "betainc",
    special.betainc,
    Unknown("betainc(a, b, x) by a"),
    Unknown("betainc(a, b, x) by b"),
    lambda out, a, b, x: _beta_density(a, b, x),
    weight=80,
)
