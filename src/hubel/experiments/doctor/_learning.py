"""Learning: a few examples by heart, and more than chance on others."""

from __future__ import annotations

import math
from itertools import repeat

import numpy as np

from hubel.experiments.doctor._case import Array, Case, Pair
from hubel.experiments.doctor._data import fingerprints
from hubel.experiments.doctor._finding import (
    Chart,
    Finding,
    Findings,
    at_most,
    finding,
)
from hubel.experiments.doctor._rates import affordable, best_trial, range_test
from hubel.experiments.doctor._walk import Walk, batches, without_dropout
from hubel.nn import Adam, predict
from hubel.streams import permutation

_BY_HEART, _STEPS, _RATES = 20, 200, (1e-3, 1e-2)
_LEARN, _HOLD, _FEWEST, _BATCH, _WALK = 3000, 1000, 100, 64, 240
_SECONDS = 2.0
_ORDERS = 200


def check_overfit(case: Case) -> Findings:
    """Learn the same few examples by heart, without regularisation."""
    batch = _distinct(case)
    walk = Walk(case, net=without_dropout(case.net), optimizer=Adam(), l2=0.0)
    steps = walk.affordable(batch, _SECONDS, _STEPS, 50)
    runs = [_by_heart(walk, batch, rate, steps) for rate in _RATES]
    best = min(runs, key=lambda losses: losses[-1])
    left = best[-1] / best[0] if best[0] else 0.0
    yield finding(
        f"loss of {len(batch[0])} examples learned by heart, over the initial loss",
        left,
        at_most(left, 0.02, 0.3),
        f"below 0.02 after {steps} steps of Adam without regularisation",
        "A net that cannot learn a few examples by heart has a mistake: look at its "
        "gradients, dead or saturated neurons and labels, or it is too small.",
    )
    yield Chart(
        section=f"{len(batch[0])} examples learned by heart",
        title="Loss",
        prose="The loss over steps on the same examples: it should come to 0.",
        x_label="step",
        lines={"loss": (list(map(float, range(len(best)))), best)},
    )


def _by_heart(walk: Walk, batch: Pair, rate: float, steps: int) -> list[float]:
    """Return the losses on one batch; infinite at the end if it was lost."""
    losses: list[float] = []
    for moment in walk(repeat(batch), [rate] * (steps + 1)):
        losses.append(moment.loss if math.isfinite(moment.loss) else math.inf)
        if moment.loss < 0.002 * losses[0]:
            break
    return losses


def _distinct(case: Case) -> Pair:
    """Return a few examples of which no two are equal: those may contradict."""
    images, labels = case.sample
    prints = fingerprints(images)
    kept = [k for k, p in enumerate(prints) if p not in prints[:k]][:_BY_HEART]
    return images[kept], labels[kept]


def check_held_out(case: Case) -> Findings:
    """Train for a moment, at a rate that works, and ask about other examples."""
    held = min(_HOLD, len(case.images) // 4)
    rows, others = case.rows[held : held + _LEARN], case.rows[:held]
    others = others[_unseen(case, rows, others)]
    if len(case.images) < _FEWEST or len(others) < _FEWEST // 5:
        return
    walk = Walk(case)
    rate = best_trial(case, walk, range_test(case, walk), affordable(case, walk)).rate
    if not math.isfinite(rate):
        yield _learned(math.nan, math.nan, rate)
        return
    count = walk.affordable(next(batches(case, rows, _BATCH)), _SECONDS, _WALK, 40)
    # From half that rate down to 0, so that the last steps settle.
    rates = 0.5 * rate * np.linspace(1, 0, count)
    *_, last = walk(batches(case, rows, _BATCH), rates.tolist())
    if not math.isfinite(last.loss):
        yield _learned(math.nan, math.nan, rate)
        return
    predicted = predict(walk.end(last), case.images[others])
    labels = case.labels[others]
    right = _share(predicted == labels)
    yield _learned(right, surprise(predicted, labels, case.config.seed), rate)


def _unseen(case: Case, rows: Array, others: Array) -> Array:
    """Say which of the others are not equal to an example that is trained on."""
    seen = set(fingerprints(case.images[rows]))
    return np.array([p not in seen for p in fingerprints(case.images[others])], bool)


def surprise(predicted: Array, labels: Array, seed: int) -> float:
    """Say how much oftener predictions are right than with labels in another order.

    In standard deviations over such orders, which account for unequal classes.
    """
    orders = [permutation(len(labels), seed, "doctor null", k) for k in range(_ORDERS)]
    null = np.array([_share(predicted == labels[order]) for order in orders])
    right = _share(predicted == labels)
    return float((right - null.mean()) / max(null.std(), 1e-9))


def _share(right: Array) -> float:
    """Return the share of what is true."""
    return float(np.count_nonzero(right)) / len(right)


def _learned(right: float, deviations: float, rate: float) -> Finding:
    """Judge an accuracy by how much better it is than with labels in another order."""
    return finding(
        "accuracy on examples held out",
        right,
        at_most(-deviations, -3, -2),
        "3 standard deviations above what shuffled labels give (here "
        f"{deviations:.1f})",
        f"A short training (learning rate {rate:.2g}) taught nothing about other "
        "examples: check that images and labels are in the same order (shuffled "
        "labels look like this), then that the net suits the data.",
    )
