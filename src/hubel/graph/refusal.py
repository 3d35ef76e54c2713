"""What is refused on terms: the function's name, the user's line, what to use."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any, NamedTuple

from hubel.errors import TraceError
from hubel.graph.registry import load_later, module_of
from hubel.graph.source import library_call, user_line, written

Function = Callable[..., Any]


class Refusal(NamedTuple):
    """Why a function is not recorded in a graph, and what to do in place of it."""

    reason: str
    remedy: str


REFUSALS: dict[str, Refusal] = {}
"""The functions that are refused on purpose, by the names that users write."""

UNKNOWN = Refusal(
    "it has no gate",
    "write it with functions that have one (see the table of gates in the "
    "documentation), or wrap it in a hubel.Gate with its own backward",
)
LIBRARIES = ("numpy", "scipy.special")
"""Where functions are looked for that do not say where they are from."""


def refuse(problem: str, remedy: str) -> TraceError:
    """Make an error that shows the user's line."""
    return TraceError(problem, remedy=remedy, where=written(user_line()))


def not_covered(function: Function, method: str = "__call__") -> TraceError:
    """Make the error of a function or ufunc's method that means nothing on terms."""
    name = name_of(function)
    return refuse_call(name if method == "__call__" else f"{name}.{method}")


def refuse_call(name: str) -> TraceError:
    """Make the error of a function of that name: why, and what to do instead."""
    load_later("numpy")
    reason, remedy = REFUSALS.get(name, UNKNOWN)
    return refuse(f"{name} cannot be recorded in a graph: {reason}", remedy)


def plain_array() -> TraceError:
    """Make the error of a traced value that was asked to become a plain array."""
    load_later("numpy")
    call = library_call()
    name = _public(*call) if call else None
    if name in REFUSALS:
        return refuse_call(name)
    asked = f"{name} asked a traced value" if name else "a traced value was asked"
    return refuse(
        f"{asked} to become a plain NumPy array, which would lose the graph",
        "use np.stack or hb.array in place of np.array([...]), np.broadcast_to or "
        "np.full_like in place of np.full, hb.array(a)[x] in place of a[x], and start "
        "from hb.zeros to fill an array element by element",
    )


def name_of(function: Function) -> str:
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
    """Write ``np`` for ``numpy``, as everybody does."""
    first, _, rest = module.partition(".")
    return ".".join(p for p in ("np" if first == "numpy" else first, rest, name) if p)
