"""Numbers as unevaluated sums of two floats, for what needs more than one.

The algorithms are Dekker's and Knuth's: T. J. Dekker, "A floating-point technique for
extending the available precision", 1971; D. E. Knuth, TAOCP volume 2, section 4.2.2.
"""

from __future__ import annotations

from hubel.compiler.llvm.math.builder import Body, Value

Pair = tuple[Value, Value]


def add_exactly(x: Value, y: Value) -> Pair:
    """Return the rounded sum and what rounding left."""
    total = x + y
    shared = total - x
    return total, (x - (total - shared)) + (y - shared)


def add_smaller(x: Value, y: Value) -> Pair:
    """Return the rounded sum and what rounding left, where y is the smaller one."""
    total = x + y
    return total, y - (total - x)


def multiply_exactly(b: Body, x: Value, y: Value | float) -> Pair:
    """Return the rounded product and what rounding left."""
    product = x * y
    return product, b.fma(x, y, -product)


def multiply(b: Body, x: Pair, y: Pair) -> Pair:
    """Return the product of two pairs as a pair whose parts may overlap a little."""
    high, low = multiply_exactly(b, x[0], y[0])
    return high, b.fma(x[0], y[1], b.fma(x[1], y[0], low))
