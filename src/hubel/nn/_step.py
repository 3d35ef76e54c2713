"""One step of training as a function of flat tuples of arrays."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from hubel.nn._losses import Loss
from hubel.nn._metrics import count_correct
from hubel.nn._module import TRAINED, Array, Module, roles
from hubel.nn._optim import Optimizer
from hubel.nn._statistics import opened
from hubel.tracing.tree import flatten, unflatten
from hubel.transforms.gradients import value_and_grad

Arrays = tuple[Array, ...]
Step = Callable[..., tuple[Arrays, Any, Any, Any]]


class Carried(NamedTuple):
    """The state of steps on a net with statistics, such as batch normalisation's."""

    optimizer: Any
    statistics: Arrays


def first_state(net: Module, optimizer: Optimizer) -> Any:
    """Return what steps on a net carry besides its parameters, before the first.

    It is the state of the optimiser, and with it the statistics if there are any.
    """
    state, statistics = optimizer.init(split(net)[0]), arrays_of(net, "statistic")
    return Carried(state, statistics) if statistics else state


def make_step(net: Module, loss: Loss, optimizer: Optimizer, l2: float) -> Step:
    """Write the step of a net, to be compiled.

    Returns
    -------
    callable
        ``step(params, state, fixed, images, targets, lr, key)`` gives ``(params,
        state, loss, correct)``; the state is that of `first_state`. ``key`` is None
        where no layer asks for one; ``correct`` is None where right and wrong mean
        nothing.
    """
    _, tree = flatten(net)
    kinds = roles(tree)
    decays = [kind == "weight" for kind in kinds if kind in TRAINED]
    carries = "statistic" in kinds

    def objective(
        params: Arrays, fixed: Arrays, statistics: Arrays, images: Any, *rest: Any
    ) -> tuple[Any, Any]:
        targets, key = rest
        whole = unflatten(tree, merge(kinds, params, fixed, statistics))
        with opened(statistics) as ledger:
            scores = whole(images) if key is None else whole(images, key=key)
        return loss(scores, targets), (scores, ledger.read())

    differentiated = value_and_grad(objective, has_aux=True)

    def step(
        params: Arrays,
        state: Any,
        fixed: Arrays,
        images: Any,
        targets: Any,
        lr: float,
        key: Any,
    ) -> tuple[Arrays, Any, Any, Any]:
        inner, statistics = state if carries else (state, ())
        (value, (scores, statistics)), gradients = differentiated(
            params, fixed, statistics, images, targets, key
        )
        if l2:
            gradients = tuple(
                g + l2 * w if decay else g
                for g, w, decay in zip(gradients, params, decays, strict=True)
            )
        params, inner = optimizer.update(params, gradients, inner, lr)
        state = Carried(inner, statistics) if carries else inner
        return params, state, value, count_correct(scores, targets)

    return step


def split(net: Module) -> tuple[Arrays, Arrays]:
    """Return the parameters of a net and its fixed arrays, each in order."""
    return arrays_of(net, *TRAINED), arrays_of(net, "fixed")


def arrays_of(net: Module, *kinds: str) -> Arrays:
    """Return the arrays of a net that have one of some roles, in order."""
    leaves, tree = flatten(net)
    return tuple(x for x, k in zip(leaves, roles(tree), strict=True) if k in kinds)


def merge(
    kinds: tuple[str, ...], params: Arrays, fixed: Arrays, statistics: Arrays
) -> list[Any]:
    """Put arrays back into the order of the tree."""
    given = {"fixed": iter(fixed), "statistic": iter(statistics)}
    trained = iter(params)
    return [next(given.get(kind, trained)) for kind in kinds]


def with_parameters(net: Module, params: Arrays, state: Any = None) -> Any:
    """Return the net with other parameters, and the statistics of a state."""
    _, tree = flatten(net)
    if isinstance(state, Carried):
        statistics = state.statistics
    else:
        statistics = arrays_of(net, "statistic")
    return unflatten(tree, merge(roles(tree), params, split(net)[1], statistics))


def penalty(net: Module, l2: float) -> float:
    """Return ``0.5 * l2 * sum(W**2)`` over the weights that are trained."""
    leaves, tree = flatten(net)
    total = 0.0
    for array, role in zip(leaves, roles(tree), strict=True):
        if role == "weight":
            total += float(np.square(array).sum())
    return 0.5 * l2 * total
