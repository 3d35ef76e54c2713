"""What is known by name: every gate, and what NumPy's functions mean on terms."""

from __future__ import annotations

import sys
from collections.abc import Callable
from importlib import import_module
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


LATER: dict[str, str] = {}
"""Packages of gates that are imported when they are needed, each with the library's
module whose functions it is about, such as ``scipy.special``."""


def found_later(table: dict[Any, Any], key: Any, function: Callable[..., Any]) -> Any:
    """Look again for what a table lacks, once the function's library is loaded."""
    return table.get(key) if load_later(module_of(function)) else None


def module_of(function: Callable[..., Any]) -> str | None:
    """Return the module that a function says it is from; many ufuncs say nothing."""
    return getattr(function, "__module__", None)


def load_later(module: str | None = None) -> bool:
    """Import the gates of a library's module, if there are any left to import.

    Of a ufunc that does not say where it comes from (None), the library is one of those
    that the program has imported.
    """
    wanted = [
        gates
        for gates, library in LATER.items()
        if (library in sys.modules if module is None else _within(module, library))
    ]
    for gates in wanted:
        import_module(gates)
        LATER.pop(gates, None)
    return bool(wanted)


def _within(module: str, library: str) -> bool:
    return module == library or module.startswith(f"{library}.")


def load_all() -> None:
    """Import every package of gates whose library is installed."""
    for gates in list(LATER):
        try:
            import_module(gates)
        except ImportError:
            continue
        LATER.pop(gates, None)


def lookup(name: str) -> Any:
    """Return the gate of that name."""
    if name not in GATES:
        load_all()
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
