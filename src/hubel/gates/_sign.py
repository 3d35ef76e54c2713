"""Signs: absolute value and what goes with it."""

from __future__ import annotations

import numpy as np

from hubel.gates._arithmetic import divide, fmod
from hubel.gates._chain import chain
from hubel.gates._compare import equal, isinf
from hubel.gates._complex import conjugate, real
from hubel.gates._rounding import trunc
from hubel.gates._where import where
from hubel.gates.define import (
    CONSTANT_RULE,
    ByHand,
    constant,
    dtype_of,
    elementwise,
    implements,
)
from hubel.graph.registry import Value

sign = constant("sign", np.sign)


def _direction(out: Value, x: Value) -> Value:
    """Give x / |x|, and 0 at 0; ``out`` is |x|."""
    return where(equal(out, 0), 0, divide(x, out))


def _absolute_pull(g: Value, out: Value, x: Value) -> Value:
    if dtype_of(x).kind != "c":
        return chain(g, sign(x))
    return chain(g, conjugate(_direction(out, x)))


def _absolute_push(t: Value, out: Value, x: Value) -> Value:
    moved = _absolute_pull(t, out, x)
    return real(moved) if dtype_of(x).kind == "c" else moved


absolute = elementwise(
    "absolute", np.absolute, ByHand(_absolute_pull, _absolute_push), operator=True
)
fabs = elementwise("fabs", np.fabs, lambda out, x: sign(x))


@implements(np.sign)
def np_sign(x: Value) -> Value:
    """Mean what ``np.sign`` means: x / |x| turns with a complex x."""
    return _direction(absolute(x), x) if dtype_of(x).kind == "c" else sign(x)


copysign = elementwise(
    "copysign", np.copysign, lambda out, x, y: sign(x) * sign(out), CONSTANT_RULE
)


@implements(np.modf)
def np_modf(x: Value) -> tuple[Value, Value]:
    """Mean what ``np.modf`` means: the part after the point, and the part before."""
    return where(isinf(x), copysign(0.0, x), fmod(x, 1)), trunc(x)


heaviside = elementwise(
    "heaviside",
    np.heaviside,
    CONSTANT_RULE,
    lambda out, x, y: equal(x, 0),
    weight=2,
)
