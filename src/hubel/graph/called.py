"""Name what the user's line calls, where NumPy asks a traced value for its elements.

NumPy does not say which of its functions wants them, and those written in C leave no
frame. The user's own line tells: Python knows which expression of it runs.
"""

from __future__ import annotations

import ast
import linecache
import sys
from collections.abc import Callable, Mapping
from dis import opname
from itertools import islice
from types import FrameType, ModuleType
from typing import Any

import numpy as np

from hubel.graph.registry import module_of
from hubel.graph.source import user_frame

ARRAY: Any = np.ndarray
LIBRARIES = ("numpy", "scipy.special", "numpy.lib.scimath")
"""Where functions are looked for that do not say where they are from."""


def called(depth: int = 2) -> str | None:
    """Return such as ``np.array``, ``ndarray.dot``, ``ndarray[...]``, or None.

    Nothing of the source is run: names are looked up, attributes of modules alone.
    """
    frame = user_frame(depth)
    expression = None if frame is None else _expression(frame)
    if frame is None or expression is None:
        return None
    names = {**frame.f_builtins, **frame.f_globals, **frame.f_locals}
    if isinstance(expression, ast.Call):
        return _name(expression.func, names)
    if not isinstance(expression, ast.Subscript):
        return None
    indexed = _found(expression.value, names)
    if indexed is not None and not isinstance(indexed, ARRAY):
        return _name(expression.value, names)
    writes = opname[frame.f_code.co_code[frame.f_lasti]] == "STORE_SUBSCR"
    return "ndarray[...] =" if writes else "ndarray[...]"


def _expression(frame: FrameType) -> ast.expr | None:
    """Read the expression of the user's source that a frame is in."""
    place = next(islice(frame.f_code.co_positions(), frame.f_lasti // 2, None), None)
    if place is None or None in place:
        return None
    first, last, start, end = [each or 0 for each in place]
    path = frame.f_code.co_filename
    lines = [linecache.getline(path, i).encode() for i in range(first, last + 1)]
    lines[-1] = lines[-1][:end]
    lines[0] = lines[0][start:]
    try:
        return ast.parse(f"({b''.join(lines).decode()})", mode="eval").body
    except (SyntaxError, ValueError):
        return None


def _name(function: ast.expr, names: Mapping[str, Any]) -> str | None:
    """Name a function by where it is public: a module, or the class of an object."""
    if isinstance(function, ast.Call):
        return _name(function.func, names)
    found = _found(function, names)
    if not isinstance(function, ast.Attribute):
        return name_of(found) if hasattr(found, "__name__") else None
    owner = _found(function.value, names)
    if isinstance(owner, ModuleType):
        return _short(owner.__name__, function.attr)
    kind = _name(function.value, names) if owner is None else _kind(owner)
    return None if kind is None else f"{kind}.{function.attr}".lstrip(".")


def _kind(owner: Any) -> str:
    """Name the class of an object; that of a traced value is none of the user's."""
    if isinstance(owner, ARRAY):
        return "ndarray"
    kind = owner.__class__
    return "" if kind.__module__.startswith("hubel.") else name_of(kind)


def _found(expression: ast.expr, names: Mapping[str, Any]) -> Any:
    """Look up what a name, or an attribute of a module, stands for; None if unknown."""
    if isinstance(expression, ast.Name):
        return names.get(expression.id)
    if isinstance(expression, ast.Attribute):
        owner = _found(expression.value, names)
        if isinstance(owner, ModuleType):
            return getattr(owner, expression.attr, None)
    return None


def name_of(function: Callable[..., Any]) -> str:
    """Return the name by which users call a function, such as ``np.linalg.norm``."""
    name = function.__name__
    for library in LIBRARIES:
        if getattr(sys.modules.get(library), name, None) is function:
            return _short(library, name)
    module = module_of(function) or ""
    return _public(module, name) or _short(module, name)


def _public(module: str, name: str) -> str | None:
    """Name a function by the public package that has it, if one has."""
    parts = module.split(".")
    while parts:
        package = ".".join(parts)
        if "._" not in package and hasattr(sys.modules.get(package), name):
            return _short(package, name)
        parts.pop()
    return None


def _short(module: str, name: str) -> str:
    """Write ``np`` for ``numpy``, as everybody does; what Python has needs no more."""
    first, _, rest = module.partition(".")
    first = {"numpy": "np", "builtins": ""}.get(first, first)
    return ".".join(part for part in (first, rest, name) if part)
