"""Which loops stay loops of single numbers, so that none is said to become vectors."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

DIVISIONS = frozenset({"floor_divide", "fmod", "remainder"})
"""Primitives that are calls of the system's library."""

ORDERED = frozenset({"fmax", "fmin"})
"""Reductions of floats whose loops LLVM 22, if told to use masks, never leaves."""


class Line(Protocol):
    """A statement of a kernel or of a sweep."""

    @property
    def op(self) -> str:
        """What it does."""
        ...

    @property
    def value(self) -> object:
        """Of a reduction, by what."""
        ...


def is_serial(body: Iterable[Line]) -> bool:
    """Whether a loop over rows with these statements stays a loop."""
    return any(each.op in DIVISIONS or each.value in ORDERED for each in body)
