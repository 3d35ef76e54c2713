"""Windows that slide over an array: each is a copy here, for a graph has no memory."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from hubel.errors import ShapeError
from hubel.gates._gather import gather
from hubel.gates._given import as_value
from hubel.gates._layout import lengths_of, np_moveaxis
from hubel.gates.define import implements, ndim_of, normal_axis, shape_of
from hubel.graph.registry import Value


@implements(np.lib.stride_tricks.sliding_window_view)
def np_sliding_window_view(
    x: Value,
    window_shape: int | Sequence[int],
    axis: int | Sequence[int] | None = None,
    *,
    subok: bool = False,
    writeable: bool = False,
) -> Value:
    """Mean what ``np.lib.stride_tricks.sliding_window_view`` means."""
    x = as_value(x)
    ndim, windows = ndim_of(x), lengths_of(window_shape)
    along: Any = range(ndim) if axis is None else lengths_of(axis)
    axes = [normal_axis(i, ndim) for i in along]
    if len(axes) != len(windows):
        raise ShapeError(f"{len(windows)} window lengths for {len(axes)} axes")
    for window, i in zip(windows, axes, strict=True):
        length = shape_of(x)[i]
        if not 0 <= window <= length:
            raise ShapeError(f"a window of {window} along axis {i} of length {length}")
        places = np.arange(length - window + 1)[:, None] + np.arange(window)
        x = np_moveaxis(gather(x, places, axis=i), i + 1, -1)
    return x
