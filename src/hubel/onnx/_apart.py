"""Gates of numbers that ONNX has no operator for, made of gates that are operators.

The functions are written in the language of hubel's rules, so they run on nodes. Where
rounding would lose what a gate is for, such as log1p near 0, they keep it.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from hubel.gates.define import dtype_of, shape_of
from hubel.graph.registry import GATES, Value

LN2 = math.log(2)


def _gate(name: str) -> Callable[..., Any]:
    return lambda *args, **params: GATES[name](*args, **params)


absolute, where, exp, log = map(_gate, ("absolute", "where", "exp", "log"))
sqrt, sin, cos, floor, ceil = map(_gate, ("sqrt", "sin", "cos", "floor", "ceil"))
maximum, minimum, sign = map(_gate, ("maximum", "minimum", "sign"))
equal, isnan, isinf, either = map(_gate, ("equal", "isnan", "isinf", "logical_or"))
both, astype, reshape = map(_gate, ("logical_and", "astype", "reshape"))
fmod = _gate("fmod")


def _log1p(x: Value) -> Value:
    """Take off what rounding put on 1 + x (Kahan; Goldberg 1991, theorem 4)."""
    more = 1 + x
    plain = either(equal(more, 1), isinf(more))
    known = where(isinf(more), log(more), x)
    return where(plain, known, log(more) * (x / (more - 1)))


def _expm1(x: Value) -> Value:
    """Take off what rounding put on exp(x) (Kahan; Higham 2002, section 1.14.1)."""
    power = exp(x)
    less = power - 1
    tiny, far = equal(power, 1), absolute(x) > 1
    safe = where(either(tiny, far), 2.0, power)
    return where(tiny, x, where(far, less, (safe - 1) * (x / log(safe))))


def _atan(x: Value) -> Value:
    """Correct float32's arcus tangent, which is off by a small angle."""
    inverted = absolute(x) > 1
    inside = where(inverted, 1 / where(equal(x, 0), 1.0, x), x)
    rough = astype(
        GATES["arctan"](astype(inside, dtype=np.dtype(np.float32))),
        dtype=np.dtype(np.float64),
    )
    s, c = sin(rough), cos(rough)
    small = (inside * c - s) / (c + inside * s)
    angle = rough + small
    return where(inverted, _copysign(np.pi / 2, x) - angle, angle)


def _arctan2(y: Value, x: Value) -> Value:
    """Divide the smaller by the larger, and turn by the quadrant."""
    high, low = maximum(absolute(x), absolute(y)), minimum(absolute(x), absolute(y))
    alike = both(isinf(high), equal(high, low))
    ratio = where(alike, 1.0, low / where(equal(high, 0), 1.0, high))
    first = GATES["arctan"](ratio)
    steep = where(absolute(y) > absolute(x), np.pi / 2 - first, first)
    turned = where(_signbit(x), np.pi - steep, steep)
    found = _copysign(turned, y)
    return where(either(isnan(x), isnan(y)), x + y, found)


def _signbit(x: Value) -> Value:
    """Tell the zeros apart by what their inverses are."""
    return either(x < 0, both(equal(x, 0), 1 / x < 0))


def _copysign(x: Value, y: Value) -> Value:
    return where(_signbit(y), -absolute(x), absolute(x))


def _hypot(x: Value, y: Value) -> Value:
    high, low = maximum(absolute(x), absolute(y)), minimum(absolute(x), absolute(y))
    ratio = where(
        both(isinf(high), isinf(low)), 1.0, low / where(equal(high, 0), 1, high)
    )
    found = high * sqrt(1 + ratio * ratio)
    return where(either(isinf(x), isinf(y)), np.inf, found)


def _asinh(x: Value) -> Value:
    size = absolute(x)
    part = size / (1 + sqrt(1 + size * size))
    near = GATES["log1p"](size + size * part)
    return sign(x) * where(size > 1e150, log(size) + LN2, near)


def _acosh(x: Value) -> Value:
    more = x - 1
    near = GATES["log1p"](more + sqrt(2 * more + more * more))
    return where(x > 1e150, log(x) + LN2, near)


def _remainder(x: Value, y: Value) -> Value:
    """Take the sign of the divisor, as Python does."""
    left = fmod(x, y)
    return where(_is_turned(left, y), left + y, left)


def _floor_divide(x: Value, y: Value) -> Value:
    """Divide what fmod leaves, which is whole, and go one down where it is turned."""
    left = fmod(x, y)
    whole = GATES["rint"]((x - left) / y)
    return where(equal(y, 0), x / y, where(_is_turned(left, y), whole - 1, whole))


def _is_turned(left: Value, y: Value) -> Value:
    """Tell where what is left has another sign than the divisor."""
    other = GATES["logical_xor"](left < 0, y < 0)
    return both(GATES["not_equal"](left, 0), other)


def _cbrt(x: Value) -> Value:
    """Improve the power of the absolute value by one of Newton's steps."""
    size = absolute(x)
    special = either(equal(size, 0), isinf(size))
    safe = where(special, 1, size)
    rough = GATES["power"](safe, 1 / 3)
    root = rough - (rough - safe / (rough * rough)) / 3
    return where(special, x, sign(x) * root)


def _fmax(x: Value, y: Value) -> Value:
    return where(isnan(x), y, where(isnan(y), x, maximum(x, y)))


def _fmin(x: Value, y: Value) -> Value:
    return where(isnan(x), y, where(isnan(y), x, minimum(x, y)))


def _nan_extreme(name: str, other: float) -> Callable[..., Value]:
    def without_nan(x: Value, axis: Any, keepdims: bool = False) -> Value:
        if dtype_of(x).kind != "f":
            return GATES[name](x, axis=axis, keepdims=keepdims)
        none = GATES["all"](isnan(x), axis=axis, keepdims=keepdims)
        found = GATES[name](where(isnan(x), other, x), axis=axis, keepdims=keepdims)
        return where(none, np.nan, found)

    return without_nan


def _searchsorted(a: Value, v: Value, side: str) -> Value:
    """Count the numbers before; a NaN comes after all of them."""
    after = GATES["greater_equal" if side == "left" else "greater"]
    ndim = len(shape_of(v))
    before = GATES["logical_not"](after(a, reshape(v, shape=(*shape_of(v), 1))))
    return GATES["sum"](astype(before, dtype=np.dtype(np.int64)), axis=(ndim,))


def _not_equal(x: Value, y: Value) -> Value:
    return GATES["logical_not"](equal(x, y))


_OF_ONE: dict[str, Callable[[Value], Value]] = {
    "cbrt": _cbrt,
    "erfc": lambda x: 1 - GATES["erf"](x),
    "exp2": lambda x: GATES["power"](2, x),
    "expm1": _expm1,
    "isfinite": lambda x: GATES["logical_not"](either(isnan(x), isinf(x))),
    "log10": lambda x: log(x) / math.log(10),
    "log1p": _log1p,
    "log2": lambda x: log(x) / LN2,
    "signbit": _signbit,
    "trunc": lambda x: where(x < 0, ceil(x), floor(x)),
}

NUMBERS: dict[str, Callable[..., Value]] = {
    **_OF_ONE,
    "arctan2": _arctan2,
    "copysign": _copysign,
    "floor_divide": _floor_divide,
    "fmax": _fmax,
    "fmin": _fmin,
    "hypot": _hypot,
    "nanmax": _nan_extreme("max", -np.inf),
    "nanmin": _nan_extreme("min", np.inf),
    "not_equal": _not_equal,
    "remainder": _remainder,
    "searchsorted": _searchsorted,
}
"""What each gate is made of; of elementwise ones in the dtype that they compute in."""

IN_DOUBLE: dict[str, Callable[[Value], Value]] = {
    "arccos": lambda x: 2 * GATES["arctan"](sqrt((1 - x) / (1 + x))),
    "arccosh": _acosh,
    "arcsin": lambda x: 2 * GATES["arctan"](x / (1 + sqrt((1 - x) * (1 + x)))),
    "arcsinh": _asinh,
    "arctan": _atan,
    "arctanh": lambda x: 0.5 * GATES["log1p"](2 * x / (1 - x)),
    "cosh": lambda x: exp(x) / 2 + exp(-x) / 2,
    "sinh": lambda x: (GATES["expm1"](x) - GATES["expm1"](-x)) / 2,
    "tan": lambda x: sin(x) / cos(x),
}
"""The same for float64, for which onnxruntime has these operators in float32 only."""
