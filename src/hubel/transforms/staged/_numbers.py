"""Say what a factor is: 2, or the number of examples, or the strength of a penalty."""

from __future__ import annotations

from collections.abc import Container, Mapping
from typing import Any

import numpy as np

ARRAY: Any = np.ndarray
SMALL = (2.0, 3.0, 4.0)


class Numbers:
    """Numbers that a student's factor may be, with where they come from.

    Parameters
    ----------
    named : mapping of str to value
        The arguments of the exercise; their sizes, and the scalars without a gradient,
        are what factors are made of.
    stages : container of str
        What has a gradient.
    """

    def __init__(self, named: Mapping[str, Any], stages: Container[str]) -> None:
        self.known: dict[float, str] = {}
        for name, value in named.items():
            if isinstance(value, ARRAY):
                for axis, length in enumerate(value.shape):
                    self._add(length, f"{name}.shape[{axis}]")
        for name, value in named.items():
            if isinstance(value, ARRAY) and value.ndim > 1:
                self._add(value.size, f"{name}.size")
            elif isinstance(value, float) and value and name not in stages:
                self._add(value, name)

    def _add(self, number: float, name: str) -> None:
        if abs(number) != 1:
            self.known.setdefault(float(abs(number)), name)

    def name(self, factor: float) -> str | None:
        """Return what a number is, such as ``N / 2``; None if it is nothing known."""
        size = abs(factor)
        small = any(_same(size, n) for n in SMALL)
        for times, form in ((1.0, "{}"), (2.0, "2 * {}"), (0.5, "{} / 2")):
            for number, name in self.known.items():
                if _same(size, number * times) and (times == 1 or not small):
                    return form.format(name)
        return None

    def is_nice(self, factor: float) -> bool:
        """Whether a mistake would give this factor, or its inverse."""
        size = abs(factor)
        if not np.isfinite(size) or size == 0:
            return False
        plain = any(_same(size, n) or _same(1 / size, n) for n in (1.0, *SMALL))
        return plain or bool(self.name(size) or self.name(1 / size))

    def times(self, factor: float) -> str:
        """Write by how much something is off, such as ``is 2 times too large``."""
        size = abs(factor)
        sign = " and has the wrong sign" if factor < 0 else ""
        if _same(size, 1.0):
            return "has the wrong sign"
        large = size > 1
        number = size if large else 1 / size
        of = self.name(number)
        if of is None and self.name(1 / number):  # a factor below 1, such as reg
            name, lost = self.name(1 / number), "lacks a" if large else "has a second"
            return f"{lost} factor {name} = {1 / number:.6g}{sign}"
        text = f"is {number:.6g} times too {'large' if large else 'small'}{sign}"
        if of is None:
            return text
        lost = "is missing" if large else "is too many"
        return f"{text} ({number:.6g} = {of}: a division by it {lost})"


def _same(a: float, b: float) -> bool:
    return abs(a - b) <= 1e-6 * max(abs(a), abs(b))
