"""Intervals: between which numbers a value lies."""

from __future__ import annotations

import math

Interval = tuple[float, float]
"""The least and the greatest number that a value may be, where it is not NaN."""

EVERYTHING: Interval = (-math.inf, math.inf)

TINY = 1e-30
"""What is smaller may have been rounded to zero."""


def is_bounded(x: Interval) -> bool:
    """Whether neither end is infinite."""
    return -math.inf < x[0] and x[1] < math.inf


def has_zero(x: Interval) -> bool:
    """Whether zero may lie within, after rounding."""
    return x[0] < TINY and x[1] > -TINY
