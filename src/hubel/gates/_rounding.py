"""Rounding and the grid of floating-point numbers: constant between jumps."""

from __future__ import annotations

from typing import Any

import numpy as np

from hubel.gates._given import without_out
from hubel.gates.define import constant, dtype_of, implements
from hubel.graph.registry import GATES, Value

floor = constant("floor", np.floor)
ceil = constant("ceil", np.ceil)
trunc = constant("trunc", np.trunc)
rint = constant("rint", np.rint)
spacing = constant("spacing", np.spacing)
nextafter = constant("nextafter", np.nextafter)


ROUND: Any = np.round


def _round(x: Value, decimals: int = 0, out: Any = None) -> Any:
    return ROUND(x, decimals, out=out)


def _rounded(x: Value, decimals: int = 0) -> Value:
    """Round the number of units of the last place that is kept."""
    whole = dtype_of(x).kind != "f"
    if whole and decimals >= 0:
        return x
    if decimals == 0:
        return rint(x)
    unit = 10.0 ** abs(decimals)
    to_units, back = (np.multiply, np.divide)[:: 1 if decimals > 0 else -1]
    rounded = back(rint(to_units(x, unit)), unit)
    return GATES["astype"](rounded, dtype=dtype_of(x)) if whole else rounded


round_to = constant("round", _round, fills=True, weight=3, native=_rounded)


@implements(np.round, np.around)
def np_round(a: Value, decimals: int = 0, out: None = None) -> Value:
    """Mean what ``np.round`` means."""
    without_out(out)
    return round_to(a, decimals=int(decimals))


@implements(np.fix)
def np_fix(x: Value, out: None = None) -> Value:
    """Mean what ``np.fix`` means."""
    without_out(out)
    return trunc(x)
