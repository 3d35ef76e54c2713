"""log and its kin: the exponent, and a polynomial between sqrt(1/2) and sqrt(2)."""

from __future__ import annotations

from math import inf, nan

import hubel.compiler.llvm.math.coefficients as table
from hubel.compiler.llvm.math.builder import F32, Body, Value
from hubel.compiler.llvm.math.constants import LOG2_E, LOG10_2, LOG10_E, LOG_2, Split
from hubel.compiler.llvm.math.doubled import add_exactly, multiply_exactly
from hubel.compiler.llvm.math.exponential import power_of_two, small_as_is

SQRT_HALF_BITS = {"f32": 0x3F3504F3, "f64": 0x3FE6A09E667F3BCD}


def split(x: Value) -> tuple[Value, Value]:
    """Return e and m with x = m * 2**e and m around 1, for a positive normal x."""
    real = x.real
    e = (x.bits() - SQRT_HALF_BITS[real.name]) >> real.fraction
    return e, (x.bits() - (e << real.fraction)).float_bits()


def beyond_linear(b: Body, f: Value, rest: Value | float) -> Value:
    """Return log(1 + f) - f + rest."""
    half = f * f * 0.5
    if f.real is F32:
        return b.multiply_add(f * f * f, b.horner(f, table.LOG_32), rest) - half
    # log(1 + f) = 2 atanh(s) with s = f / (2 + f), and 2 s = f - s * f.
    s = f / (f + 2.0)
    z = s * s
    return (
        b.multiply_add(s, b.multiply_add(z, b.horner(z, table.LOG_64), half), rest)
        - half
    )


def log_of_parts(b: Body, e: Value, f: Value) -> Value:
    """Return e * log(2) + log(1 + f), where e is a float."""
    high, low = LOG_2[b.real.name]
    return b.multiply_add(e, high, f + beyond_linear(b, f, e * low))


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
    e, m = split(grown)
    result = log_of_parts(b, e.to_real(b.real.llvm) + less, m - 1.0)
    return with_limits(b, x, result, 0.0)


def log1p_of(b: Body, x: Value) -> Value:
    """Return log(1 + x) for a normal, finite x above -1."""
    u = x + 1.0
    e, m = split(u)
    # f = (1 + x) / 2**e - 1, rounded once; 1 is nothing beside a large x.
    shrink = power_of_two(0 - e)
    f = b.select(x > 2.0**60, m - 1.0, b.multiply_add(x, shrink, shrink - 1.0))
    return log_of_parts(b, e.to_real(b.real.llvm), f)


def log1p(b: Body, x: Value) -> Value:
    """Return log(1 + x)."""
    return small_as_is(b, x, with_limits(b, x, log1p_of(b, x), -1.0))


def log_of_base(b: Body, x: Value, octave: Split, digit: Split) -> Value:
    """Return the logarithm to a base, given those of 2 and of e."""
    grown, less = normal(b, x)
    whole, m = split(grown)
    e, f = whole.to_real(b.real.llvm) + less, m - 1.0
    high, low = multiply_exactly(b, e, octave[0])
    linear, lost = multiply_exactly(b, f, digit[0])
    rest = b.multiply_add(
        beyond_linear(b, f, 0.0), digit[0], b.multiply_add(f, digit[1], lost)
    )
    high, lost = add_exactly(high, linear)
    return high + (lost + (b.multiply_add(e, octave[1], low) + rest))


def log2(b: Body, x: Value) -> Value:
    """Return the logarithm to base 2: exact at its powers."""
    found = log_of_base(b, x, (1.0, 0.0), LOG2_E[b.real.name])
    return with_limits(b, x, found, 0.0)


def log10(b: Body, x: Value) -> Value:
    """Return the logarithm to base 10: exact at its powers."""
    name = b.real.name
    return with_limits(b, x, log_of_base(b, x, LOG10_2[name], LOG10_E[name]), 0.0)
