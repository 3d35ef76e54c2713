"""The start: the loss before learning, its average, regularisation, large scores."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from hubel.experiments.doctor._case import Case, Pair, trained, with_arrays
from hubel.experiments.doctor._finding import (
    Finding,
    Findings,
    Verdict,
    at_most,
    finding,
    within,
)
from hubel.nn import Module
from hubel.nn._step import penalty
from hubel.transforms.gradients import value_and_grad

_SHIFT, _SPREAD = 1000.0, 500.0


def check_start(case: Case) -> Findings:
    """Look at the loss of the net as it was given."""
    loss = float(case.loss(case.scores, case.sample[1]))
    yield _initial(case, loss)
    yield _with_penalty(case, loss)
    yield _rises(case, loss)
    yield _averaged(case, loss)
    yield from _large_scores(case)


def undecided(case: Case) -> tuple[float, str]:
    """Return the loss of scores that are all 0, and what the lecture calls it."""
    value = float(case.loss(np.zeros_like(case.scores), case.sample[1]))
    c = case.classes
    names = {
        "softmax": f"ln C = ln {c} = {value:.4g}",
        "svm": f"C - 1 = {value:.4g}",
        "logistic": f"ln 2 = {value:.4g}",
    }
    plain = f"{value:.4g}, the loss of scores that are all 0"
    name = case.config.loss
    return value, names.get(name, plain) if isinstance(name, str) else plain


def _initial(case: Case, loss: float) -> Finding:
    """Compare with the loss of a net that has no opinion yet."""
    expected, words = undecided(case)
    ratio = loss / expected if expected else math.nan
    verdict = within(ratio, (0.85, 1.15), (0.0, 2.0))
    advice = (
        "The net has an opinion before it has learned: make its last weights smaller, "
        'for instance init="small", and check the scale of the input.'
    )
    if ratio < 0.85:
        advice = (
            "The net is better than chance: if it was trained before, that is why; "
            "examine nn.initialize(net, seed). Else look for labels in the input."
        )
    return finding("initial loss", loss, verdict, f"about {words}", advice)


def _with_penalty(case: Case, loss: float) -> Finding:
    """Weigh the penalty against the loss."""
    added = penalty(case.net, case.config.l2)
    share = added / loss if loss else math.inf
    return finding(
        "initial loss with regularisation",
        loss + added,
        at_most(share, 1, 10) if added else "pass",
        f"{loss:.4g} and a penalty that is not larger",
        "The penalty outweighs the data: make l2 ten times smaller.",
    )


def _rises(case: Case, loss: float) -> Finding:
    """Turn the regularisation up."""
    strong = 1000 * max(case.config.l2, 1e-3)
    rise = loss + penalty(case.net, strong) - loss
    verdict: Verdict = "pass" if rise > 0 else "fail"
    return finding(
        "rise of the loss under 1000 times the regularisation",
        rise,
        verdict,
        "above 0",
        "No penalty follows from the weights: declare them with nn.weight(), not "
        "nn.bias() or nn.fixed(), and check that they are not all 0.",
    )


def _averaged(case: Case, loss: float) -> Finding:
    """Give every example twice, which must not change an average."""
    labels = case.sample[1]
    twice = case.loss(np.concatenate([case.scores] * 2), np.concatenate([labels] * 2))
    ratio = float(twice) / loss if loss else 1.0
    return finding(
        "loss of every example twice, over the loss",
        ratio,
        at_most(abs(ratio - 1), 1e-3, 1e-2),
        "1: the loss is an average over the examples",
        "The loss grows with the batch: divide it by the number of examples, or the "
        "learning rate depends on the batch size (1/N is missing).",
    )


def _large_scores(case: Case) -> Findings:
    """Move all scores up together, then apart, as training may."""
    batch = case.some(20)
    up = _scaled(case, 1.0, _SHIFT)
    value, good = _finite(case, up, batch)
    advice = (
        "exp overflows: subtract the greatest score of each example before taking "
        "exp, or use nn.softmax_cross_entropy."
    )
    verdict: Verdict = "pass" if good else "fail"
    name = f"loss where all scores are {_SHIFT:.0f} higher"
    yield finding(name, value, verdict, "finite, and its gradient too", advice)
    spread = max(float(np.std(case.scores)), 1e-6)
    value, good = _finite(case, _scaled(case, _SPREAD / spread, 0.0), batch)
    advice = "A probability of 0 has no logarithm: take log(softmax) in one piece."
    name = f"loss where scores spread over {_SPREAD:.0f}"
    verdict = "pass" if good else "warn"
    yield finding(name, value, verdict, "finite, and its gradient too", advice)


def _scaled(case: Case, factor: float, shift: float) -> Any:
    """Return the net with its last layer scaled and shifted."""
    changed: dict[str, Any] = {}
    for path, array in list(trained(case.net, "weight").items())[-1:]:
        changed[path] = array * np.asarray(factor, array.dtype)
    for path, array in list(trained(case.net, "bias").items())[-1:]:
        changed[path] = array * np.asarray(factor, array.dtype) + np.asarray(
            shift, array.dtype
        )
    return with_arrays(case.net, changed)


def _finite(case: Case, net: Module, batch: Pair) -> tuple[float, bool]:
    """Return the loss of a net, and whether it and its gradients are finite."""
    images, labels = batch

    def objective(net: Module) -> Any:
        return case.loss(net(images), labels)

    value, gradient = value_and_grad(objective)(net)
    known = [np.isfinite(array).all() for array in trained(gradient).values()]
    return float(value), bool(np.isfinite(value)) and all(known)
