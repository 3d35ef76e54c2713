"""Numbers taken apart into a factor from 0.5 to 1 and a power of two."""

from __future__ import annotations

from typing import Any

import numpy as np

from hubel.gates._arithmetic import ldexp, negative
from hubel.gates.define import constant, implements
from hubel.graph.registry import Value


def _exponent(x: Value) -> Any:
    return np.frexp(x)[1]


exponent = constant("exponent", _exponent, weight=4)


@implements(np.frexp)
def np_frexp(x: Value) -> tuple[Value, Value]:
    """Mean what ``np.frexp`` means: the exponent is constant between powers of two."""
    power = exponent(x)
    return ldexp(x, negative(power)), power
