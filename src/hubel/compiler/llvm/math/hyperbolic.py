"""Hyperbolic functions from exponentials, and their inverses from logarithms."""

from __future__ import annotations

from math import inf, nan

import hubel.compiler.llvm.math.coefficients as table
from hubel.compiler.llvm.math.builder import F32, Body, Value
from hubel.compiler.llvm.math.exponential import (
    expm1_within,
    limits,
    reduced,
    scaled,
    small_as_is,
)
from hubel.compiler.llvm.math.logarithm import log1p_of

LOG_2 = 0.6931471805599453


def tanh(b: Body, x: Value) -> Value:
    """Return (e**2x - 1) / (e**2x + 1)."""
    one = 20.0 if b.real is F32 else 44.0  # from here on it rounds to 1
    twice = abs(x) * 2.0
    e = expm1_within(b, b.select(twice > one, one, twice))
    return small_as_is(b, x, b.copysign(e / (e + 2.0), x))


def half_exp(b: Body, x: Value) -> Value:
    """Return e**|x| / 2, which is finite for longer than e**|x|."""
    most = limits(b)[1] + 1.0
    size = abs(x)
    n, q = reduced(b, b.select(size > most, most, size))
    return scaled(q + 1.0, n - 1)


def sinh(b: Body, x: Value) -> Value:
    """Return (e**x - e**-x) / 2; a polynomial where the two would cancel."""
    e = half_exp(b, x)
    z = x * x
    near = b.multiply_add(
        x * z, b.horner(z, table.SINH_32 if b.real is F32 else table.SINH_64), x
    )
    far = b.copysign(e - 0.25 / e, x)
    return small_as_is(b, x, b.select(abs(x) < 1.0, near, far))


def cosh(b: Body, x: Value) -> Value:
    """Return (e**x + e**-x) / 2."""
    e = half_exp(b, x)
    return e + 0.25 / e


def log1p_or_double(b: Body, large: Value, size: Value, x: Value) -> Value:
    """Return log(1 + x), or log(2 size) where that is large."""
    found = log1p_of(b, b.select(large, size, x))
    return found + b.select(large, LOG_2, b.constant(0.0))


def arcsinh(b: Body, x: Value) -> Value:
    """Return log(|x| + sqrt(x**2 + 1)) with the sign of x."""
    size = abs(x)
    large = size > 2.0**60
    square = size * size
    above = size + square / (b.sqrt(square + 1.0) + 1.0)
    found = log1p_or_double(b, large, size, above)
    finite = b.select(size < inf, found, size)
    return small_as_is(b, x, b.copysign(finite, x))


def arccosh(b: Body, x: Value) -> Value:
    """Return log(x + sqrt(x**2 - 1)); NaN below 1."""
    large = x > 2.0**60
    t = x - 1.0
    found = log1p_or_double(b, large, x, t + b.sqrt(t * (t + 2.0)))
    found = b.select(x < inf, found, x)
    return b.select(x < 1.0, nan, found)


def arctanh(b: Body, x: Value) -> Value:
    """Return log((1 + x) / (1 - x)) / 2; infinite at 1 and -1, NaN beyond."""
    size = abs(x)
    inside = size < 1.0
    twice = size * 2.0
    ratio = twice / (1.0 - size)
    found = log1p_of(b, b.select(inside, ratio, 1.0)) * 0.5
    edge = b.select(size.equals(1.0), inf, b.constant(nan))
    return small_as_is(b, x, b.copysign(b.select(inside, found, edge), x))
