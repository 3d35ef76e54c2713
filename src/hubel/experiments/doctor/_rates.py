"""The learning rate: a range test, what it suggests, and what the chosen one does.

The range test is that of Smith 2017, "Cyclical learning rates for training neural
networks", section 3.3, with rates that grow exponentially.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import repeat

import numpy as np

from hubel.experiments.doctor._case import Array, Case
from hubel.experiments.doctor._finding import (
    Chart,
    Finding,
    Findings,
    Verdict,
    finding,
    within,
)
from hubel.experiments.doctor._walk import Moment, Walk, norm
from hubel.nn._step import split

_LOWEST, _HIGHEST, _POINTS = 1e-6, 10.0, 71
_ROWS, _TRIAL = 200, 40
_SECONDS = 2.0
_ORDER: tuple[Verdict, ...] = ("pass", "warn", "fail")


@dataclass(frozen=True, eq=False)
class RangeTest:
    """Losses while the learning rate grows, on the same examples.

    Attributes
    ----------
    rates, losses : list of float
        As far as the loss was finite.
    suggested : float
        Where the smoothed loss falls most steeply over log10 of the rate; never
        applied by itself.
    """

    rates: list[float]
    losses: list[float]
    suggested: float


def suggest_rate(rates: Sequence[float], losses: Sequence[float]) -> float:
    """Return the learning rate at which the loss falls most steeply.

    Parameters
    ----------
    rates, losses : sequence of float
        Of a range test: positive rates that grow, at least 3, and the loss at each.

    Returns
    -------
    float
        One of the rates: where the derivative of the smoothed loss with respect to
        log10 of the rate is least.

    Examples
    --------
    >>> rates = np.logspace(-4, 0, 41)
    >>> losses = 2 - np.tanh(4 * (np.log10(rates) + 2))
    >>> float(suggest_rate(rates, losses)).__round__(4)
    0.01
    """
    x, y = np.log10(np.asarray(rates)), np.asarray(losses, np.float64)
    # Past its least value the loss only grows; smoothed, a divergence would reach back.
    last = max(3, int(np.argmin(y)) + 2)
    x, y = x[:last], y[:last]
    near = np.exp(-0.5 * np.square((x[:, None] - x[None, :]) / 0.25))
    smooth = near @ y / near.sum(axis=1)
    return float(10 ** x[np.argmin(np.gradient(smooth, x))])


def range_test(case: Case, walk: Walk) -> RangeTest:
    """Let the learning rate grow from step to step."""
    rates = np.geomspace(_LOWEST, _HIGHEST, _POINTS)
    batch = case.some(_ROWS)
    losses: list[float] = []
    for moment in walk(repeat(batch), rates.tolist()):
        losses.append(moment.loss)
        if not moment.loss <= 4 * losses[0] + 1:
            break
    # The loss at a step is what the rates before it have done.
    done = min(len(losses) - 1, _POINTS)
    known = [loss if math.isfinite(loss) else 1e30 for loss in losses[1 : done + 1]]
    tried = rates[:done].tolist()
    if done < 3:
        return RangeTest(tried, known, math.nan)
    capped: list[float] = np.minimum(known, 4 * losses[0]).tolist()
    return RangeTest(tried, known, suggest_rate(tried, capped))


def check_rates(case: Case) -> Findings:
    """Compare the learning rate of the settings with what the range test finds."""
    walk = Walk(case)
    test = range_test(case, walk)
    count = walk.affordable(case.some(_ROWS), _SECONDS / 2, _TRIAL, 10)
    trial = list(walk(repeat(case.some(_ROWS)), [case.config.lr] * (count + 1)))
    best = list(walk(repeat(case.some(_ROWS)), [test.suggested] * (count + 1)))
    yield _rate(case, test, trial, best)
    yield from _updates(case, trial)
    if test.rates:
        yield _curve(case, test)


def _curve(case: Case, test: RangeTest) -> Chart:
    """Draw the range test; a loss that diverges is cut off."""
    logs: list[float] = np.log10(test.rates).tolist()
    shown: list[float] = np.minimum(test.losses, 2 * test.losses[0]).tolist()
    return Chart(
        title="Learning-rate range test",
        prose=f"The loss on {len(case.some(_ROWS)[0])} examples while the rate grows. "
        f"It falls most steeply at {test.suggested:.2g}; the settings say "
        f"{case.config.lr:.2g}.",
        x_label="log10 of the learning rate",
        lines={"loss": (logs, shown)},
    )


def _rate(
    case: Case, test: RangeTest, trial: list[Moment], best: list[Moment]
) -> Finding:
    """Say how much of what the suggested rate gains the chosen one gains."""
    start, reached, possible = trial[0].loss, _end(trial), _end(best)
    gain = (start - reached) / (start - possible) if possible < start else math.nan
    lr, suggested = case.config.lr, test.suggested
    times = lr / suggested
    # Above the suggestion a few steps still go well where a whole run does not.
    high = within(times, (0, 8), (0, 30))
    low = within(gain, (0.1, math.inf), (0.02, math.inf))
    lost = times < 0.01 or not reached < start
    worse = high if _ORDER.index(high) > _ORDER.index(low) else low
    verdict: Verdict = "fail" if lost else worse
    if math.isnan(gain):
        advice = "No learning rate lowers the loss: look at the gradients first."
    elif times > 1 or not reached < start:
        advice = f"Too high: the loss goes from {start:.3g} to {reached:.3g}; try "
        advice += f"a third of {suggested:.2g}."
    else:
        advice = f"Too low: in {len(trial) - 1} steps it gains {100 * gain:.2g} % of "
        advice += f"what {suggested:.2g} gains; try a third of that."
    wanted = f"0.01 to 8 times {suggested:.2g}, where the loss falls most steeply"
    return finding("learning rate", lr, verdict, wanted, advice)


def _end(moments: list[Moment]) -> float:
    """Return the loss at the end of some steps, infinite where it is lost."""
    loss = float(np.mean([moment.loss for moment in moments[-3:]]))
    return loss if math.isfinite(loss) else math.inf


def _updates(case: Case, trial: list[Moment]) -> Findings:
    """Compare each layer's updates with its weights (CS231n: about 0.001)."""
    half = trial[len(trial) // 2 :]
    names = list(case.net.parameters())
    kept = [k for k, array in enumerate(split(case.net)[0]) if array.ndim > 1]
    for k in kept:
        ratio = float(np.median([_ratio(m.before[k], m.after[k]) for m in half]))
        yield finding(
            f"update over weight of {names[k]}",
            ratio,
            within(ratio, (1e-5, 0.1), (1e-7, 1)),
            "about 0.001; 1e-05 to 0.1 for the first steps",
            "Updates are too "
            f"{'small' if ratio < 1e-3 else 'large'} for these weights: change the "
            "learning rate, or the scale of this layer's initial weights.",
        )


def _ratio(before: Array, after: Array) -> float:
    return float(np.linalg.norm(after - before)) / norm(before)
