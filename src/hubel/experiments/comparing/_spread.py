"""Several seeds of the same thing: mean, spread, and what may be said about them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from hubel.view._written import percent


@dataclass(frozen=True)
class Spread:
    """What the seeds of one row came to.

    Attributes
    ----------
    values : tuple of float
        One for each seed.

    Examples
    --------
    >>> found = Spread((0.5, 0.52, 0.54))
    >>> round(found.mean, 3), round(found.deviation, 3), str(found)
    (0.52, 0.02, '52.0 ± 2.0 %')
    """

    values: tuple[float, ...]

    @property
    def mean(self) -> float:
        """Their mean; NaN where one of them was lost."""
        return float(np.mean(self.values))

    @property
    def deviation(self) -> float:
        """Their standard deviation, with n - 1."""
        return float(np.std(self.values, ddof=1))

    @property
    def known(self) -> bool:
        """Whether none was lost."""
        return math.isfinite(self.mean)

    def __str__(self) -> str:
        if not self.known:
            return "–"
        return f"{100 * self.mean:.1f} ± {100 * self.deviation:.1f} %"


_NAMED = 4
"""So many equal rows are named."""


def spread_of(values: Sequence[float | None]) -> Spread:
    """Return the spread of numbers of which some may have been lost."""
    return Spread(tuple(math.nan if v is None else v for v in values))


def margin(one: Spread, other: Spread, examples: int) -> float:
    """Return what a difference has to be above to say anything.

    It is the sum of both standard deviations, and at least the standard error that the
    number of test examples leaves to an accuracy.
    """
    share = (one.mean + other.mean) / 2
    error = math.sqrt(max(share * (1 - share), 0) / examples)
    return max(one.deviation + other.deviation, error)


def is_above(one: Spread, other: Spread, examples: int) -> bool:
    """Say whether one is better than another by more than `margin`."""
    return one.mean - other.mean > margin(one, other, examples)


def verdict(rows: Mapping[str, Spread], examples: int) -> str:
    """Say which row is the best, or that nobody can say.

    Examples
    --------
    >>> good, bad = Spread((0.6, 0.61, 0.62)), Spread((0.4, 0.41, 0.42))
    >>> verdict({"a net": good, "a line": bad}, 1000)
    'a net is the best: 61.0 %, 20.0 points above a line.'
    >>> verdict({"a net": good, "another": Spread((0.6, 0.62, 0.63))}, 1000)
    'No winner: another and a net differ by less than the spread.'
    """
    known = [name for name in rows if rows[name].known]
    if len(known) < 2:
        return "There are not enough results to compare."
    ordered = sorted(known, key=lambda name: -rows[name].mean)
    first, second = ordered[:2]
    best = rows[first]
    equal = [name for name in ordered if not is_above(best, rows[name], examples)]
    if len(equal) > 1:
        if len(equal) > _NAMED:
            count = f"{len(equal)} of {len(known)}"
            return f"No winner: {count} differ by less than the spread."
        *others, last = equal
        names = f"{', '.join(others)} and {last}"
        return f"No winner: {names} differ by less than the spread."
    above = 100 * (best.mean - rows[second].mean)
    return (
        f"{first} is the best: {percent(best.mean)}, {above:.1f} points above {second}."
    )


RULE = (
    "± is the standard deviation over the seeds. A difference counts where it is above "
    "the sum of the two, and above the standard error of an accuracy on so many test "
    "examples."
)
"""The rule of `margin`, for whoever reads a verdict."""
