"""Trigonometric functions, their inverses, and angles in degrees and radians."""

from __future__ import annotations

import numpy as np

from hubel.gates._arithmetic import divide, multiply, negative
from hubel.gates._cast import promoted
from hubel.gates._intervals import of_angle
from hubel.gates._power import hypot, sqrt
from hubel.gates.define import Linear, dtype_of, elementwise
from hubel.graph.node import Gate
from hubel.graph.registry import Value

sin = elementwise("sin", np.sin, lambda out, x: cos(x), weight=10, interval=of_angle)
cos = elementwise(
    "cos", np.cos, lambda out, x: negative(sin(x)), weight=10, interval=of_angle
)
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


def _scaled(ufunc: np.ufunc, name: str) -> Gate:
    """Define a gate that multiplies by what the ufunc makes of 1."""

    def product(x: Value) -> Value:
        (x,) = promoted(gate, x)
        return multiply(x, ufunc(dtype_of(x).type(1)))

    gate = elementwise(name, ufunc, Linear(lambda g, out, x: gate(g)), native=product)
    return gate


deg2rad = _scaled(np.deg2rad, "deg2rad")
radians = _scaled(np.radians, "radians")
rad2deg = _scaled(np.rad2deg, "rad2deg")
degrees = _scaled(np.degrees, "degrees")
