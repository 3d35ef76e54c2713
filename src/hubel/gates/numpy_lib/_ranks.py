"""Elements by their rank: the k-th smallest along axes, which keeps its gradient."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from hubel.errors import DTypeError
from hubel.gates._gather import gather
from hubel.gates._given import as_value
from hubel.gates._order import np_argpartition
from hubel.gates._take import np_take_along_axis
from hubel.gates.define import dtype_of, ndim_of, normal_axes, shape_of
from hubel.graph.registry import Value
from hubel.graph.term import Term

Axis = int | Sequence[int] | None


def to_front(a: Value, axes: tuple[int, ...]) -> Value:
    """Lay the elements along axes on one axis, the first, in C order."""
    shape = shape_of(a)
    kept = tuple(i for i in range(len(shape)) if i not in axes)
    lined = np.transpose(a, (*axes, *kept))
    count = math.prod(shape[i] for i in axes)
    return np.reshape(lined, (count, *[shape[i] for i in kept]))


def lanes(a: Value, axis: Axis, name: str) -> tuple[Value, tuple[int, ...]]:
    """Give real numbers with the axes to rank along in front, and those axes."""
    a = as_value(a)
    if dtype_of(a).kind == "c":
        raise DTypeError(
            f"{name} of {dtype_of(a)}: complex numbers have no order",
            remedy="take it of np.real, np.imag or np.abs",
        )
    axes = normal_axes(axis, ndim_of(a))
    return to_front(a, axes), axes


def ranked(lined: Value, ranks: Value) -> Value:
    """Pick elements of the first axis by rank; ties go by position.

    Parameters
    ----------
    lined : value, shape (n, ...)
        What is ranked along its first axis.
    ranks : value of integers, shape (m,) or (m, ...)
        From 0 to n - 1, the same for every lane or each its own.

    Returns
    -------
    value, shape (m, ...)
    """
    if not isinstance(ranks, Term) and ndim_of(ranks) == 1:
        order = np_argpartition(lined, tuple(set(ranks.tolist())), axis=0)
        return np_take_along_axis(lined, order[ranks], 0)
    order = np.argsort(lined, axis=0)
    if ndim_of(ranks) == 1:
        order = gather(order, ranks, axis=0)
    else:
        order = np_take_along_axis(order, ranks, 0)
    return np_take_along_axis(lined, order, 0)


def with_axes(value: Value, ndim: int, axes: tuple[int, ...], first: int) -> Value:
    """Put ranked axes back with length 1, behind the ``first`` new ones."""
    shape = shape_of(value)
    rest = iter(shape[first:])
    restored = tuple(1 if i in axes else next(rest) for i in range(ndim))
    return np.reshape(value, shape[:first] + restored)


def without_nan(value: Value, lined: Value) -> Value:
    """Give NaN for the lanes that hold NaN, as NumPy does."""
    if dtype_of(lined).kind != "f":
        return value
    holds: Any = np.any(np.isnan(lined), axis=0)
    return np.where(holds, np.nan, value)
