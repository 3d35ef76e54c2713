"""cbrt and hypot."""

from __future__ import annotations

from math import inf

import hubel.compiler.llvm.math.coefficients as table
from hubel.compiler.llvm.math.builder import F32, Body, Value

SHIFT = 0.0331
"""Levels the error of `first_guess` on both sides of 0."""


def first_guess(b: Body, x: Value) -> Value:
    """Return the cube root within 5 %: a third of the bits, the exponent's first."""
    real = b.real
    below = 0 if real is F32 else 32
    bits = x.bits() if real is F32 else x.bits().shifted_down(32).resized("i32")
    start = (real.bias * 2 / 3 - SHIFT) * 2.0 ** (real.fraction - below)
    third = bits.divided(3) + round(start)
    if real is F32:
        return third.float_bits()
    return (third.resized("i64") << below).float_bits()


def cbrt(b: Body, x: Value) -> Value:
    """Return the cube root: a guess, a polynomial, a step of third order."""
    size = abs(x)
    lift = 24 if b.real is F32 else 54
    small = size < b.real.least_normal
    grown = b.select(small, size * 2.0**lift, size)
    t = first_guess(b, grown)
    d = (t * t / grown) * t - 1.0
    t = t * b.horner(d, table.CBRT_32 if b.real is F32 else table.CBRT_64)
    square = t * t
    left = b.fma(square, t, -grown) + b.fma(t, t, -square) * t
    c = left / grown
    t = b.fma(t * c, b.fma(c, 2 / 9, -1 / 3), t)
    t = b.select(small, t * 2.0 ** -(lift // 3), t)
    return b.select((size > 0.0) & (size < inf), b.copysign(t, x), x)


def hypot(b: Body, x: Value, y: Value) -> Value:
    """Return the length of (x, y); infinite if a part is, even beside NaN."""
    if b.real is F32:
        wide = x.to_real("double"), y.to_real("double")
        square = b.fma(wide[0], wide[0], wide[1] * wide[1])
        length = b.sqrt(square).to_real("float")
    else:
        length = _length_of_doubles(b, abs(x), abs(y))
    infinite = abs(x).equals(inf) | abs(y).equals(inf)
    return b.select(infinite, inf, length)


def _length_of_doubles(b: Body, x: Value, y: Value) -> Value:
    largest = b.larger(x, y)
    large, small = largest > 2.0**500, largest < 2.0**-450
    one = b.constant(1.0)
    by = b.select(large, 2.0**-600, b.select(small, 2.0**600, one))
    back = b.select(large, 2.0**600, b.select(small, 2.0**-600, one))
    x, y = x * by, y * by
    return b.sqrt(b.fma(x, x, y * y)) * back
