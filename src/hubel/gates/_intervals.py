"""Between which numbers a gate's result lies: the fact ``interval`` of some gates.

A function here takes, for each argument, the least and the greatest number that it may
be, and returns those of the result; or None, where the result may be NaN though no
argument is. Where an argument is NaN the result has to be so too. Bounds that depend on
how well a backend rounds are a little wide.
"""

from __future__ import annotations

import math

import numpy as np

from hubel.graph.interval import Interval, has_zero, is_bounded

SLACK = 1e-3
"""How far an approximation may be beyond the true value, relatively."""


def alike(x: Interval) -> Interval:
    """Bound what has the argument's value."""
    return x


def negated(x: Interval) -> Interval:
    """Bound -x."""
    return -x[1], -x[0]


def added(x: Interval, y: Interval) -> Interval | None:
    """Bound x + y."""
    for a, b in ((x, y), (y, x)):
        if a[1] == math.inf and b[0] == -math.inf:
            return None
    return x[0] + y[0], x[1] + y[1]


def subtracted(x: Interval, y: Interval) -> Interval | None:
    """Bound x - y."""
    return added(x, negated(y))


def multiplied(x: Interval, y: Interval) -> Interval | None:
    """Bound x * y; zero times infinity is NaN."""
    for a, b in ((x, y), (y, x)):
        if has_zero(a) and not is_bounded(b):
            return None
    corners = [a * b for a in x for b in y]
    return min(corners), max(corners)


def divided(x: Interval, y: Interval) -> Interval | None:
    """Bound x / y, where y is not zero and not both are infinite."""
    if has_zero(y) or not (is_bounded(x) or is_bounded(y)):
        return None
    corners = [a / b for a in x for b in y]
    return min(corners), max(corners)


def squared(x: Interval) -> Interval | None:
    """Bound x * x."""
    return multiplied(x, x)


def exponential(x: Interval) -> Interval:
    """Bound e**x."""
    with np.errstate(over="ignore", under="ignore"):
        low, high = np.exp(np.array(x))
    return float(low) * (1 - SLACK), float(high) * (1 + SLACK)


def to_one(x: Interval) -> Interval:
    """Bound what goes from 0 to 1."""
    del x
    return 0.0, 1.0


def within_one(x: Interval) -> Interval:
    """Bound what goes from -1 to 1."""
    del x
    return -1.0, 1.0


def of_angle(x: Interval) -> Interval | None:
    """Bound a sine or cosine, of which infinity has none."""
    return (-1.0, 1.0) if is_bounded(x) else None
