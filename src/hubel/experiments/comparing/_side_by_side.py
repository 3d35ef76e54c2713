"""Small nets of one structure, trained side by side: a plan with an axis of nets."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from hubel.nn import Sequential, softmax_cross_entropy
from hubel.nn._module import roles
from hubel.tracing.tree import flatten, unflatten
from hubel.transforms import descend, vmap

Array = np.ndarray[Any, np.dtype[Any]]


def train_together(
    nets: Sequence[Sequential],
    x: Array,
    labels: Array,
    strengths: Sequence[float],
    *,
    lr: float,
    momentum: float,
    steps: int,
    callback: Callable[[int, float], object],
) -> list[Sequential]:
    """Train nets of one structure, each on its own examples, all in every step.

    The sum of their losses is minimised: a net's gradient of it is that of its own.

    Parameters
    ----------
    nets : sequence of Sequential
    x : float array of shape (nets, n, d)
    labels : int array of shape (nets, n)
    strengths : sequence of float
        Of L2 regularisation, for each net.
    lr, momentum, steps, callback
        As in `hubel.descend`.

    Returns
    -------
    list of Sequential

    Raises
    ------
    TrainingError
        If the sum of the losses stops being finite.
    """
    leaves, trees = zip(*map(flatten, nets), strict=True)
    tree = trees[0]
    decays = [role == "weight" for role in roles(tree)]
    stacked = [np.stack(arrays) for arrays in zip(*leaves, strict=True)]
    l2 = np.array(strengths, stacked[0].dtype)

    def one(params: list[Any], x: Any, labels: Any, l2: Any) -> Any:
        loss = softmax_cross_entropy(unflatten(tree, params)(x), labels)
        pairs = zip(params, decays, strict=True)
        return loss + 0.5 * l2 * sum((w * w).sum() for w, decay in pairs if decay)

    each = vmap(one)

    def together(params: list[Any]) -> Any:
        return each(params, x, labels, l2).sum()

    found = descend(
        together, stacked, lr=lr, momentum=momentum, steps=steps, callback=callback
    )
    return [unflatten(tree, [array[k] for array in found]) for k in range(len(nets))]
