"""What is refused on terms: the function's name, the user's line, what to use."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from hubel.errors import GraphError, HubelError, ShapeError, TraceError
from hubel.graph.called import called, name_of
from hubel.graph.registry import load_later
from hubel.graph.source import user_line, written

Function = Callable[..., Any]


class Refusal(NamedTuple):
    """Why a function is not recorded in a graph, and what to do in place of it."""

    reason: str
    remedy: str


REFUSALS: dict[str, Refusal] = {}
"""What is refused on purpose, by the names that users write.

A function is looked up by its name, then by that of what it belongs to: a module
(``np.random``), a class (``ndarray``), and ``ufunc`` for the methods of ufuncs.
"""

UNKNOWN = Refusal(
    "it has no gate",
    "write it with functions that have one (see the table of gates in the "
    "documentation), or wrap it in a hubel.Gate with its own backward",
)
GENERAL = (
    "use np.stack or hb.array in place of np.array([...]), np.broadcast_to or "
    "np.full_like in place of np.full, hb.array(a)[x] in place of a[x], and start "
    "from hb.zeros to fill an array element by element"
)


def refuse(problem: str, remedy: str) -> TraceError:
    """Make an error that shows the user's line."""
    return TraceError(problem, remedy=remedy, where=written(user_line()))


def not_covered(function: Function, method: str = "__call__") -> TraceError:
    """Make the error of a function or ufunc's method that means nothing on terms."""
    name = name_of(function)
    if method == "__call__":
        return refuse_call(name)
    return refuse_call(f"{name}.{method}", f"ufunc.{method}")


def refuse_call(name: str, key: str = "") -> TraceError:
    """Make the error of a function of that name: why, and what to do instead."""
    reason, remedy = refusal_of(key or name) or UNKNOWN
    return refuse(f"{name} cannot be recorded in a graph: {reason}", remedy)


def refusal_of(name: str) -> Refusal | None:
    """Find why a function is refused, by its name or by what it belongs to."""
    load_later("numpy")
    while name and name not in REFUSALS:
        name = name.rpartition(".")[0]
    return REFUSALS.get(name)


HIDING: dict[str | None, type[HubelError]] = {
    **dict.fromkeys(("np.zeros", "np.ones", "np.empty"), ShapeError),
    "np.nditer": GraphError,
}
"""Functions that put a message of their own in place of every TypeError, and so of a
TraceError; and the errors that come through."""


def asked(wanted: str, remedy: str = GENERAL) -> HubelError:
    """Make the error of a traced value that was asked to become something else.

    The remedy is for callers of which nothing better is known.
    """
    name = called()
    if name in HIDING:
        error = refuse_call(str(name))
        return HIDING[name](error.problem, remedy=error.remedy, where=error.where)
    if name and refusal_of(name):
        return refuse_call(name)
    who = f"{name} asked a traced value" if name else "a traced value was asked"
    return refuse(f"{who} to become {wanted}, which would lose the graph", remedy)


def missing(name: str) -> str:
    """Say that terms have no attribute of that name, and what to use."""
    refusal = None if name.startswith("_") else refusal_of(f"traced.{name}")
    text = f"a traced value has no attribute {name!r}"
    return f"{text}: {refusal.reason}; {refusal.remedy}" if refusal else text
