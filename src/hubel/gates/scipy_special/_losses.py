"""Losses that are quadratic near 0 and linear far away."""

from __future__ import annotations

from hubel.gates._arithmetic import divide, multiply, square
from hubel.gates._compare import less_equal
from hubel.gates._power import hypot
from hubel.gates._sign import absolute
from hubel.gates._where import where
from hubel.gates.scipy_special._scipy import also
from hubel.graph.registry import Value


@also("huber")
def huber(delta: Value, r: Value) -> Value:
    """Mean what ``scipy.special.huber`` means."""
    size = absolute(r)
    return where(
        less_equal(size, delta),
        multiply(0.5, square(r)),
        multiply(delta, size - 0.5 * delta),
    )


@also("pseudo_huber")
def pseudo_huber(delta: Value, r: Value) -> Value:
    """Mean what ``scipy.special.pseudo_huber`` means, without cancellation near 0."""
    length = hypot(delta, r)
    return divide(delta * square(r), length + delta)
