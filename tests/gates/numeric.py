"""Derivatives without rules: the complex step, and differences."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

Arrays = Sequence[Any]

TINY = 1e-30
STEP = 2e-3
WEIGHTS = {1: 45, 2: -9, 3: 1}
"""Central differences over three points on either side: an error of STEP^6."""


def by_complex_step(f: Callable[..., Any], x: Arrays, t: Arrays) -> Any:
    """Differentiate an analytic function along t, to the last digit.

    Returns None where the function does not take complex arrays.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("error", np.exceptions.ComplexWarning)
        try:
            moved = f(
                *[a + 1j * TINY * np.asarray(d) for a, d in zip(x, t, strict=True)]
            )
        except (TypeError, np.exceptions.ComplexWarning):
            return None
    return np.imag(moved) / TINY


def by_differences(f: Callable[..., Any], x: Arrays, t: Arrays) -> list[Any]:
    """Differentiate a function to a tuple of arrays along t."""
    total: list[Any] | None = None
    for steps, weight in WEIGHTS.items():
        for sign in (1, -1):
            h = sign * steps * STEP
            there = f(*[a + h * d for a, d in zip(x, t, strict=True)])
            parts = [sign * weight * np.asarray(part) for part in there]
            total = (
                parts
                if total is None
                else [a + b for a, b in zip(total, parts, strict=True)]
            )
    assert total is not None
    return [part / (60 * STEP) for part in total]
