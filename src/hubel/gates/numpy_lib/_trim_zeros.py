"""Arrays without the zeros around them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from hubel.errors import OptionError
from hubel.gates._given import as_value, known
from hubel.gates.define import implements, ndim_of, normal_axes, shape_of
from hubel.graph.registry import Value


@implements(np.trim_zeros)
def np_trim_zeros(
    filt: Value, trim: str = "fb", axis: int | Sequence[int] | None = None
) -> Value:
    """Mean what ``np.trim_zeros`` means; how much is cut is told from values."""
    filt = as_value(filt)
    sides = trim.lower()
    if not sides or set(sides) - {"f", "b"}:
        raise OptionError(f"{trim=} of np.trim_zeros", remedy="use f, b or fb")
    places = np.argwhere(known(filt, "what np.trim_zeros cuts off", "cut a slice"))
    axes, index = normal_axes(axis, ndim_of(filt)), [slice(None)] * ndim_of(filt)
    for i in axes:
        if not places.size:
            index[i] = slice(0, 0)
            continue
        start, stop = int(places[:, i].min()), int(places[:, i].max()) + 1
        length = shape_of(filt)[i]
        index[i] = slice(start if "f" in sides else 0, stop if "b" in sides else length)
    return filt[tuple(index)]
