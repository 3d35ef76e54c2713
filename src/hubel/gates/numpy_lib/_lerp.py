"""Linear interpolation between two numbers."""

from __future__ import annotations

from typing import Any

import numpy as np

from hubel.gates._arithmetic import subtract
from hubel.gates.define import elementwise
from hubel.graph.registry import Value

CHOOSE: Any = np.where


def _lerp(a: Value, b: Value, t: Value) -> Any:
    """Give a + (b - a) t, from whichever end is nearer, so that both ends are exact."""
    rise = np.subtract(b, a)
    low, high = np.add(a, rise * t), np.subtract(b, rise * (1 - t))
    return CHOOSE(np.greater_equal(t, 0.5), high, low)[()]


lerp = elementwise(
    "lerp",
    _lerp,
    lambda out, a, b, t: 1 - t,
    lambda out, a, b, t: t,
    lambda out, a, b, t: subtract(b, a),
    weight=6,
    native=_lerp,
)
