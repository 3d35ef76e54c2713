"""The greatest and the least number, and where it is, with NaN left out."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import numpy as np

from hubel.gates._compare import equal
from hubel.gates._extremes import define_place, extreme_over, place_along, tied
from hubel.gates._given import without_out
from hubel.gates._reduce import Reduced, reduction
from hubel.gates._ufunc_methods import accumulate_gate, reduce_first
from hubel.gates._where import fmax, fmin, where
from hubel.gates.define import implements
from hubel.graph.registry import REDUCTIONS, Value

Axis = int | Sequence[int] | None


def _tied_numbers(out: Value, x: Value, axis: tuple[int, ...]) -> Value:
    """Share among the elements that equal the extreme; NaN alone brings nothing."""
    return where(equal(x, out), tied(out, x, axis), 0)


nanmax_over = reduction(
    "nanmax",
    np.fmax.reduce,
    Reduced(_tied_numbers),
    empty=False,
    convention="shared equally at ties",
)
nanmin_over = reduction(
    "nanmin",
    np.fmin.reduce,
    Reduced(_tied_numbers),
    empty=False,
    convention="shared equally at ties",
)
nanargmax = define_place("nanargmax", np.nanargmax)
nanargmin = define_place("nanargmin", np.nanargmin)


@implements(np.nanmax)
def np_nanmax(
    a: Value,
    axis: Axis = None,
    out: None = None,
    keepdims: bool = False,
    initial: Value = None,
    where: Value = None,
) -> Value:
    """Mean what ``np.nanmax`` means."""
    without_out(out)
    return extreme_over(nanmax_over, fmax, a, axis, keepdims, initial, where)


@implements(np.nanmin)
def np_nanmin(
    a: Value,
    axis: Axis = None,
    out: None = None,
    keepdims: bool = False,
    initial: Value = None,
    where: Value = None,
) -> Value:
    """Mean what ``np.nanmin`` means."""
    without_out(out)
    return extreme_over(nanmin_over, fmin, a, axis, keepdims, initial, where)


@implements(np.nanargmax)
def np_nanargmax(
    a: Value, axis: int | None = None, out: None = None, *, keepdims: bool = False
) -> Value:
    """Mean what ``np.nanargmax`` means; NaN alone is NumPy's error when it is run."""
    return place_along(nanargmax, a, axis, out, keepdims)


@implements(np.nanargmin)
def np_nanargmin(
    a: Value, axis: int | None = None, out: None = None, *, keepdims: bool = False
) -> Value:
    """Mean what ``np.nanargmin`` means; NaN alone is NumPy's error when it is run."""
    return place_along(nanargmin, a, axis, out, keepdims)


for _ufunc, _gate, _meaning in (
    (np.fmax, fmax, np_nanmax),
    (np.fmin, fmin, np_nanmin),
):
    REDUCTIONS[_ufunc, "reduce"] = partial(reduce_first, _meaning)
    REDUCTIONS[_ufunc, "accumulate"] = partial(accumulate_gate, _gate)
