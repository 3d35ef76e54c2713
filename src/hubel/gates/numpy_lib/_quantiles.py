"""Quantiles and percentiles: interpolation between two elements by their rank.

They are differentiable in the array and, in the methods that interpolate, in q.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from hubel.errors import OptionError, ShapeError
from hubel.gates._cast import astype
from hubel.gates._given import as_value, without_out
from hubel.gates._layout import reshape
from hubel.gates.define import dtype_of, implements, ndim_of, shape_of
from hubel.gates.numpy_lib._lerp import lerp
from hubel.gates.numpy_lib._quantile_methods import DISCRETE, neighbours
from hubel.gates.numpy_lib._ranks import Axis, lanes, ranked, with_axes, without_nan
from hubel.gates.numpy_lib._weighted_ranks import weighted
from hubel.graph.node import spec_of
from hubel.graph.registry import Value
from hubel.graph.term import Term

INTP = np.dtype(np.intp)


@dataclass(frozen=True, slots=True)
class Quantile:
    """One of NumPy's four functions: whether q is in per cent, and NaN is left out."""

    name: str
    whole: int
    skips: bool

    def __call__(
        self,
        a: Value,
        q: Value,
        axis: Axis = None,
        out: None = None,
        overwrite_input: bool = False,
        method: str = "linear",
        keepdims: bool = False,
        *,
        weights: Value = None,
    ) -> Value:
        """Mean what the NumPy function means."""
        without_out(out)
        lined, axes = lanes(a, axis, self.name)
        q, weak = self._fraction(q, dtype_of(lined))
        asked = reshape(q, shape=(int(np.prod(shape_of(q))),))
        if weights is None:
            found = self._ranked(lined, asked, method, weak)
        else:
            found = weighted(a, weights, axis, asked, method, self.skips)
        if not self.skips:
            found = without_nan(found, lined)
        found = reshape(found, shape=shape_of(q) + shape_of(found)[1:])
        if keepdims:
            found = with_axes(found, ndim_of(as_value(a)), axes, ndim_of(q))
        return found

    def _fraction(self, q: Value, dtype: np.dtype[Any]) -> tuple[Value, bool]:
        """Give q as a number from 0 to 1, and whether its dtype gives way."""
        q = as_value(q)
        weak = spec_of(q).weak
        if not isinstance(q, Term):
            if not np.all((np.asarray(q) >= 0) & (np.asarray(q) <= self.whole)):
                raise OptionError(
                    f"{self.name} of q={q}", remedy=f"give q from 0 to {self.whole}"
                )
            q = np.asarray(q)
        return (q / self.whole if self.whole != 1 else q), weak

    def _ranked(self, lined: Value, q: Value, method: str, weak: bool) -> Value:
        """Interpolate between ranks, for every q one row."""
        length = shape_of(lined)[0]
        if not length:
            raise ShapeError(f"{self.name} of no elements")
        n: Value = length
        if self.skips and dtype_of(lined).kind == "f":
            n = np.sum(np.logical_not(np.isnan(lined)), axis=0)
            q = reshape(q, shape=shape_of(q) + (1,) * ndim_of(n))
        if method == "linear" and dtype_of(q).kind in "iu":
            method = "lower"  # of whole numbers, 0 and 1, which need no interpolation
        below, weight = neighbours(method, n, q)
        first = ranked(lined, _rank(below, n))
        if method in DISCRETE:
            return first
        second = ranked(lined, _rank(below + 1, n))
        return lerp(first, second, self._weight(weight, lined, weak))

    def _weight(self, weight: Value, lined: Value, weak: bool) -> Value:
        """Give the weights the shape of the lanes, and their dtype if q is weak."""
        if weak and dtype_of(lined).kind == "f":
            weight = astype(weight, dtype=dtype_of(lined))
        missing = ndim_of(lined) - ndim_of(weight)
        return reshape(weight, shape=shape_of(weight) + (1,) * missing)


def _rank(place: Value, n: Value) -> Value:
    """Bring a rank into bounds."""
    inside = np.maximum(np.minimum(place, n - 1), 0)
    return astype(inside, dtype=INTP)


FUNCTIONS: tuple[tuple[Callable[..., Any], Quantile], ...] = (
    (np.quantile, Quantile("np.quantile", 1, skips=False)),
    (np.percentile, Quantile("np.percentile", 100, skips=False)),
    (np.nanquantile, Quantile("np.nanquantile", 1, skips=True)),
    (np.nanpercentile, Quantile("np.nanpercentile", 100, skips=True)),
)
for _function, _meaning in FUNCTIONS:
    implements(_function)(_meaning)
