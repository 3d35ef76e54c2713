"""The gamma function, its logarithm and the derivatives of that, polygamma."""

from __future__ import annotations

import math
from typing import Any

from hubel.gates.define import CONSTANT_RULE, elementwise
from hubel.gates.scipy_special._scipy import real_only, special
from hubel.graph.registry import Value

REAL_PSI = real_only(special.psi)


def _polygamma(x: Value, order: int = 0) -> Any:
    """Give the derivative of that order of psi, which is the one of log(gamma)."""
    if order == 0:
        return REAL_PSI(x)
    # DLMF 5.15.1; SciPy's own function works in double precision alone.
    scale = (-1) ** (order + 1) * math.factorial(order)
    return scale * special.zeta(order + 1, x)


psi = elementwise(
    "polygamma",
    _polygamma,
    lambda out, x, order=0: psi(x, order=order + 1),
    numpy=special.psi,
    weight=40,
)
gammaln = elementwise("gammaln", special.gammaln, lambda out, x: psi(x), weight=30)
loggamma = elementwise(
    "loggamma",
    real_only(special.loggamma),
    lambda out, x: psi(x),
    numpy=special.loggamma,
    weight=30,
)
gamma = elementwise(
    "gamma",
    real_only(special.gamma),
    lambda out, x: out * psi(x),
    numpy=special.gamma,
    weight=30,
)
rgamma = elementwise(
    "rgamma",
    real_only(special.rgamma),
    lambda out, x: -out * psi(x),
    numpy=special.rgamma,
    weight=30,
)
gammasgn = elementwise("gammasgn", special.gammasgn, CONSTANT_RULE)

beta = elementwise(
    "beta",
    special.beta,
    lambda out, a, b: out * (psi(a) - psi(a + b)),
    lambda out, a, b: out * (psi(b) - psi(a + b)),
    commutative=True,
    weight=60,
)
betaln = elementwise(
    "betaln",
    special.betaln,
    lambda out, a, b: psi(a) - psi(a + b),
    lambda out, a, b: psi(b) - psi(a + b),
    commutative=True,
    weight=60,
)
poch = elementwise(
    "poch",
    special.poch,
    lambda out, z, m: out * (psi(z + m) - psi(z)),
    lambda out, z, m: out * psi(z + m),
    weight=60,
)
binom = elementwise(
    "binom",
    special.binom,
    lambda out, n, k: out * (psi(n + 1) - psi(n - k + 1)),
    lambda out, n, k: out * (psi(n - k + 1) - psi(k + 1)),
    weight=60,
)
