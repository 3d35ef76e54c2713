"""Check the derivatives of functions of traced values against differences."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

import hubel as hb
from tests.gates.applied import assert_as_numpy
from tests.gates.numeric import by_differences


def assert_derivatives(f: Callable[..., Any], *args: Any, order: int = 2) -> None:
    """Compare both modes with differences, then those of the gradient."""
    random = np.random.default_rng(order)

    def like(values: Any) -> list[Any]:
        return [random.uniform(-1, 1, np.shape(v)) for v in values]

    def squared(*moving: Any) -> Any:
        return np.square(f(*moving)) if order == 2 else f(*moving)

    t, u = like(args), like([f(*args)])[0]
    true = by_differences(lambda *moving: (squared(*moving),), args, t)[0]
    value, tangent = hb.jvp(squared, args, t)
    np.testing.assert_allclose(value, squared(*args), rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(tangent, true, rtol=1e-7, atol=1e-8)
    gradients = hb.vjp(squared, *args)[1](u)
    pulled = sum(np.sum(g * d) for g, d in zip(gradients, t, strict=True))
    np.testing.assert_allclose(pulled, np.sum(u * tangent), rtol=1e-9, atol=1e-10)
    if order > 1:

        def gradient(*moving: Any) -> Any:
            found = hb.vjp(squared, *moving)[1](u)
            return np.concatenate([np.ravel(g) for g in found])

        assert_derivatives(gradient, *args, order=order - 1)


def assert_like_numpy(f: Callable[..., Any], *args: Any) -> None:
    """Compare values with NumPy, and derivatives with differences."""
    assert_as_numpy(f, *args, exactly=False)
    assert_derivatives(f, *args)
