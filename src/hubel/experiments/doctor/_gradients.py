"""The gradient of each parameter against central differences, in float64."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from hubel.experiments.doctor._case import Array, Case, trained, with_arrays
from hubel.experiments.doctor._finding import Finding, Findings, at_most, finding
from hubel.nn import Module
from hubel.streams import stream
from hubel.tracing.tree import map_leaves
from hubel.transforms.gradients import value_and_grad

_EXAMPLES = 7
"""Few, so that hardly any lies within a step of a kink; and a number to recognise."""
_STEPS = (1e-4, 1e-5, 1e-6)
"""The best of three: a large step may cross a kink, a small one rounds."""
_DIRECTIONS = 2
_NEGLIGIBLE = 1e-7
"""A derivative below this is compared with it; differences are not more exact."""

Objective = Callable[[Any], Any]


def check_gradients(case: Case) -> Findings:
    """Check each parameter along its gradient and along random directions."""
    images, labels = case.some(_EXAMPLES)
    net = map_leaves(_double, case.net)

    def objective(net: Module) -> Any:
        return case.loss(net(images), labels)

    _, gradient = value_and_grad(objective)(net)
    arrays, gradients = trained(net), trained(gradient)
    for k, (path, array) in enumerate(arrays.items()):

        def along(change: Array, path: str = path, array: Array = array) -> float:
            return float(objective(with_arrays(net, {path: array + change})))

        g = gradients[path]
        random = stream(case.config.seed, "doctor gradient", k)
        directions = [g, *random.standard_normal((_DIRECTIONS, *array.shape))]
        pairs = [_compare(along, g, d) for d in directions if np.any(d)]
        yield _judge(path, pairs, len(images))


def _double(array: Array) -> Array:
    return array.astype(np.float64) if array.dtype.kind == "f" else np.array(array)


def _compare(
    along: Callable[[Array], float], gradient: Array, direction: Array
) -> tuple[float, float]:
    """Return the derivative along a direction by the gradient and by differences."""
    unit = direction / np.linalg.norm(direction)
    exact = float(np.sum(gradient * unit))
    central = [(along(h * unit) - along(-h * unit)) / (2 * h) for h in _STEPS]
    return exact, min(central, key=lambda slope: _error(exact, slope))


def _error(a: float, b: float) -> float:
    """Return the relative error of two derivatives; NaN is infinitely wrong."""
    error = abs(a - b) / max(abs(a), abs(b), _NEGLIGIBLE)
    return error if math.isfinite(error) else math.inf


def _judge(path: str, pairs: list[tuple[float, float]], examples: int) -> Finding:
    """Say how wrong the worst direction is, and in what way."""
    worst = max(pairs, key=lambda pair: _error(*pair))
    error = _error(*worst)
    return finding(
        f"gradient of {path}",
        error,
        at_most(error, 1e-5, 1e-3),
        "a relative error of at most 1e-05 to central differences",
        f"{_way(*worst, examples)}; hb.check_grads on each gate of your own finds "
        "which one. A value between 1e-05 and 1e-03 may be a kink.",
    )


def _way(exact: float, central: float, examples: int) -> str:
    """Say in which way a derivative is wrong."""
    ratio = exact / central if central else math.nan
    if math.isclose(ratio, -1, rel_tol=1e-3):
        return "The gradient has the wrong sign"
    for factor, words in ((examples, "times too large"), (1 / examples, "of it")):
        if math.isclose(ratio, factor, rel_tol=1e-3):
            return (
                f"The gradient is {factor:.3g} {words}, and there were {examples} "
                "examples: a division by their number is missing or doubled (1/N)"
            )
    return f"The gradient gives {exact:.4g} where differences give {central:.4g}"
