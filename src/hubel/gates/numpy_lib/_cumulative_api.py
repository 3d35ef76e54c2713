"""Running sums and products by the names of the array API standard (NumPy 2.1)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from hubel.errors import ShapeError
from hubel.gates._concatenate import np_concatenate
from hubel.gates._cumulative import np_cumprod, np_cumsum
from hubel.gates._given import as_value
from hubel.gates.define import dtype_of, ndim_of, normal_axis, shape_of
from hubel.graph.registry import NUMPY, Value


def cumulative(run: Callable[..., Value], first: float, name: str) -> Any:
    """Give the meaning of a running reduction that may begin with its first value."""

    def meaning(
        x: Value,
        /,
        *,
        axis: int | None = None,
        dtype: Any = None,
        out: None = None,
        include_initial: bool = False,
    ) -> Value:
        x = np.atleast_1d(as_value(x))
        if axis is None and ndim_of(x) > 1:
            raise ShapeError(f"{name} of {ndim_of(x)} axes", remedy="give axis=")
        along = normal_axis(axis or 0, ndim_of(x))
        found = run(x, along, dtype, out)
        if not include_initial:
            return found
        shape = tuple(1 if i == along else n for i, n in enumerate(shape_of(x)))
        start = np.full(shape, first, dtype_of(found))
        return np_concatenate([start, found], along)

    return meaning


if hasattr(np, "cumulative_sum"):  # pragma: no branch, NumPy 2.1
    NUMPY[np.cumulative_sum] = cumulative(np_cumsum, 0, "np.cumulative_sum")
    NUMPY[np.cumulative_prod] = cumulative(np_cumprod, 1, "np.cumulative_prod")
