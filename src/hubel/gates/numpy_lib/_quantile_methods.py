"""Where a quantile lies among sorted elements: the 13 methods of NumPy.

The first nine are numbered in Hyndman and Fan, Sample Quantiles in Statistical
Packages, The American Statistician 50 (1996), page 361.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from hubel.errors import OptionError
from hubel.gates._where import where
from hubel.graph.registry import Value

Place = Callable[[Value, Value], Value]


def _between(alpha: float, beta: float) -> Place:
    """Give the place among n elements; alpha and beta are Hyndman and Fan's."""
    return lambda n, q: n * q + (alpha + q * (1 - alpha - beta)) - 1


CONTINUOUS: dict[str, Place] = {
    "interpolated_inverted_cdf": _between(0, 1),
    "hazen": _between(0.5, 0.5),
    "weibull": _between(0, 0),
    "linear": lambda n, q: (n - 1) * q,
    "median_unbiased": _between(1 / 3, 1 / 3),
    "normal_unbiased": _between(3 / 8, 3 / 8),
}
"""Places between two elements, which are interpolated."""

DISCRETE: dict[str, Place] = {
    "inverted_cdf": lambda n, q: np.ceil(n * q - 1),
    "closest_observation": lambda n, q: _closest(n * q - 1.5),
    "lower": lambda n, q: np.floor((n - 1) * q),
    "higher": lambda n, q: np.ceil((n - 1) * q),
    "nearest": lambda n, q: np.rint((n - 1) * q),
}
"""Places of one element."""

HALVED: dict[str, Place] = {
    "averaged_inverted_cdf": lambda n, q: n * q - 1,
    "midpoint": lambda n, q: (n - 1) * q,
}
"""Places at which two elements may count half each."""


def _closest(place: Value) -> Value:
    """Round up, but stay where a place is a whole number and odd."""
    below = np.floor(place)
    stays = np.logical_and(np.equal(place, below), np.equal(below % 2, 1))
    return where(stays, below, below + 1)


def neighbours(method: str, n: Value, q: Value) -> tuple[Value, Value]:
    """Give the rank below (a whole number, not yet in bounds) and the weight above."""
    if method in DISCRETE:
        return DISCRETE[method](n, q), 0.0
    if method in CONTINUOUS:
        place = CONTINUOUS[method](n, q)
        below = np.floor(place)
        return below, place - below
    if method not in HALVED:
        known = sorted([*DISCRETE, *CONTINUOUS, *HALVED])
        raise OptionError(
            f"{method=} of a quantile", remedy=f"use one of {', '.join(known)}"
        )
    place = HALVED[method](n, q)
    below = np.floor(place)
    whole = np.equal(place, below)
    if method == "midpoint":
        return below, np.where(whole, 0.0, 0.5)
    return below, np.where(whole, 0.5, 1.0)
