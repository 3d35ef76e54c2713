"""Gradient descent on any function, with the whole loop in native code."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Hashable
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np

from hubel.errors import OptionError, TraceError, TrainingError
from hubel.graph.term import Term
from hubel.tracing.signature import signature
from hubel.tracing.tree import flatten, unflatten
from hubel.transforms.compiled import Compiled
from hubel.transforms.gradients import value_and_grad
from hubel.transforms.repeat import Repeat

SLICE = 0.075
"""Seconds of native code after which Python looks up: for Ctrl-C, and the callback."""


def descend(
    loss: Callable[[Any], Any],
    params: Any,
    *,
    lr: float,
    steps: int,
    momentum: float = 0.0,
    l2: float = 0.0,
    callback: Callable[[int, float], object] | None = None,
) -> Any:
    """Minimise a function by gradient descent, all steps in native code.

    Parameters
    ----------
    loss : callable
        A function of ``params`` alone, written in NumPy, to a scalar. What it captures,
        such as the data, is the same at every step.
    params : tree of arrays
        Where to start: floating-point arrays in containers; they stay as they are.
        Python's floats are float64.
    lr : float
        The learning rate.
    steps : int
        How many steps to take, each on all the data.
    momentum : float
        From 0 (plain descent) up to, not including, 1.
    l2 : float
        Strength of regularisation: ``0.5 * l2 * sum(w**2)`` over *all* leaves of
        ``params`` is added to what is minimised. Where some are not to be regularised,
        write the penalty into ``loss`` instead.
    callback : callable, optional
        Called as ``callback(step, loss)`` some ten times a second, with the number of
        steps taken and the loss before the last of them, without the penalty.

    Returns
    -------
    tree of arrays
        Of the structure, shapes and dtypes of ``params``; fresh arrays.

    Raises
    ------
    OptionError
        If a number is outside its range.
    TrainingError
        If the loss stops being finite; it names the step.
    DifferentiationError
        If a leaf is not of a floating dtype, or the loss no scalar.

    Notes
    -----
    ``v = momentum * v - lr * (gradient + l2 * w)``, then ``w = w + v``, as in
    ``nn.SGD``. The function is traced at each call, which takes some milliseconds. A
    function made by ``hb.compile`` is traced once, together with the arrays that it
    captures. Steps that need a NumPy function without a native form run on NumPy, and
    so does everything where llvmlite is absent.

    Examples
    --------
    The net of eleven lines of CS231n's fourth lecture:

    >>> import numpy as np
    >>> X = np.array([[0, 0, 1], [0, 1, 1], [1, 0, 1], [1, 1, 1.0]])
    >>> y = np.array([[0, 1, 1, 0.0]]).T
    >>> sigmoid = lambda z: 1 / (1 + np.exp(-z))
    >>> def net(syn):
    ...     return sigmoid(sigmoid(X @ syn[0]) @ syn[1])
    >>> def loss(syn):
    ...     return 0.5 * ((y - net(syn)) ** 2).sum()
    >>> rng = np.random.default_rng(1)
    >>> syn = [2 * rng.random((3, 4)) - 1, 2 * rng.random((4, 1)) - 1]
    >>> syn = descend(loss, syn, lr=1.0, steps=60_000)
    >>> net(syn).round(1).ravel()
    array([0., 1., 1., 0.])
    """
    _check(lr, steps, momentum, l2)
    leaves, tree = flatten(params)
    if any(isinstance(leaf, Term) for leaf in leaves):
        raise TraceError(
            "descend was given traced values",
            remedy="call it with arrays, outside of grad, compile and the like",
        )
    key = signature(params, []), bool(momentum), bool(l2)
    repeat = _take(loss, key) or _prepare(loss, leaves, tree, key)
    rates = lr, momentum, l2
    _start(repeat, leaves, rates)
    _run(repeat, steps, callback)
    found = zip(repeat.carried, leaves, strict=False)
    result = unflatten(tree, [_like(array, leaf) for array, leaf in found])
    _give_back(loss, key, repeat)
    return result


def _check(lr: float, steps: int, momentum: float, l2: float) -> None:
    """Refuse numbers outside their ranges."""
    _require("lr", lr, 0 <= lr < math.inf, "at least 0 and finite")
    _require("steps", steps, operator.index(steps) >= 0, "at least 0")
    _require("momentum", momentum, 0 <= momentum < 1, "from 0 up to, not including, 1")
    _require("l2", l2, 0 <= l2 < math.inf, "at least 0 and finite")


def _require(name: str, value: float, good: bool, needed: str) -> None:
    if not good:
        raise OptionError(f"{name} is {value}", remedy=f"Give a number {needed}.")


# The loops of compiled functions, which are made once ---------------------------------

_made: WeakKeyDictionary[Compiled, dict[Hashable, Repeat]] = WeakKeyDictionary()


def _take(loss: Any, key: Hashable) -> Repeat | None:
    """Take a loop that nobody uses; two threads never share its arrays."""
    known = _made.get(loss) if isinstance(loss, Compiled) else None
    return known.pop(key, None) if known else None


def _give_back(loss: Any, key: Hashable, repeat: Repeat) -> None:
    if isinstance(loss, Compiled):
        _made.setdefault(loss, {})[key] = repeat


def _prepare(loss: Any, leaves: list[Any], tree: Any, key: Any) -> Repeat:
    """Trace the step of a function, and make it native."""
    _, has_momentum, has_l2 = key
    both = value_and_grad(loss)

    def step(carried: Any, fixed: Any, rows: Any, entries: Any) -> Any:
        params, velocity = carried
        lr, momentum, l2 = fixed
        value, gradient = both(unflatten(tree, params))
        slopes = [
            np.conj(g) if g.dtype.kind == "c" else g for g in flatten(gradient)[0]
        ]
        if has_l2:
            slopes = [g + l2 * w for g, w in zip(slopes, params, strict=True)]
        moves = [-lr * g for g in slopes]
        if has_momentum:
            pairs = zip(moves, velocity, strict=True)
            velocity = moves = [m + momentum * v for m, v in pairs]
        return ([w + m for w, m in zip(params, moves, strict=True)], velocity), value

    params = [np.array(leaf, order="C") for leaf in leaves]
    velocity = [np.zeros_like(w) for w in params if has_momentum]
    repeat = Repeat(step, (params, velocity), fixed=(0.0, 0.0, 0.0))
    repeat.settle()
    return repeat


def _start(repeat: Repeat, leaves: list[Any], rates: tuple[float, ...]) -> None:
    """Put a loop at the beginning."""
    for array, rate in zip(repeat.fixed, rates, strict=True):
        array[...] = rate
    for array, leaf in zip(repeat.carried, leaves, strict=False):
        array[...] = leaf
    for velocity in repeat.carried[len(leaves) :]:
        velocity[...] = 0


def _run(repeat: Repeat, steps: int, callback: Any) -> None:
    """Take the steps, some at a time."""
    done = 0
    while done < steps:
        count = min(repeat.steps_in(SLICE), steps - done)
        progress = repeat(count)
        done += progress.done
        value = float(progress.collected[0][-1])
        if not math.isfinite(value):
            raise TrainingError(
                f"the loss became {value} in step {done:,} of {steps:,}",
                remedy="Try a learning rate ten times smaller, then less momentum; "
                "check that params and data are finite.",
            )
        if callback is not None:
            callback(done, value)


def _like(array: Any, leaf: Any) -> Any:
    """Return a value in the form of a leaf."""
    if isinstance(leaf, np.ndarray):
        return array.copy()
    return array[()] if isinstance(leaf, np.generic) else array.item()
