"""x**y = exp(y * log(x)), where the logarithm has digits to spare."""

from __future__ import annotations

from math import inf, nan

import hubel.compiler.llvm.math.coefficients as table
from hubel.compiler.llvm.math.builder import F32, Body, Value
from hubel.compiler.llvm.math.constants import LOG2_E, LOG_2, THIRDS
from hubel.compiler.llvm.math.doubled import (
    Pair,
    add_exactly,
    add_smaller,
    multiply,
    multiply_exactly,
)
from hubel.compiler.llvm.math.exponential import (
    clamped,
    limits,
    nearest,
    power_of_two,
    scaled,
)
from hubel.compiler.llvm.math.logarithm import normal, split


def log_of_mantissa(b: Body, m: Value) -> Pair:
    """Return log(m) to about 66 bits for a double m between sqrt(1/2) and sqrt(2)."""
    f, above = m - 1.0, m + 1.0
    # s = f / (m + 1) as a pair: m + 1 loses a bit, the quotient a remainder.
    lost = m - (above - 1.0)
    inverse = 1.0 / above
    quotient = f * inverse
    left = b.fma(-quotient, above, f)
    s = quotient, b.fma(-quotient, lost, left) * inverse
    z = multiply(b, s, s)
    tail = z[0] * b.horner(z[0], table.LOG_EXTENDED)
    factor = add_smaller(b.lift(THIRDS[0], "double"), tail)
    factor = factor[0], factor[1] + THIRDS[1]
    cubic = multiply(b, multiply(b, s, z), factor)
    high, low = add_smaller(s[0] * 2.0, cubic[0])
    return high, b.fma(s[1], 2.0, low + cubic[1])


def log2_of_single(b: Body, x: Value) -> Value:
    """Return log2 of a positive float as a double, to about 43 bits."""
    e, m = split(x.to_real("double"))
    s = (m - 1.0) / (m + 1.0)
    z = s * s
    log = b.fma(s * z, b.horner(z, table.LOG_SHORT), s * 2.0)
    return b.fma(log, LOG2_E["f64"][0], e.to_real("double"))


def power_of_single(b: Body, x: Value, y: Value) -> Value:
    """Return x**y for ordinary x > 0 and y; the arithmetic is double."""
    exponent = log2_of_single(b, x) * y.to_real("double")
    exponent = clamped(b, exponent, -160.0, 140.0)
    n, whole = nearest(b, exponent)
    r = exponent - whole
    found = b.fma(r, b.horner(r, table.EXP2_32), b.lift(1.0, "double"))
    return (found * power_of_two(n)).to_real("float")


def power_of_double(b: Body, x: Value, y: Value) -> Value:
    """Return x**y for ordinary x > 0 and y."""
    grown, less = normal(b, x)
    e, m = split(grown)
    e = e.to_real("double") + less
    log_m = log_of_mantissa(b, m)
    high, low = multiply_exactly(b, e, LOG_2["f64"][0])
    high, lost = add_exactly(high, log_m[0])
    low = lost + b.fma(e, LOG_2["f64"][1], low + log_m[1])
    exponent, rest = multiply_exactly(b, y, high)
    rest = b.select(abs(exponent) < 800.0, b.fma(y, low, rest), 0.0)
    return exp_of_pair(b, clamped(b, exponent, *limits(b)), rest)


def exp_of_pair(b: Body, x: Value, low: Value) -> Value:
    """Return e**(x + low), so exact that powers which are exact come out so."""
    n, whole = nearest(b, x, LOG2_E["f64"][0])
    r = b.fma(whole, -LOG_2["f64"][0], x)
    low = b.fma(whole, -LOG_2["f64"][1], low)
    square, rest = r * r, b.horner(r, table.EXP_64)
    low = b.fma(low, b.fma(square, rest, r), low)
    one, lost = add_smaller(b.constant(1.0), r)
    return scaled(one + (lost + b.fma(square, rest, low)), n)


def with_signs(b: Body, x: Value, y: Value, size: Value) -> Value:
    """Return |x|**y with the sign, or the NaN, that a negative x brings."""
    half = y * 0.5
    whole = b.intrinsic("trunc", y).equals(y)
    odd = whole & b.intrinsic("trunc", half).differs(half)
    size = b.select((x.bits() < 0) & odd, -size, size)
    return b.select((x < 0.0) & (x > -inf) & ~whole, nan, size)


def power(b: Body, x: Value, y: Value) -> Value:
    """Return x**y, with the special cases of C's pow."""
    base = abs(x)
    size = (power_of_single if b.real is F32 else power_of_double)(b, base, y)
    extreme = base.equals(0.0) | base.equals(inf) | abs(y).equals(inf)
    grows = (base > 1.0) ^ (y < 0.0)
    size = b.select(extreme, b.select(grows, inf, b.constant(0.0)), size)
    size = b.select(base.equals(1.0), 1.0, size)
    found = with_signs(b, x, y, size)
    found = b.select(x.differs(x), x, b.select(y.differs(y), y, found))
    return b.select(x.equals(1.0) | y.equals(0.0), 1.0, found)
