"""One step of training as a function of flat tuples of arrays."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from hubel.nn._losses import Loss
from hubel.nn._metrics import count_correct
from hubel.nn._module import Array, Module, roles
from hubel.nn._optim import Optimizer
from hubel.tracing.tree import flatten, unflatten
from hubel.transforms.gradients import value_and_grad

Arrays = tuple[Array, ...]
Step = Callable[..., tuple[Arrays, Any, Any, Any]]


def make_step(net: Module, loss: Loss, optimizer: Optimizer, l2: float) -> Step:
    """Write the step of a net, to be compiled.

    Returns
    -------
    callable
        ``step(params, state, fixed, images, targets, lr, key)`` gives ``(params,
        state, loss, correct)``. ``key`` is None without dropout; ``correct`` is None
        where right and wrong mean nothing.
    """
    _, tree = flatten(net)
    kinds = roles(tree)
    decays = [kind == "weight" for kind in kinds if kind != "fixed"]

    def objective(
        params: Arrays, fixed: Arrays, images: Any, targets: Any, key: Any
    ) -> tuple[Any, Any]:
        whole = unflatten(tree, merge(kinds, params, fixed))
        scores = whole(images) if key is None else whole(images, key=key)
        return loss(scores, targets), scores

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
        (value, scores), gradients = differentiated(params, fixed, images, targets, key)
        if l2:
            gradients = tuple(
                g + l2 * w if decay else g
                for g, w, decay in zip(gradients, params, decays, strict=True)
            )
        params, state = optimizer.update(params, gradients, state, lr)
        return params, state, value, count_correct(scores, targets)

    return step


def split(net: Module) -> tuple[Arrays, Arrays]:
    """Return the parameters of a net and its fixed arrays, each in order."""
    leaves, tree = flatten(net)
    kinds = roles(tree)
    params = [x for x, k in zip(leaves, kinds, strict=True) if k != "fixed"]
    fixed = [x for x, k in zip(leaves, kinds, strict=True) if k == "fixed"]
    return tuple(params), tuple(fixed)


def merge(kinds: tuple[str, ...], params: Arrays, fixed: Arrays) -> list[Any]:
    """Put parameters and fixed arrays back into the order of the tree."""
    trained, held = iter(params), iter(fixed)
    return [next(held if kind == "fixed" else trained) for kind in kinds]


def with_parameters(net: Module, params: Arrays) -> Any:
    """Return the net with other parameters."""
    _, tree = flatten(net)
    return unflatten(tree, merge(roles(tree), params, split(net)[1]))


def penalty(net: Module, l2: float) -> float:
    """Return ``0.5 * l2 * sum(W**2)`` over the weights that are trained."""
    leaves, tree = flatten(net)
    total = 0.0
    for array, role in zip(leaves, roles(tree), strict=True):
        if role == "weight":
            total += float(np.square(array).sum())
    return 0.5 * l2 * total
