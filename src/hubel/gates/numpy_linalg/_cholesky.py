"""The Cholesky factor: NumPy reads one triangle, and so does the derivative."""

from __future__ import annotations

import numpy as np

from hubel.gates._given import as_value
from hubel.gates.define import ByHand, define, implements
from hubel.gates.numpy_linalg._parts import (
    adjoint,
    conjugated,
    cubic,
    field_of,
    hermitian_from,
    lower_half,
    square,
    to_triangle,
)
from hubel.gates.numpy_linalg._solve import solve
from hubel.graph.node import Spec
from hubel.graph.registry import Value


def _infer(a: Spec) -> Spec:
    square(a)
    return Spec(a.shape, field_of(a))


def _between(factor: Value, x: Value) -> Value:
    """Give L^-1 X L^-H for a Hermitian or any other X."""
    half = solve(factor, x)
    return adjoint(solve(factor, adjoint(half)))


def _pull(g: Value, out: Value, a: Value) -> Value:
    upper = adjoint(out)
    inner = _between(upper, lower_half(upper @ conjugated(g)))
    return to_triangle(conjugated(inner))


def _push(t: Value, out: Value, a: Value) -> Value:
    return out @ lower_half(_between(out, hermitian_from(t)))


# dL = L Phi(L^-1 dA L^-H), where Phi halves the diagonal and drops what is above it
# (Murray 2016, "Differentiation of the Cholesky decomposition", equations 8 and 10).
cholesky = define(
    "cholesky",
    np.linalg.cholesky,
    _infer,
    ByHand(_pull, _push),
    kind="matrix",
    operations=cubic(1 / 3),
)


@implements(np.linalg.cholesky)
def np_cholesky(a: Value, /, *, upper: bool = False) -> Value:
    """Mean what ``np.linalg.cholesky`` means."""
    a = as_value(a)
    return adjoint(cholesky(adjoint(a))) if upper else cholesky(a)
