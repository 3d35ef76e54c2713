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

from hubel.gates.define import elementwise
from hubel.graph.registry import Value


def _chain(g: Value, p: Value, out: Any = None) -> Any:
    product: Any = np.multiply(g, p, out=out)
    if isinstance(product, np.ndarray):
        flat: Any = product.ravel("K")
        if math.isfinite(abs(flat.dot(flat))):  # one quick pass finds inf and NaN
            return product
    elif np.isfinite(product):
        return product
    dead = np.equal(g, 0) | np.equal(p, 0)
    if out is None:
        return np.where(dead, np.zeros((), product.dtype), product)[()]
    np.copyto(out, 0, where=dead)
    return out


chain = elementwise(
    "chain",
    _chain,
    lambda out, g, p: p,
    lambda out, g, p: g,
    commutative=True,
    unit=1,
    zero=0,
    fills=True,
)
