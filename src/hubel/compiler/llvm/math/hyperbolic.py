"""Hyperbolic functions from exponentials, and their inverses from logarithms."""

from __future__ import annotations

from hubel.compiler.llvm.math.builder import F32, Body, Value
from hubel.compiler.llvm.math.exponential import expm1_within, small_as_is


def tanh(b: Body, x: Value) -> Value:
    """Return (e**2x - 1) / (e**2x + 1)."""
    one = 20.0 if b.real is F32 else 44.0  # from here on it rounds to 1
    twice = abs(x) * 2.0
    e = expm1_within(b, b.select(twice > one, one, twice))
    return small_as_is(b, x, b.copysign(e / (e + 2.0), x))
