"""The chain gate: upstream times local gradient, in which an exact zero annihilates.

A value that the output does not depend on brings nothing, even where the local
gradient is infinite or NaN: this is what keeps ``where(x > 0, sqrt(x), 0)``
differentiable at 0. The product is symmetric and its own partials are itself, so the
same holds at every order.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from hubel.gates._buffer import ARRAY
from hubel.gates.define import dtype_of, elementwise
from hubel.graph.node import spec_of
from hubel.graph.registry import Value
from hubel.graph.term import Term

BLOCK = 8192
"""A longer dot product wakes the threads of BLAS, and waiting for them may take ms."""
CHECKED = 4096
"""Constants of more elements than this are not looked into."""
ROWS_DOT: Any = np.vecdot
WHERE: Any = np.where


def _all_finite(array: Any) -> bool:
    """Look for inf and NaN in one quick pass; squares that overflow look like inf."""
    flat = array.ravel("K")
    if flat.size <= BLOCK:
        return math.isfinite(abs(flat.dot(flat)))
    whole = flat.size // BLOCK * BLOCK
    rows, rest = flat[:whole].reshape(-1, BLOCK), flat[whole:]
    return math.isfinite(abs(ROWS_DOT(rows, rows).sum() + rest.dot(rest)))


def _chain(g: Value, p: Value, out: Any = None) -> Any:
    product: Any = np.multiply(g, p, out=out)
    if _all_finite(product) if isinstance(product, ARRAY) else np.isfinite(product):
        return product
    dead = (np.equal(g, 0) | np.equal(p, 0)) & np.isnan(product)
    if out is None:
        return WHERE(dead, product.dtype.type(0), product)[()]
    np.copyto(out, 0, where=dead)
    return out


def _spares(*factors: Value) -> bool:
    """Whether a factor is known to be neither zero, nor infinite, nor NaN."""
    for x in factors:
        value = x.known if isinstance(x, Term) else x
        if value is not None and np.size(value) <= CHECKED:
            if dtype_of(x).kind != "b" and np.all(np.isfinite(value) & (value != 0)):
                return True
    return False


def _annihilated(g: Value, p: Value) -> Value:
    """Give what ``_chain`` gives; a truth value is no factor but a choice."""
    if chain.infer(spec_of(g), spec_of(p)).dtype.kind != "f" or _spares(g, p):
        return np.multiply(g, p)
    for choice, x in ((p, g), (g, p)):
        if dtype_of(choice).kind == "b":
            nothing = np.where(np.isfinite(x), np.copysign(0, x), 0)
            return np.where(choice, x, nothing)
    product = np.multiply(g, p)
    dead = np.logical_and(
        np.isnan(product), np.logical_or(np.equal(g, 0), np.equal(p, 0))
    )
    return np.where(dead, 0, product)


chain = elementwise(
    "chain",
    _chain,
    lambda out, g, p: p,
    lambda out, g, p: g,
    commutative=True,
    unit=1,
    zero=0,
    fills=True,
    native=_annihilated,
    annihilates="multiply",
)
