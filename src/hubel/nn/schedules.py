"""Schedules: by what the learning rate is multiplied at each step of training.

Each is a small frozen value; ``schedule(step, total_steps)`` with ``step`` from 0 gives
the multiplier, so that one schedule serves runs of every length.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from hubel.errors import OptionError

Schedule = Callable[[int, int], float]


@dataclass(frozen=True)
class Constant:
    """1 at every step."""

    def __call__(self, step: int, total_steps: int) -> float:
        """Return the multiplier of a step."""
        return 1.0


@dataclass(frozen=True)
class Step:
    """Multiplied by ``factor`` as training passes each of the fractions ``at``.

    Examples
    --------
    >>> [round(Step()(step, 100), 3) for step in (0, 49, 50, 75)]
    [1.0, 1.0, 0.1, 0.01]
    """

    at: tuple[float, ...] = (0.5, 0.75)
    factor: float = 0.1

    def __post_init__(self) -> None:
        """Check the factor."""
        _require_positive("factor", self.factor)

    def __call__(self, step: int, total_steps: int) -> float:
        """Return the multiplier of a step."""
        passed = sum(step >= fraction * total_steps for fraction in self.at)
        return self.factor**passed


@dataclass(frozen=True)
class Exponential:
    """Falls by the same factor at every step, to ``final`` at the end.

    Examples
    --------
    >>> round(Exponential(final=0.01)(50, 100), 3)
    0.1
    """

    final: float = 0.01

    def __post_init__(self) -> None:
        """Check the final value."""
        _require_positive("final", self.final)

    def __call__(self, step: int, total_steps: int) -> float:
        """Return the multiplier of a step."""
        return self.final ** (step / max(1, total_steps))


@dataclass(frozen=True)
class Cosine:
    """Falls like half a cosine, from 1 to ``final`` (Loshchilov & Hutter 2017, eq. 5).

    Examples
    --------
    >>> [round(Cosine()(step, 100), 3) for step in (0, 50, 100)]
    [1.0, 0.5, 0.0]
    """

    final: float = 0.0

    def __call__(self, step: int, total_steps: int) -> float:
        """Return the multiplier of a step."""
        wave = 0.5 * (1 + math.cos(math.pi * min(1.0, step / max(1, total_steps))))
        return self.final + (1 - self.final) * wave


@dataclass(frozen=True)
class OneOverT:
    """1 / (1 + decay * t), where t goes from 0 to 1 over training.

    Examples
    --------
    >>> round(OneOverT(decay=9)(100, 100), 3)
    0.1
    """

    decay: float = 9.0

    def __post_init__(self) -> None:
        """Check the decay."""
        _require_positive("decay", self.decay)

    def __call__(self, step: int, total_steps: int) -> float:
        """Return the multiplier of a step."""
        return 1 / (1 + self.decay * step / max(1, total_steps))


@dataclass(frozen=True)
class Warmup:
    """Rises in a straight line over the first ``fraction``, then follows ``then``.

    Examples
    --------
    >>> [round(Warmup(0.1)(step, 100), 2) for step in (0, 4, 9, 55, 100)]
    [0.1, 0.5, 1.0, 0.5, 0.0]
    """

    fraction: float = 0.05
    then: Schedule = Cosine()

    def __post_init__(self) -> None:
        """Check the fraction."""
        if not 0 <= self.fraction < 1:
            raise OptionError(
                f"a warm-up over a fraction of {self.fraction}",
                remedy="Give a number from 0 up to, not including, 1.",
            )

    def __call__(self, step: int, total_steps: int) -> float:
        """Return the multiplier of a step."""
        length = math.ceil(self.fraction * total_steps)
        if step < length:
            return (step + 1) / length
        return self.then(step - length, total_steps - length)


def _require_positive(name: str, value: float) -> None:
    if not value > 0:
        raise OptionError(f"{name} is {value}", remedy="Give a number above 0.")


SCHEDULES: dict[str, Schedule] = {
    "constant": Constant(),
    "step": Step(),
    "exponential": Exponential(),
    "cosine": Cosine(),
    "one_over_t": OneOverT(),
    "warmup": Warmup(),
}
"""Every schedule by the name that options use."""


def find_schedule(schedule: str | Schedule) -> Schedule:
    """Return the schedule of a name, in which a dash may stand for an underscore."""
    if not isinstance(schedule, str):
        return schedule
    name = schedule.replace("-", "_")
    if name not in SCHEDULES:
        raise OptionError(
            f"there is no schedule {schedule!r}",
            remedy=f"Choose one of {', '.join(SCHEDULES)}.",
        )
    return SCHEDULES[name]
