"""Trigonometric functions, their inverses, and angles in degrees and radians."""

from __future__ import annotations

import numpy as np

from hubel.gates._arithmetic import divide, multiply, negative
from hubel.gates._power import hypot, sqrt
from hubel.gates.define import Linear, elementwise
from hubel.graph.registry import Value

sin = elementwise("sin", np.sin, lambda out, x: cos(x), weight=10)
cos = elementwise("cos", np.cos, lambda out, x: negative(sin(x)), weight=10)
tan = elementwise("tan", np.tan, lambda out, x: 1 + out * out, weight=10)


def _steepness(x: Value) -> Value:
    """Give 1 / sqrt(1 - x^2), without cancellation near 1 and -1."""
    return divide(1, sqrt(multiply(1 - x, 1 + x)))


arcsin = elementwise(
    "arcsin",
    np.arcsin,
    lambda out, x: _steepness(x),
    weight=10,
    convention="infinite at -1 and 1",
)
arccos = elementwise(
    "arccos",
    np.arccos,
    lambda out, x: -_steepness(x),
    weight=10,
    convention="infinite at -1 and 1",
)
arctan = elementwise(
    "arctan", np.arctan, lambda out, x: divide(1, 1 + x * x), weight=10
)


def _turn(along: Value, across: Value) -> Value:
    """Give ``along / (along^2 + across^2)`` without overflow."""
    length = hypot(along, across)
    return divide(divide(along, length), length)


arctan2 = elementwise(
    "arctan2",
    np.arctan2,
    lambda out, y, x: _turn(x, y),
    lambda out, y, x: -_turn(y, x),
    weight=20,
    convention="NaN at the origin",
)

deg2rad = elementwise("deg2rad", np.deg2rad, Linear(lambda g, out, x: deg2rad(g)))
radians = elementwise("radians", np.radians, Linear(lambda g, out, x: radians(g)))
rad2deg = elementwise("rad2deg", np.rad2deg, Linear(lambda g, out, x: rad2deg(g)))
degrees = elementwise("degrees", np.degrees, Linear(lambda g, out, x: degrees(g)))
