"""Intermediate results, written over where that saves an array."""

from __future__ import annotations

from typing import Any

import numpy as np

ARRAY: Any = np.ndarray


def reusable(value: Any) -> Any:
    """Give a result as the ``out=`` of the next step; None if it is a scalar."""
    return value if isinstance(value, ARRAY) else None
