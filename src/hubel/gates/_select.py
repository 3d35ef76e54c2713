"""Choices among several arrays by conditions: nested ``where``."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, cast

import numpy as np

from hubel.errors import ShapeError
from hubel.gates._cast import astype
from hubel.gates._given import as_value
from hubel.gates._where import where
from hubel.gates.define import dtype_of, implements, ndim_of, shape_of
from hubel.graph.registry import Value


@implements(np.select)
def np_select(
    condlist: Sequence[Value], choicelist: Sequence[Value], default: Value = 0
) -> Value:
    """Mean what ``np.select`` means: the first condition that holds chooses."""
    if len(condlist) != len(choicelist) or not condlist:
        raise ShapeError(
            f"np.select was given {len(condlist)} conditions for {len(choicelist)} "
            "choices",
            remedy="give one choice for each condition",
        )
    chosen = as_value(default)
    pairs = zip(condlist, choicelist, strict=True)
    for condition, choice in reversed(list(pairs)):
        chosen = where(as_value(condition), as_value(choice), chosen)
    return chosen


@implements(np.piecewise)
def np_piecewise(
    x: Value,
    condlist: Any,
    funclist: Sequence[Value | Callable[..., Value]],
    *args: Any,
    **kw: Any,
) -> Value:
    """Mean what ``np.piecewise`` means, with functions that act on elements.

    Every function sees all of ``x``, and its result counts where its condition holds.
    """
    x = as_value(x)
    conditions = _conditions(x, condlist)
    functions = list(funclist)
    chosen: Value = np.zeros((), dtype_of(x))[()]
    if len(functions) == len(conditions) + 1:
        chosen = _result(functions.pop(), x, args, kw)
    elif len(functions) != len(conditions):
        raise ShapeError(
            f"np.piecewise was given {len(conditions)} conditions and "
            f"{len(functions)} functions",
            remedy="give one function for each condition, or one more for the rest",
        )
    for condition, function in zip(conditions, functions, strict=True):
        chosen = where(condition, _result(function, x, args, kw), chosen)
    return np.broadcast_to(chosen, shape_of(x))


def _conditions(x: Value, given: Any) -> list[Value]:
    """List the conditions; as NumPy has it, a single one need not stand in a list."""
    several: bool = ndim_of(given) > 1 or isinstance(given, list | tuple)
    if several and shape_of(x) and not isinstance(given[0], list):
        several: bool = ndim_of(given[0]) > 0
    return list(map(as_value, cast(Any, given if several else [given])))


def _result(
    function: Value | Callable[..., Value], x: Value, args: Any, kw: Any
) -> Value:
    result = function(x, *args, **kw) if callable(function) else as_value(function)
    return (
        result if dtype_of(result) == dtype_of(x) else astype(result, dtype=dtype_of(x))
    )
