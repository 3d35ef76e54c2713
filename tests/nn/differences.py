"""Gradients of modules by central differences, in float64."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from hubel.tracing.tree import flatten, unflatten
from hubel.transforms.gradients import grad


def assert_gradient(
    f: Callable[[Any], Any], tree: Any, *, step: float = 1e-6, tolerance: float = 1e-7
) -> None:
    """Compare ``grad(f)`` with differences in every number of every leaf."""
    found, shape = flatten(grad(f)(tree))
    leaves, same = flatten(tree)
    assert shape == same
    for position, leaf in enumerate(leaves):
        expected = np.empty(leaf.shape)
        for index in np.ndindex(leaf.shape):
            ends = []
            for sign in (1, -1):
                moved = [np.array(x, np.float64) for x in leaves]
                moved[position][index] += sign * step
                ends.append(float(f(unflatten(shape, moved))))
            expected[index] = (ends[0] - ends[1]) / (2 * step)
        np.testing.assert_allclose(
            found[position], expected, rtol=tolerance, atol=tolerance * 10
        )
