"""Numbers in place of what is none: NaN and the infinities."""

from __future__ import annotations

from typing import Any

import numpy as np

from hubel.gates._compare import equal, isfinite, isnan
from hubel.gates._where import where
from hubel.gates.define import dtype_of, elementwise, implements
from hubel.graph.registry import Value


def _nan_to_num(
    x: Value,
    nan: float = 0.0,
    posinf: float | None = None,
    neginf: float | None = None,
) -> Any:
    return np.nan_to_num(x, nan=nan, posinf=posinf, neginf=neginf)


def _kept(out: Value, x: Value, **params: Any) -> Value:
    return isfinite(x)


def _replaced(
    x: Value,
    nan: float = 0.0,
    posinf: float | None = None,
    neginf: float | None = None,
) -> Value:
    """Choose one number after the other."""
    dtype = dtype_of(x)
    if dtype.kind != "f":
        return x
    largest = np.finfo(dtype).max
    above = dtype.type(largest if posinf is None else posinf)
    below = dtype.type(-largest if neginf is None else neginf)
    x = where(equal(x, np.inf), above, where(equal(x, -np.inf), below, x))
    return where(isnan(x), dtype.type(nan), x)


nan_to_num = elementwise(
    "nan_to_num",
    _nan_to_num,
    _kept,
    weight=4,
    native=_replaced,
    convention="0 where replaced",
)


@implements(np.nan_to_num)
def np_nan_to_num(
    x: Value,
    copy: bool = True,
    nan: float = 0.0,
    posinf: float | None = None,
    neginf: float | None = None,
) -> Value:
    """Mean what ``np.nan_to_num`` means."""
    return nan_to_num(x, nan=nan, posinf=posinf, neginf=neginf)
