"""What a search tries: for each setting a range, or some values to choose from."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hubel.errors import OptionError
from hubel.nn import ACTIVATIONS, OPTIMIZERS
from hubel.nn.schedules import SCHEDULES
from hubel.streams import stream

_MARGIN = 0.5
"""A narrowed range reaches beyond its best values by so much of their mean distance."""

_MOST_VALUES = 100


@dataclass(frozen=True)
class Range:
    """Numbers between two ends.

    Parameters
    ----------
    low, high : float
        The ends, low below high.
    log : bool
        Whether equal ratios are equally likely, instead of equal differences.

    Raises
    ------
    OptionError
        If low is above high, or the range is one of ratios and does not begin above 0.
    """

    low: float
    high: float
    log: bool = True

    def __post_init__(self) -> None:
        """Check the ends."""
        if not (self.low <= self.high < math.inf and (self.low > 0 or not self.log)):
            raise OptionError(
                f"a range from {self.low!r} to {self.high!r}",
                remedy="Give the lower end first, above 0 unless log=False.",
            )

    def at(self, share: float) -> float:
        """Return the number at a share of the way, with three digits.

        Examples
        --------
        >>> Range(1e-4, 1e-1).at(0.5)
        0.00316
        """
        low, high = self._place(self.low), self._place(self.high)
        there = low + share * (high - low)
        value = float(f"{10**there if self.log else there:.3g}")
        return min(max(value, self.low), self.high)

    def narrowed(self, good: Sequence[float]) -> Range:
        """Return the part of the range around good values.

        Examples
        --------
        >>> Range(0.0, 1.0, log=False).narrowed([0.5, 0.7])
        Range(low=0.4, high=0.8, log=False)
        """
        first, last = self._place(min(good)), self._place(max(good))
        whole = self._place(self.high) - self._place(self.low)
        step = (last - first) / (len(good) - 1) if last > first else whole / 4
        ends = (first - _MARGIN * step, last + _MARGIN * step)
        low, high = (float(f"{10**e if self.log else e:.3g}") for e in ends)
        # Three digits may come to lie beyond both ends.
        low = min(max(low, self.low), self.high)
        return Range(low, max(low, min(high, self.high)), self.log)

    def _place(self, value: float) -> float:
        return math.log10(value) if self.log else value

    def __str__(self) -> str:
        return f"{self.low!r}..{self.high!r}"


@dataclass(frozen=True)
class Choice:
    """Some values, each as likely as the others."""

    values: tuple[Any, ...]

    def __post_init__(self) -> None:
        """Check that there is one."""
        if not self.values:
            raise OptionError("a choice of no values", remedy="Give at least one.")

    def at(self, share: float) -> Any:
        """Return the value at a share of the way."""
        return self.values[min(int(share * len(self.values)), len(self.values) - 1)]

    def narrowed(self, good: Sequence[Any]) -> Choice:
        """Return the values that are among the good ones."""
        return Choice(tuple(value for value in self.values if value in good))

    def __str__(self) -> str:
        return ",".join(_written(value) for value in self.values)


Axis = Range | Choice
Space = Mapping[str, Axis]


@dataclass(frozen=True)
class _Kind:
    """How a setting is read from text, and which numbers it may be.

    Attributes
    ----------
    read : callable
        From the text of one value; raises `ValueError`.
    needed : str
        What a value is, for people.
    scale : str
        ``"log"`` or ``"linear"`` where ranges make sense, otherwise empty.
    """

    read: Callable[[str], Any]
    needed: str
    scale: str = ""


def parse(text: str) -> tuple[str, Axis]:
    """Return the setting that a text names, and what it says to try.

    Parameters
    ----------
    text : str
        ``NAME=LOW..HIGH`` or ``NAME=VALUE,VALUE,...``. The neurons of several hidden
        layers are joined by hyphens: ``hidden=50,100,200-100,none``.

    Raises
    ------
    OptionError
        If there is no such setting, or a value is not one that it can have.

    Examples
    --------
    >>> parse("lr=1e-4..1e-1")
    ('lr', Range(low=0.0001, high=0.1, log=True))
    >>> parse("hidden=50,200-100,none")
    ('hidden', Choice(values=((50,), (200, 100), ())))
    """
    word, equals, rest = (part.strip() for part in text.partition("="))
    name = word.replace("-", "_")
    if not equals or name not in KINDS:
        raise OptionError(
            f"{text!r} does not say what to try",
            remedy="Write NAME=LOW..HIGH or NAME=VALUE,VALUE,... with one of the names "
            f"{', '.join(KINDS)}.",
        )
    kind = KINDS[name]
    low, dots, high = rest.partition("..")
    try:
        if dots:
            return name, _range(kind, kind.read(low), kind.read(high))
        return name, _choice([kind.read(part.strip()) for part in rest.split(",")])
    except ValueError as error:
        raise OptionError(
            f"{text!r}: {error}", remedy=f"Give {name} {kind.needed}."
        ) from None


def draw(space: Space, seed: int, trial: int) -> dict[str, Any]:
    """Return the settings of a trial, which depend on no other trial.

    Examples
    --------
    >>> space = dict([parse("lr=1e-4..1e-1"), parse("batch-size=32,64")])
    >>> draw(space, 0, 1) == draw(space, 0, 1), sorted(draw(space, 0, 1))
    (True, ['batch_size', 'lr'])
    """
    return {
        name: axis.at(float(stream(seed, f"search {name}", trial).random()))
        for name, axis in space.items()
    }


def narrow(space: Space, good: Sequence[Mapping[str, Any]]) -> dict[str, Axis]:
    """Return the part of a space around the settings of good trials."""
    return {
        name: axis.narrowed([values[name] for values in good])
        for name, axis in space.items()
    }


def _range(kind: _Kind, low: float, high: float) -> Range:
    if not kind.scale:
        raise ValueError("has no range: name the values to choose from")
    if not low < high:
        raise ValueError(f"{low!r} is not below {high!r}")
    if kind.scale == "log" and low <= 0:
        raise ValueError("a range over powers of ten begins above 0")
    return Range(low, high, kind.scale == "log")


def _choice(values: list[Any]) -> Choice:
    if len(values) > _MOST_VALUES or len(set(values)) < len(values):
        raise ValueError(f"needed are up to {_MOST_VALUES} different values")
    return Choice(tuple(values))


def _number(least: float, below: float = math.inf) -> Callable[[str], float]:
    """Return a reader of numbers from `least` up to, not including, `below`."""

    def read(text: str) -> float:
        value = float(text)
        if not least <= value < below:
            raise ValueError(f"{text.strip()} is out of range")
        return value

    return read


def _whole(text: str) -> int:
    if not text.isdecimal() or not 1 <= len(text) <= 9 or int(text) < 1:
        raise ValueError(f"{text!r} is not a whole number from 1")
    return int(text)


def _widths(text: str) -> tuple[int, ...]:
    if text.lower() == "none":
        return ()
    return tuple(_whole(part) for part in text.split("-"))


def _one_of(names: Sequence[str]) -> _Kind:
    """Return the kind of a setting that has a name."""

    def read(text: str) -> str:
        name = text.replace("-", "_")
        if name not in names:
            raise ValueError(f"there is no {text!r}")
        return name

    return _Kind(read, f"some of {', '.join(names)}")


KINDS: dict[str, _Kind] = {
    "lr": _Kind(_number(1e-300), "numbers above 0, or a range of them", "log"),
    "l2": _Kind(_number(0), "numbers from 0, or a range above 0", "log"),
    "momentum": _Kind(_number(0, 1), "numbers from 0 to below 1", "linear"),
    "dropout": _Kind(_number(0, 1), "numbers from 0 to below 1", "linear"),
    "hidden": _Kind(_widths, "numbers of neurons, such as 50,100,200-100,none"),
    "batch_size": _Kind(_whole, "whole numbers from 1"),
    "activation": _one_of(tuple(ACTIVATIONS)),
    "optimizer": _one_of(OPTIMIZERS),
    "loss": _one_of(("softmax", "svm")),
    "schedule": _one_of(tuple(SCHEDULES)),
}
"""Every setting that can be tried."""

DEFAULT: dict[str, Axis] = dict(map(parse, ("lr=1e-4..1e-1", "l2=1e-6..1")))
"""What is tried when nothing is said: the lecture's two most important settings."""


def _written(value: Any) -> str:
    """Write a value as `parse` reads it."""
    if isinstance(value, tuple):
        return "-".join(map(str, value)) or "none"  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType]
    return value if isinstance(value, str) else repr(value)
