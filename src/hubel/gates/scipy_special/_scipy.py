"""The one place where SciPy's special functions are imported."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from importlib import import_module
from typing import Any

import numpy as np

from hubel.errors import DTypeError
from hubel.gates.define import implements
from hubel.graph.registry import Value


class _Special:
    """SciPy's module; with its support of the array API on, without those wrappers.

    That is what the environment variable ``SCIPY_ARRAY_API`` does: functions of Python
    then stand before the ufuncs, which know nothing of traced values.
    """

    def __init__(self) -> None:
        self._module = import_module("scipy.special")

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._module, name)
        bare = inspect.unwrap(found) if callable(found) else found
        return bare if isinstance(bare, np.ufunc) else found


special: Any = _Special()


def real_only(function: Any) -> Callable[..., Any]:
    """Refuse complex arguments, for which the derivative is not known here."""

    def of_one(x: Value) -> Any:
        return function(_real(x))

    def of_two(x: Value, y: Value) -> Any:
        return function(_real(x), _real(y))

    return of_one if function.nin == 1 else of_two


def _real(x: Value) -> Value:
    if np.asarray(x).dtype.kind == "c":
        raise DTypeError("a complex number", remedy="give real numbers")
    return x


def also(name: str) -> Any:
    """Declare the meaning of a function of ``scipy.special``, if SciPy has it."""
    function = getattr(special, name, None)
    return implements(function) if function is not None else _unused


def _unused(meaning: Any) -> Any:
    return meaning
