"""What is known by name: every gate, and what NumPy's functions mean on terms."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from hubel.errors import GateError

Value = Any
"""An array, a NumPy or Python scalar, or a term that stands for one."""

GATES: dict[str, Any] = {}
"""Every gate (``hubel.graph.node.Gate``) by its name."""

NUMPY: dict[Callable[..., Any], Callable[..., Any]] = {}
"""What each NumPy function (or ufunc) means on terms: a gate or a composition."""

REDUCTIONS: dict[tuple[np.ufunc, str], Callable[..., Any]] = {}
"""What ``ufunc.reduce``, ``.accumulate`` ... mean, by ufunc and method name."""


def lookup(name: str) -> Any:
    """Return the gate of that name."""
    try:
        return GATES[name]
    except KeyError:
        raise GateError(f"there is no gate named {name!r}") from None


def read(value: Value, index: Any) -> Any:
    """``value[index]``: the key under which gates register the reading of an index."""
    return value[index]


def write(value: Value, index: Any, new: Value) -> Any:
    """Give a copy of ``value`` in which ``copy[index] = new``: a registry key too."""
    copy = np.array(value)
    copy[index] = new
    return copy
