"""x * y + z rounded once, or nearly, on machines that have no instruction for it.

Their C libraries have a function, which no loop through vectors can call.
"""

from __future__ import annotations

from math import inf

from hubel.compiler.llvm.math.builder import F32, Body, Value
from hubel.compiler.llvm.math.doubled import add_exactly

_HIGH, _HALF = -(2**27), 2**26
"""What rounds a double to its sign, its exponent and 26 digits: 26 are left over."""


def fma(b: Body, x: Value, y: Value, z: Value) -> Value:
    """Return x * y + z; where it is infinite or NaN, as two operations give it."""
    if b.real is F32:  # a product of two has 48 digits, of 53
        wide = [each.to_real("double") for each in (x, y, z)]
        return (wide[0] * wide[1] + wide[2]).to_real("float")
    product = x * y
    total, lost = add_exactly(product, z)
    lost = lost + _lost(x, y, product)
    exact = b.select(lost.equals(0.0), total, total + lost)  # of zeros the sign counts
    return b.select(abs(exact) < inf, exact, total)


def _lost(x: Value, y: Value, product: Value) -> Value:
    """Return what rounding left of a product: T. J. Dekker, 1971, by halves."""
    high = [((each.bits() + _HALF) & _HIGH).float_bits() for each in (x, y)]
    low = [each - part for each, part in zip((x, y), high, strict=True)]
    across = (high[0] * high[1] - product) + high[0] * low[1] + low[0] * high[1]
    return across + low[0] * low[1]
