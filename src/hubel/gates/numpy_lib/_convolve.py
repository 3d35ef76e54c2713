"""Convolution and correlation of vectors: one gate, whose transposes are itself."""

from __future__ import annotations

from typing import Any

import numpy as np

from hubel.errors import OptionError, ShapeError
from hubel.gates._complex import conjugated
from hubel.gates._given import as_value
from hubel.gates.batch import one_by_one
from hubel.gates.define import (
    Multilinear,
    define,
    implements,
    result_dtype,
    shape_of,
)
from hubel.graph.node import Node, Spec
from hubel.graph.registry import Value

MODES = ("full", "same", "valid")


def _convolve(a: Value, v: Value, full: bool) -> Any:
    return np.convolve(a, v, "full" if full else "valid")


def _infer(a: Spec, v: Spec, full: bool) -> Spec:
    for vector in (a, v):
        if len(vector.shape) != 1 or not vector.shape[0]:
            raise ShapeError(
                f"the convolution of shapes {a.shape} and {v.shape}",
                remedy="give vectors that are not empty",
            )
    n, m = a.shape[0], v.shape[0]
    length = n + m - 1 if full else abs(n - m) + 1
    return Spec((length,), result_dtype(np.convolve, (a.dtype, v.dtype), (False,) * 2))


def _pull(g: Value, this: Value, other: Value, full: bool) -> Value:
    """Bring a gradient to one vector: with c = a * v, a_i gets the sum of g_k v_k-i."""
    if full:
        return convolve(g, np.flip(other), full=False)
    if shape_of(this)[0] >= shape_of(other)[0]:
        return convolve(g, np.flip(other), full=True)
    return np.flip(convolve(other, np.flip(g), full=False))


def _operations(node: Node) -> float:
    """Count a multiplication and an addition for each pair."""
    return 2.0 * node.inputs[0].size * node.inputs[1].size


convolve = define(
    "convolve",
    _convolve,
    _infer,
    Multilinear(lambda g, out, a, v, full: _pull(g, a, v, full)),
    Multilinear(lambda g, out, a, v, full: _pull(g, v, a, full)),
    kind="matrix",  # of whole vectors: no Einstein sum, as a product would be
    operations=_operations,
    batch=one_by_one,
)


def _checked(mode: str) -> str:
    if mode not in MODES:
        raise OptionError(f"{mode=} of a convolution", remedy="use full, same or valid")
    return mode


@implements(np.convolve)
def np_convolve(a: Value, v: Value, mode: str = "full") -> Value:
    """Mean what ``np.convolve`` means."""
    a, v = (np.atleast_1d(as_value(each)) for each in (a, v))
    whole = convolve(a, v, full=_checked(mode) != "valid")
    if mode != "same":
        return whole
    n, m = sorted((shape_of(a)[0], shape_of(v)[0]))
    return whole[(n - 1) // 2 :][:m]


@implements(np.correlate)
def np_correlate(a: Value, v: Value, mode: str = "valid") -> Value:
    """Mean what ``np.correlate`` means."""
    a, v = (np.atleast_1d(as_value(each)) for each in (a, v))
    turned = np.flip(conjugated(v))
    whole = convolve(a, turned, full=_checked(mode) != "valid")
    if mode != "same":
        return whole
    n, m = shape_of(a)[0], shape_of(v)[0]
    # NumPy centres the shorter vector, and turns what it found with them exchanged.
    start = (m - 1) // 2 if n >= m else n // 2
    return whole[start : start + max(n, m)]
