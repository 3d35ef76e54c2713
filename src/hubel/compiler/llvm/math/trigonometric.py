"""sin, cos, tan: the argument in quarter turns, exactly, then two polynomials.

The reduction is Payne and Hanek's ("Radian reduction for trigonometric functions",
1983) for all arguments alike: x * 2 / pi modulo 4, from as many digits of 2 / pi as
matter for the size of x, without those that only add multiples of 4.
"""

from __future__ import annotations

import hubel.compiler.llvm.math.coefficients as table
from hubel.compiler.llvm.math.builder import F32, Body, Value
from hubel.compiler.llvm.math.constants import HALF_PI
from hubel.compiler.llvm.math.doubled import (
    Pair,
    add_exactly,
    add_smaller,
    multiply_exactly,
)
from hubel.compiler.llvm.math.exponential import nearest, small_as_is


def modulo_four(b: Body, x: Value) -> Value:
    """Return x without a multiple of 4."""
    return b.fma(b.intrinsic("rint", x * 0.25), -4.0, x)


def turns_of_single(b: Body, x: Value) -> tuple[Value, Value]:
    """Return the quadrant, and the angle in radians from its axis, of a float."""
    wide = x.to_real("double")
    size = abs(wide)
    p, q = (b.lift(each, "double") for each in table.TURNS_32[:2])
    for i, start in enumerate((48, 70, 92, 114), start=1):
        large = size >= 2.0**start
        p = b.select(large, table.TURNS_32[2 * i], p)
        q = b.select(large, table.TURNS_32[2 * i + 1], q)
    high, low = multiply_exactly(b, wide, p)
    high = modulo_four(b, high)
    rest = b.fma(wide, q, low)
    quadrant, whole = nearest(b, high + rest)
    angle = ((high - whole) + rest) * HALF_PI["f64"][0]
    return quadrant.resized("i32"), angle.to_real("float")


def shrunk(b: Body, x: Value) -> tuple[Value, Value]:
    """Return x / 2**(32 g), and g: the row of the table."""
    exponent = ((x.bits() >> 52) & 0x7FF) - 1023
    group = exponent >> 5
    group = b.select(group < 0, 0, group)
    group = b.select(group > 31, 31, group)
    return x * ((1023 - (group << 5)) << 52).float_bits(), group


def turns_of_double(b: Body, x: Value) -> tuple[Value, Pair]:
    """Return the quadrant, and the angle in radians from its axis, of a double."""
    small, row = shrunk(b, x)
    terms = table.TURNS_64
    p = [b.element("turns.f64", terms, (row << 2) + i) for i in range(4)]
    a, a_low = multiply_exactly(b, small, p[0])
    c, c_low = multiply_exactly(b, small, p[1])
    d, d_low = multiply_exactly(b, small, p[2])
    a, a_low, c = (modulo_four(b, each) for each in (a, a_low, c))
    high, rest = add_exactly(a, a_low)
    high, left = add_exactly(high, c)
    quadrant, whole = nearest(b, high)
    high = high - whole
    low = b.fma(small, p[3], d_low)
    for each in (rest, left, c_low, d):
        high, rest = add_exactly(high, each)
        low = low + rest
    high, low = add_smaller(high, low)
    angle, less = multiply_exactly(b, high, HALF_PI["f64"][0])
    return quadrant, (
        angle,
        b.fma(high, HALF_PI["f64"][1], b.fma(low, HALF_PI["f64"][0], less)),
    )


def sin_and_cos(b: Body, x: Value) -> tuple[Value, Value, Value]:
    """Return the quadrant, and sine and cosine of the angle from its axis."""
    if b.real is F32:
        quadrant, r = turns_of_single(b, x)
        z = r * r
        sine = b.fma(r * z, b.horner(z, table.SIN_32), r)
        near = b.fma(z, -0.5, b.constant(1.0))
        return quadrant, sine, b.fma(z * z, b.horner(z, table.COS_32), near)
    quadrant, (r, low) = turns_of_double(b, x)
    z = r * r
    half = z * 0.5
    near = 1.0 - half
    lost = (1.0 - near) - half
    cosine = near + b.fma(z * z, b.horner(z, table.COS_64), b.fma(r, -low, lost))
    # sin(r + low) = sin(r) + low * cos(r)
    rest = b.fma(r * z, b.horner(z, table.SIN_64), b.fma(half, -low, low))
    return quadrant, r + rest, cosine


def signed(value: Value, quadrant: Value) -> Value:
    """Return the value, its sign changed where bit 1 of the quadrant is set."""
    top = 62 if value.kind == "double" else 30
    return (value.bits() ^ ((quadrant & 2) << top)).float_bits()


def sin(b: Body, x: Value) -> Value:
    """Return the sine of an angle in radians."""
    quadrant, sine, cosine = sin_and_cos(b, x)
    odd = (quadrant & 1).differs(0)
    found = signed(b.select(odd, cosine, sine), quadrant)
    return small_as_is(b, x, found)


def cos(b: Body, x: Value) -> Value:
    """Return the cosine of an angle in radians."""
    quadrant, sine, cosine = sin_and_cos(b, x)
    odd = (quadrant & 1).differs(0)
    return signed(b.select(odd, sine, cosine), quadrant + 1)


def tan(b: Body, x: Value) -> Value:
    """Return the tangent of an angle in radians."""
    quadrant, sine, cosine = sin_and_cos(b, x)
    odd = (quadrant & 1).differs(0)
    above = b.select(odd, -cosine, sine)
    below = b.select(odd, sine, cosine)
    return small_as_is(b, x, (above / below))
