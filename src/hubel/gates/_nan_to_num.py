"""Numbers in place of what is none: NaN and the infinities."""

from __future__ import annotations

from typing import Any

import numpy as np

from hubel.gates._compare import isfinite
from hubel.gates.define import elementwise, implements
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


nan_to_num = elementwise(
    "nan_to_num",
    _nan_to_num,
    _kept,
    weight=4,
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
