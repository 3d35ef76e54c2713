"""Signs: absolute value and what goes with it."""

from __future__ import annotations

from typing import Any

import numpy as np

from hubel.gates._arithmetic import divide, fmod
from hubel.gates._cast import promoted
from hubel.gates._compare import equal, greater, isinf, isnan
from hubel.gates._complex import conjugate, is_complex
from hubel.gates._rounding import trunc
from hubel.gates._where import where
from hubel.gates.define import (
    CONSTANT_RULE,
    Pair,
    constant,
    elementwise,
    implements,
)
from hubel.graph.registry import Value

sign = constant("sign", np.sign)


def _turn(x: Value, length: Value) -> Value:
    """Give x / |x|, and 0 at 0."""
    return where(equal(length, 0), 0, divide(x, length))


def _half_turn_back(out: Value, x: Value) -> Value:
    """Give d|x| / dx, which is half of conj(x) / |x|; of a real x, its sign."""
    return 0.5 * conjugate(_turn(x, out)) if is_complex(x) else sign(x)


absolute = elementwise(
    "absolute",
    np.absolute,
    Pair(_half_turn_back, lambda out, x: 0.5 * _turn(x, out)),
    operator=True,
    convention="0 at 0",
)
fabs = elementwise(
    "fabs",
    np.fabs,
    lambda out, x: sign(x),
    convention="0 at 0",
)


def _phase(x: Value, out: Any = None) -> Any:
    """Give x / |x|, which is what NumPy 2 calls the sign of a complex number."""
    return np.sign(x, out=out)


phase = elementwise(
    "phase",
    _phase,
    Pair(
        lambda out, x: _turn(0.5 if is_complex(x) else 0.0, absolute(x)),
        lambda out, x: _turn(-0.5 * out * out, absolute(x)),
    ),
    fills=True,
    weight=8,
    native=sign,
    convention="NaN at 0",
)


@implements(np.sign)
def np_sign(x: Value) -> Value:
    """Mean what ``np.sign`` means."""
    return phase(x) if is_complex(x) else sign(x)


copysign = elementwise(
    "copysign", np.copysign, lambda out, x, y: sign(x) * sign(out), CONSTANT_RULE
)


@implements(np.modf)
def np_modf(x: Value) -> tuple[Value, Value]:
    """Mean what ``np.modf`` means: the part after the point, and the part before."""
    return where(isinf(x), copysign(0.0, x), fmod(x, 1)), trunc(x)


def _heaviside(x: Value, y: Value) -> Value:
    """Give 0 below 0, y at 0 and 1 above, as NumPy works it out."""
    x, y = promoted(heaviside, x, y)
    return where(isnan(x), x, where(equal(x, 0), y, greater(x, 0)))


heaviside = elementwise(
    "heaviside",
    np.heaviside,
    CONSTANT_RULE,
    lambda out, x, y: equal(x, 0),
    weight=2,
    native=_heaviside,
    convention="0 by x, at the jump too",
)
