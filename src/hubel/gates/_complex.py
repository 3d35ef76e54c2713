"""Parts of complex numbers; the gradient of a real f of z = x + iy is f_x - i f_y."""

from __future__ import annotations

from typing import Any

import numpy as np

from hubel.gates.define import Linear, elementwise
from hubel.graph.registry import NUMPY, Value

REAL: Any = np.real
IMAG: Any = np.imag


def _real(x: Value, out: Any = None) -> Any:
    return np.positive(REAL(x), out=out)


def _imag(x: Value, out: Any = None) -> Any:
    return np.positive(IMAG(x), out=out)


conjugate = elementwise(
    "conjugate", np.conjugate, Linear(lambda g, out, x: conjugate(g))
)
real = elementwise(
    "real", _real, Linear(lambda g, out, x: g), numpy=np.real, fills=True
)
imag = elementwise(
    "imag", _imag, Linear(lambda g, out, x: -1j * g), numpy=np.imag, fills=True
)
NUMPY[np.conj] = conjugate
