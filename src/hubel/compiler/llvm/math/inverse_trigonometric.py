"""arcsin and arccos by the half angle, arctan and arctan2 around three axes."""

from __future__ import annotations

from math import inf

import hubel.compiler.llvm.math.coefficients as table
from hubel.compiler.llvm.math.builder import F32, Body, Value
from hubel.compiler.llvm.math.constants import HALF_PI
from hubel.compiler.llvm.math.exponential import small_as_is

TAN_EIGHTH = 0.41421356237309503
"""tan(pi / 8)."""


def arcsin_parts(b: Body, x: Value) -> tuple[Value, Value, Value, Value]:
    """Return near, t, t**3 P and t + t**3 P = arcsin(t).

    Near 0 t is x; beyond 1/2, t = sqrt((1 - |x|) / 2), and arcsin(t) is half of the
    angle that is missing from pi / 2.
    """
    size = abs(x)
    near = size <= 0.5
    z = b.select(near, x * x, (1.0 - size) * 0.5)
    t = b.select(near, x, b.sqrt(z))
    rest = t * z * b.horner(z, table.ASIN_32 if b.real is F32 else table.ASIN_64)
    return near, t, rest, t + rest


def arcsin(b: Body, x: Value) -> Value:
    """Return the angle whose sine is x; NaN outside -1 to 1."""
    high, low = HALF_PI[b.real.name]
    near, _, _, angle = arcsin_parts(b, x)
    far = b.copysign(high - (angle * 2.0 - low), x)
    return small_as_is(b, x, b.select(near, angle, far))


def arccos(b: Body, x: Value) -> Value:
    """Return the angle whose cosine is x; NaN outside -1 to 1."""
    high, low = HALF_PI[b.real.name]
    near, _, _, angle = arcsin_parts(b, x)
    twice = angle * 2.0
    middle = high - (angle - low)
    left = 2.0 * high - (twice - 2.0 * low)
    return b.select(near, middle, b.select(x < 0.0, left, twice))


def arctan_of_ratio(b: Body, y: Value, x: Value) -> Value:
    """Return arctan(y / x) for y and x that are not negative, nor both infinite."""
    high, low = HALF_PI[b.real.name]
    steep = y > x * (1.0 / TAN_EIGHTH)
    middle = y > x * TAN_EIGHTH
    above = b.select(steep, -x, b.select(middle, y - x, y))
    below = b.select(steep, y, b.select(middle, y + x, x))
    t = above / below
    z = t * t
    rest = t * z * b.horner(z, table.ATAN_32 if b.real is F32 else table.ATAN_64)
    base = b.select(steep, high, b.select(middle, high / 2, b.constant(0.0)))
    left = b.select(steep, low, b.select(middle, low / 2, b.constant(0.0)))
    return base + (t + (rest + left))


def arctan(b: Body, x: Value) -> Value:
    """Return the angle whose tangent is x."""
    angle = arctan_of_ratio(b, abs(x), b.constant(1.0))
    return small_as_is(b, x, b.copysign(angle, x))


def arctan2(b: Body, y: Value, x: Value) -> Value:
    """Return the angle from the positive x axis to the point (x, y)."""
    high, low = HALF_PI[b.real.name]
    up, right = abs(y), abs(x)
    # The sum of two large numbers must be finite; two infinities are as good as two 1.
    shrink = b.select(b.larger(up, right) > 2.0**100, 2.0**-30, b.constant(1.0))
    both = up.equals(inf) & right.equals(inf)
    up = b.select(both, 1.0, up * shrink)
    right = b.select(both, 1.0, right * shrink)
    right = b.select(up.equals(0.0) & right.equals(0.0), 1.0, right)
    angle = arctan_of_ratio(b, up, right)
    back = x.bits() < 0
    angle = b.select(back, 2.0 * high - (angle - 2.0 * low), angle)
    return b.copysign(angle, y)
