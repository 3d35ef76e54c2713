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
    steepest : float
        The rate at which the smoothed loss falls most steeply over log10 of the rate.
    """

    rates: list[float]
    losses: list[float]
    steepest: float


@dataclass(frozen=True, eq=False)
class Trial:
    """A few steps at one learning rate."""

    rate: float
    moments: list[Moment]

    @property
    def start(self) -> float:
        """The loss before the first step."""
        return self.moments[0].loss

    @property
    def end(self) -> float:
        """The loss at the end, infinite where it is lost."""
        loss = float(np.mean([moment.loss for moment in self.moments[-3:]]))
        return loss if math.isfinite(loss) else math.inf


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


def attempt(case: Case, walk: Walk, rate: float, steps: int) -> Trial:
    """Take a few steps on the same examples."""
    return Trial(rate, list(walk(repeat(case.some(_ROWS)), [rate] * (steps + 1))))


def best_trial(case: Case, walk: Walk, test: RangeTest, steps: int) -> Trial:
    """Try the steepest rate and two lower ones; a rate that only grows flatters.

    In a range test each rate has one step, after gentler ones: some that look good
    there diverge when they are kept.
    """
    rates = [test.steepest / part for part in (1, 3, 10)]
    trials = [attempt(case, walk, rate, steps) for rate in rates]
    return min(trials, key=lambda trial: trial.end)


def affordable(case: Case, walk: Walk) -> int:
    """Return how many steps a trial may have."""
    return walk.affordable(case.some(_ROWS), _SECONDS / 4, _TRIAL, 10)


def check_rates(case: Case) -> Findings:
    """Compare the learning rate of the settings with what the range test finds."""
    walk = Walk(case)
    test, steps = range_test(case, walk), affordable(case, walk)
    best = best_trial(case, walk, test, steps)
    own = attempt(case, walk, case.config.lr, steps)
    yield _rate(own, best)
    yield from _updates(case, own.moments)
    if test.rates:
        yield _curve(case, test)


def _curve(case: Case, test: RangeTest) -> Chart:
    """Draw the range test; a loss that diverges is cut off."""
    logs: list[float] = np.log10(test.rates).tolist()
    shown: list[float] = np.minimum(test.losses, 2 * test.losses[0]).tolist()
    return Chart(
        section="Learning-rate range test",
        title="Loss",
        prose=f"The loss on {len(case.some(_ROWS)[0])} examples while the rate grows. "
        f"It falls most steeply at {test.steepest:.2g}; the settings say "
        f"{case.config.lr:.2g}.",
        x_label="log10 of the learning rate",
        lines={"loss": (logs, shown)},
    )


def _rate(own: Trial, best: Trial) -> Finding:
    """Say how much of what the best rate gains the chosen one gains."""
    start = own.start
    gain = (start - own.end) / (start - best.end) if best.end < start else math.nan
    times = own.rate / best.rate
    # Above the best a few steps may still go well where a whole run does not.
    high, low = within(times, (0, 10), (0, 30)), within(gain, (0.1, 1e9), (0.02, 1e9))
    worse = high if _ORDER.index(high) > _ORDER.index(low) else low
    lost = times < 0.01 or not own.end < start
    if math.isnan(gain):
        advice = "No learning rate lowers the loss: look at the gradients first."
    elif times > 1 or not own.end < start:
        advice = f"Too high: the loss goes from {start:.3g} to {own.end:.3g}; try "
        advice += f"{best.rate:.2g}."
    else:
        advice = f"Too low: in {len(own.moments) - 1} steps it gains {100 * gain:.2g} "
        advice += f"% of what {best.rate:.2g} gains; try that."
    wanted = f"0.01 to 10 times {best.rate:.2g}, the best of the rates tried"
    return finding("learning rate", own.rate, "fail" if lost else worse, wanted, advice)


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
