"""The error function and its kin, and the normal distribution that is made of it."""

from __future__ import annotations

import math

import numpy as np

from hubel.gates._arithmetic import square
from hubel.gates._cast import astype, promoted
from hubel.gates._exponential import exp
from hubel.gates.define import dtype_of, elementwise
from hubel.gates.scipy_special._scipy import special
from hubel.graph.registry import Value

ROOT = 2 / math.sqrt(math.pi)
NORMAL = 1 / math.sqrt(2 * math.pi)


def _bell(x: Value) -> Value:
    return ROOT * exp(-square(x))


erf = elementwise("erf", special.erf, lambda out, x: _bell(x), weight=20)
erfc = elementwise("erfc", special.erfc, lambda out, x: -_bell(x), weight=20)
erfcx = elementwise(
    "erfcx", special.erfcx, lambda out, x: 2 * x * out - ROOT, weight=20
)
erfi = elementwise(
    "erfi", special.erfi, lambda out, x: ROOT * exp(square(x)), weight=20
)
dawsn = elementwise("dawsn", special.dawsn, lambda out, x: 1 - 2 * x * out, weight=20)
erfinv = elementwise(
    "erfinv", special.erfinv, lambda out, x: exp(square(out)) / ROOT, weight=30
)
erfcinv = elementwise(
    "erfcinv", special.erfcinv, lambda out, x: -exp(square(out)) / ROOT, weight=30
)


def _distribution(x: Value) -> Value:
    """Give erfc(-x / sqrt(2)) / 2; in double, as rounding shows far to the left."""
    (x,) = promoted(ndtr, x)
    wide = astype(x, dtype=np.dtype(np.float64))
    return astype(0.5 * erfc(-math.sqrt(0.5) * wide), dtype=dtype_of(x))


ndtr = elementwise(
    "ndtr",
    special.ndtr,
    lambda out, x: NORMAL * exp(-0.5 * square(x)),
    weight=20,
    native=_distribution,
)
log_ndtr = elementwise(
    "log_ndtr",
    special.log_ndtr,
    lambda out, x: NORMAL * exp(-0.5 * square(x) - out),
    weight=30,
)
ndtri = elementwise(
    "ndtri", special.ndtri, lambda out, x: exp(0.5 * square(out)) / NORMAL, weight=30
)
