"""Round numbers for axes: where they lie, and how they are written."""

from __future__ import annotations

import math
import re
from itertools import pairwise

LARGEST = 1e300
"""Beyond this a difference of two numbers may not be a number any more."""


def ticks(
    low: float, high: float, *, count: int = 5, whole: bool = False
) -> list[float]:
    """Return about `count` round numbers that enclose an interval.

    The first is at most `low` and the last at least `high`; their step is 1, 2 or 5
    times a power of ten, and with `whole` at least 1.

    Examples
    --------
    >>> ticks(0.9, 2.3)
    [0.8, 1.0, 1.2, 1.4, 1.6, 1.8, 2.0, 2.2, 2.4]
    >>> ticks(1, 20, whole=True)
    [0.0, 5.0, 10.0, 15.0, 20.0]
    """
    low, high = _apart(low, high)
    step = _round_step((high - low) / count)
    if whole:
        step = max(step, 1.0)
    # The tolerance keeps 0.3 / 0.1 from being a hair below 3.
    first = math.floor(low / step + 1e-6)
    last = math.ceil(high / step - 1e-6)
    decimals = max(0, -math.floor(math.log10(step) + 1e-6))
    return [round(k * step, decimals) for k in range(first, last + 1)]


def log_ticks(low: float, high: float) -> list[float]:
    """Return round numbers that enclose an interval, for a logarithmic axis.

    Both ends are positive; there are about six numbers between them.

    Examples
    --------
    >>> log_ticks(0.03, 2.5)
    [0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0]
    >>> log_ticks(0.003, 250.0)
    [0.001, 0.01, 0.1, 1.0, 10.0, 100.0, 1000.0]
    """
    first, last = math.floor(math.log10(low)), math.ceil(math.log10(high))
    decades = max(last - first, 1)
    if decades > 3:
        stride = math.ceil(_round_step(decades / 6))
        start = first // stride * stride
        return [float(f"1e{k}") for k in range(start, last + stride, stride)]
    fine = [
        float(f"{m}e{k}") for k in range(first, first + decades + 1) for m in (1, 2, 5)
    ]
    start = max(k for k, tick in enumerate(fine) if tick <= low)
    end = min(k for k, tick in enumerate(fine) if tick >= high)
    return fine[start : max(end, start + 1) + 1]


def tick_labels(values: list[float]) -> list[str]:
    """Write the numbers of an axis, all with the decimals that tell them apart.

    Examples
    --------
    >>> tick_labels([0.9, 1.0, 1.1]), tick_labels([0.0, 50000.0])
    (['0.9', '1.0', '1.1'], ['0', '50,000'])
    >>> tick_labels([1e-7, 2e-7])
    ['1e-7', '2e-7']
    """
    step = min((b - a for a, b in pairwise(values)), default=1.0)
    if max(abs(v) for v in values) < 1e6 and step > 1e-5:
        decimals = max(0, math.ceil(-math.log10(step) - 1e-6))
        return [f"{v:,.{decimals}f}" for v in values]
    return _shortest(values, step)


def log_labels(values: list[float]) -> list[str]:
    """Write the numbers of a log axis, each as short as it is exact.

    Examples
    --------
    >>> log_labels([0.001, 1.0, 2000.0, 1e9])
    ['0.001', '1', '2,000', '1e9']
    """
    return [f"{v:,.10g}" if 1e-4 < v < 1e6 else _exponent(f"{v:.3g}") for v in values]


def _shortest(values: list[float], step: float) -> list[str]:
    """Write numbers with as few digits as keep each within a thousandth of a step."""
    labels: list[str] = []
    for digits in range(1, 18):
        labels = [f"{v:.{digits}g}" for v in values]
        errors = (abs(float(s) - v) for s, v in zip(labels, values, strict=True))
        if max(errors) <= step / 1000:
            break
    return [_exponent(label) for label in labels]


def _exponent(label: str) -> str:
    """Write ``1e+06`` as ``1e6``."""
    return re.sub(r"e\+?(-?)0*", r"e\1", label)


def _round_step(least: float) -> float:
    """Return the nearest of 1, 2, 5 times a power of ten."""
    power = 10.0 ** math.floor(math.log10(least))
    for factor in (1.0, 2.0, 5.0):
        if least <= factor * power * 1.4:
            return factor * power
    return 10.0 * power


def _apart(low: float, high: float) -> tuple[float, float]:
    """Widen an interval that is too narrow to have round numbers in it."""
    size = max(abs(low), abs(high))
    if high - low > 1e-9 * size:
        return low, high
    margin = 0.1 * size or 0.5
    return low - margin, high + margin
