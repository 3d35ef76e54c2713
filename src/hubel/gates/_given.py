"""What arguments of NumPy's functions are given as, brought to one form."""

from __future__ import annotations

from typing import Any

import numpy as np

from hubel.errors import TraceError
from hubel.graph.node import KNOWN
from hubel.graph.registry import Value
from hubel.graph.term import Term


def as_value(given: Value) -> Value:
    """Return a term, array or scalar as it is; lists become arrays."""
    return given if isinstance(given, KNOWN) else np.asarray(given)


def known(given: Value, use: str, remedy: str = "") -> np.ndarray[Any, Any]:
    """Return the array that a value stands for, or say that it is not known yet.

    Parameters
    ----------
    given : value
        An array, or a term.
    use : str
        What the array decides, such as ``the counts of np.repeat``.
    remedy : str
        What to do where it is not known.
    """
    value = given.known if isinstance(given, Term) else given
    if isinstance(given, Term) and value is None:
        raise TraceError(
            f"{use} is not known while the graph is recorded",
            remedy=remedy or "pass it as a static argument",
        )
    return np.asarray(value)


def without_out(out: Any) -> None:
    """Refuse ``out=``, into which a traced value cannot be written."""
    if out is not None:
        raise TraceError(
            "out= would write a traced value into an array",
            remedy="use the result that the function returns",
        )


def without_memory_order(order: str) -> str:
    """Return ``C`` or ``F``; refuse the orders that depend on an array's memory."""
    if order not in ("C", "F"):
        raise TraceError(
            f"order={order!r} depends on how an array lies in memory, which a graph "
            "does not know",
            remedy="use order='C' or order='F'",
        )
    return order
