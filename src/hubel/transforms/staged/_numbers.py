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

    def name(self, number: float) -> str | None:
        """Return what a number is, such as ``X.shape[0]``; None if nothing known."""
        return self._form(number, 1.0, "{}")

    def _form(self, number: float, times: float, form: str) -> str | None:
        for known, name in self.known.items():
            if _same(abs(number), known * times):
                return form.format(name)
        return None

    def _related(self, number: float) -> str | None:
        """Return what a number is twice or half of."""
        if not _same(number, round(number)) or any(_same(number, n) for n in SMALL):
            return None
        twice = self._form(number, 2.0, "2 * {}")
        return twice or self._form(number, 0.5, "{} / 2")

    def is_nice(self, factor: float) -> bool:
        """Whether a mistake would give this factor, or its inverse."""
        size = abs(factor)
        if not np.isfinite(size) or size == 0:
            return False
        if any(_same(size, n) or _same(1 / size, n) for n in (1.0, *SMALL)):
            return True
        both = (size, 1 / size)
        return any(self.name(n) or self._related(n) for n in both)

    def times(self, factor: float) -> str:
        """Write by how much something is off, such as ``is 2 times too large``."""
        size = abs(factor)
        sign = " and has the wrong sign" if factor < 0 else ""
        if _same(size, 1.0):
            return "has the wrong sign"
        large = size > 1
        number = size if large else 1 / size
        of, inverse = self.name(number), self.name(1 / number)
        if of is None and inverse is not None:  # a factor below 1, such as reg
            lost = "lacks a" if large else "has a second"
            return f"{lost} factor {inverse} = {1 / number:.6g}{sign}"
        of = of or self._related(number)
        text = f"is {number:.6g} times too {'large' if large else 'small'}{sign}"
        if of is None:
            return text
        lost = "is missing" if large else "is too many"
        return f"{text} ({number:.6g} = {of}: a division by it {lost})"


def _same(a: float, b: float) -> bool:
    return abs(a - b) <= 1e-6 * max(abs(a), abs(b))
