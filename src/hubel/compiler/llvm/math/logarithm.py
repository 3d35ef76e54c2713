"""log and its kin: the exponent, and a polynomial between sqrt(1/2) and sqrt(2)."""

from __future__ import annotations

from math import inf, nan

import hubel.compiler.llvm.math.coefficients as table
from hubel.compiler.llvm.math.builder import F32, Body, Value
from hubel.compiler.llvm.math.exponential import LOG_2, power_of_two, small_as_is

SQRT_HALF_BITS = {"f32": 0x3F3504F3, "f64": 0x3FE6A09E667F3BCD}


def split(b: Body, x: Value) -> tuple[Value, Value]:
    """Return e and m with x = m * 2**e and m around 1, for a positive normal x."""
    start = SQRT_HALF_BITS[b.real.name]
    e = (x.bits() - start) >> b.real.fraction
    return e, (x.bits() - (e << b.real.fraction)).float_bits()


def log_of_parts(b: Body, e: Value, f: Value) -> Value:
    """Return e * log(2) + log(1 + f), where e is a float."""
    high, low = LOG_2[b.real.name]
    half = f * f * 0.5
    if b.real is F32:
        rest = b.fma(f * f * f, b.horner(f, table.LOG_32), e * low) - half
        return b.fma(e, high, f + rest)
    # log(1 + f) = 2 atanh(s) with s = f / (2 + f), and 2 s = f - s * f.
    s = f / (f + 2.0)
    z = s * s
    rest = b.fma(s, b.fma(z, b.horner(z, table.LOG_64), half), e * low) - half
    return b.fma(e, high, f + rest)


def normal(b: Body, x: Value) -> tuple[Value, Value]:
    """Return x made normal, and the exponent as a float that this takes away."""
    shift = float(b.real.fraction + 2)
    small = x < b.real.least_normal
    grown = b.select(small, x * 2.0**shift, x)
    return grown, b.select(small, -shift, b.constant(0.0))


def with_limits(b: Body, x: Value, result: Value, zero: float) -> Value:
    """Return the result, but -inf at `zero`, NaN below, inf at inf, NaN at NaN."""
    result = b.select(x < inf, result, x)
    result = b.select(x.equals(zero), -inf, result)
    return b.select(x < zero, nan, result)


def log(b: Body, x: Value) -> Value:
    """Return the natural logarithm."""
    grown, less = normal(b, x)
    e, m = split(b, grown)
    result = log_of_parts(b, e.to_real(b.real.llvm) + less, m - 1.0)
    return with_limits(b, x, result, 0.0)


def log1p_of(b: Body, x: Value) -> Value:
    """Return log(1 + x) for a normal, finite x above -1."""
    u = x + 1.0
    e, m = split(b, u)
    # f = (1 + x) / 2**e - 1, rounded once; 1 is nothing beside a large x.
    shrink = power_of_two(b, 0 - e)
    f = b.select(x > 2.0**60, m - 1.0, b.fma(x, shrink, shrink - 1.0))
    return log_of_parts(b, e.to_real(b.real.llvm), f)


def log1p(b: Body, x: Value) -> Value:
    """Return log(1 + x)."""
    return small_as_is(b, x, with_limits(b, x, log1p_of(b, x), -1.0))
