"""erf and erfc: a polynomial near 0, an exponential beyond.

The variable of the polynomial in the tail of erfc is that of M. M. Shepherd and J. G.
Laframboise, "Chebyshev approximation of (1 + 2 x) exp(x**2) erfc(x) in 0 <= x < inf",
1981.
"""

from __future__ import annotations

import hubel.compiler.llvm.math.coefficients as table
from hubel.compiler.llvm.math.builder import F32, Body, Value
from hubel.compiler.llvm.math.doubled import (
    Pair,
    add_exactly,
    add_smaller,
    multiply,
)
from hubel.compiler.llvm.math.exponential import power_of_two, reduced, scaled


def near_zero(b: Body, x: Value) -> Value:
    """Return erf(x) for |x| < 1."""
    z = x * x
    return b.fma(x, b.horner(z, table.ERF_32 if b.real is F32 else table.ERF_64), x)


def tail(b: Body, size: Value) -> Value:
    """Return erfc(a) for a > 0.4."""
    shift, most, terms = 4.0, 28.0, table.ERFCX_64
    if b.real is F32:
        shift, most, terms = 2.0, 11.0, table.ERFCX_32
    a = b.select(size > most, most, size)
    square = a * a
    lost = b.fma(a, a, -square)
    n, q = reduced(b, -square)
    power = add_smaller(b.constant(1.0), q - b.fma(q, lost, lost))
    above = b.horner((a - shift) / (a + shift), terms)
    ratio = _divide(b, above, add_exactly(a * 2.0, b.constant(1.0)))
    high, low = multiply(b, power, ratio)
    return scaled(high + low, n)


def _divide(b: Body, x: Value, y: Pair) -> Pair:
    inverse = 1.0 / y[0]
    ratio = x * inverse
    left = b.fma(-ratio, y[1], b.fma(-ratio, y[0], x))
    return ratio, left * inverse


def erf(b: Body, x: Value) -> Value:
    """Return the error function: beyond 1, what exp(polynomial) leaves of 1."""
    most, terms = 5.0, table.LOG_ERFC_64
    if b.real is F32:
        most, terms = 3.0, table.LOG_ERFC_32
    u = abs(x) - 1.0
    n, q = reduced(b, b.horner(b.select(u > most, most, u), terms))
    power = power_of_two(n)
    far = b.copysign(1.0 - b.fma(power, q, power), x)
    return b.select(u < 0.0, near_zero(b, x), far)


def erfc(b: Body, x: Value) -> Value:
    """Return 1 - erf(x), accurate in the right tail."""
    size = abs(x)
    beyond = tail(b, size)
    outer = b.select(x < 0.0, 2.0 - beyond, beyond)
    return b.select(size < 0.5, 1.0 - near_zero(b, x), outer)
