"""exp and its kin: 2**n times a polynomial on half an octave around 1."""

from __future__ import annotations

import hubel.compiler.llvm.math.coefficients as table
from hubel.compiler.llvm.math.builder import F32, Body, Value
from hubel.compiler.llvm.math.constants import LOG2_E, LOG_2


def power_of_two(n: Value) -> Value:
    """Return 2**n for an integer within the exponents of normal numbers."""
    return ((n + n.real.bias) << n.real.fraction).float_bits()


def scaled(x: Value, n: Value) -> Value:
    """Return x * 2**n; two factors, so that only the last product may leave range."""
    half = n >> 1
    return x * power_of_two(half) * power_of_two(n - half)


def clamped(b: Body, x: Value, low: float, high: float) -> Value:
    """Return x brought into a range; NaN stays."""
    x = b.select(x < low, low, x)
    return b.select(x > high, high, x)


def nearest(b: Body, x: Value, scale: float = 1.0) -> tuple[Value, Value]:
    """Return the integer next to x * scale, as an integer and as a float."""
    magic = b.lift(x.real.magic, x.kind)
    shifted = x + magic if scale == 1.0 else b.multiply_add(x, scale, magic)
    return shifted.bits() - magic.bits(), shifted - magic


def reduced(b: Body, x: Value) -> tuple[Value, Value]:
    """Return n and exp(r) - 1 where x = n * log(2) + r."""
    high, low = LOG_2[b.real.name]
    n, whole = nearest(b, x, LOG2_E[b.real.name][0])
    r = b.multiply_add(whole, -low, b.fma(whole, -high, x))
    rest = b.horner(r, table.EXP_32 if b.real is F32 else table.EXP_64)
    return n, b.multiply_add(r * r, rest, r)


def limits(b: Body) -> tuple[float, float]:
    """Return arguments of exp that give 0 and infinity, with normal parts."""
    return (-104.0, 89.0) if b.real is F32 else (-746.0, 710.0)


def exp(b: Body, x: Value) -> Value:
    """Return e**x."""
    n, q = reduced(b, clamped(b, x, *limits(b)))
    return scaled(q + 1.0, n)


def exp2(b: Body, x: Value) -> Value:
    """Return 2**x."""
    least = float(-b.real.bias - b.real.fraction - 1)
    x = clamped(b, x, least, float(b.real.bias + 1))
    n, whole = nearest(b, x)
    r = x - whole
    terms = table.EXP2_32 if b.real is F32 else table.EXP2_64
    return scaled(b.multiply_add(r, b.horner(r, terms), 1.0), n)


def expm1_within(b: Body, x: Value) -> Value:
    """Return e**x - 1 where neither e**x nor its parts leave the normal range."""
    n, q = reduced(b, x)
    power = power_of_two(n)
    return b.multiply_add(power, q, power - 1.0)


def small_as_is(b: Body, x: Value, result: Value) -> Value:
    """Return x where f(x) = x to all digits, which keeps -0 and subnormals."""
    return b.select(abs(x) < 2.0 ** -(b.real.fraction + 3), x, result)


def expm1(b: Body, x: Value) -> Value:
    """Return e**x - 1."""
    n, q = reduced(b, clamped(b, x, -float(2 * b.real.fraction), limits(b)[1]))
    half = power_of_two(n - 1)
    return small_as_is(b, x, b.multiply_add(half, q, half - 0.5) * 2.0)


def sigmoid(b: Body, x: Value) -> Value:
    """Return 1 / (1 + e**-x), accurate in the left tail too."""
    least = limits(b)[0]
    down = -abs(x)
    n, q = reduced(b, b.select(down < least, least, down))
    e = scaled(q + 1.0, n)
    return b.select(x < 0.0, e, 1.0) / (e + 1.0)
