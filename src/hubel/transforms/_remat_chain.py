"""Long chains of steps, differentiated with few stored states."""

from __future__ import annotations

import inspect
import operator
from collections.abc import Callable
from typing import Any

from hubel.errors import OptionError
from hubel.graph.term import Term
from hubel.tracing.closing import traces_around
from hubel.tracing.tree import flatten
from hubel.transforms._remat import all_known, in_parts
from hubel.transforms.chain import Chain

Step = Callable[[Any, int], Any]


def remat_chain(step: Callable[..., Any], x: Any, n: int, *, slots: int = 10) -> Any:
    """Apply a step n times, storing a few states and recomputing the others.

    Parameters
    ----------
    step : callable
        ``step(x)`` or ``step(x, i)`` with the number i of the step, from 0: from a
        state to the next one. It may capture arrays and traced values.
    x : tree of arrays
        The first state.
    n : int
        The number of steps.
    slots : int
        How many states a reverse sweep may store, the first one included; the state at
        hand, and what happens inside one step, come in addition.

    Returns
    -------
    tree of arrays
        ``step(... step(step(x, 0), 1) ..., n - 1)``.

    Raises
    ------
    OptionError
        If ``n`` is negative or there is no slot.
    MutationError
        If a step gives something else when it is computed again.

    Notes
    -----
    The schedule is that of Griewank & Walther (2000, Algorithm 799): with s slots,
    binomial(s + r, s) steps are reversed with each of them computed again at most r
    times, and the total is the least that is possible. The states that are stored are
    those at hand when the values are first computed, so nothing is lost if n is small.

    Steps are computed again by calling ``step``, so Python may decide on values and on
    i. Inside ``compile`` and :func:`hubel.vmap`, where values are not known, the graph
    has the same schedule. A derivative of the gradient is right, and stores every step.

    Examples
    --------
    >>> import numpy as np
    >>> from hubel.transforms import grad
    >>> def settle(k):
    ...     return remat_chain(lambda x: x - 0.1 * k * x, 1.0, 1001, slots=10)
    >>> round(grad(settle)(0.01), 6)
    -36.806312
    """
    n, slots = operator.index(n), operator.index(slots)
    if n < 0 or slots < 1:
        raise OptionError(
            f"a chain of n={n} steps with slots={slots}",
            remedy="n is 0 or more, and slots are 1 or more",
        )
    numbered = _numbered(step)
    traces = traces_around()
    leaves, _ = flatten(x)
    if n == 0 or not (traces or any(isinstance(leaf, Term) for leaf in leaves)):
        for number in range(n):
            x = numbered(x, number)
        return x
    if all_known(traces, leaves):
        return Chain(numbered, n, slots, traces)(x)
    return in_parts(numbered, x, 0, n, slots)


def _numbered(step: Callable[..., Any]) -> Step:
    """Give a step the form that takes its number."""
    try:
        parameters = inspect.signature(step).parameters.values()
    except (ValueError, TypeError):
        return lambda x, _: step(x)
    positional = (
        inspect.Parameter.POSITIONAL_ONLY,
        inspect.Parameter.POSITIONAL_OR_KEYWORD,
    )
    needed = [p for p in parameters if p.kind in positional and p.default is p.empty]
    return step if len(needed) > 1 else lambda x, _: step(x)
