"""What is said of a gate that made NaN or infinity."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from hubel.errors import NonFiniteError
from hubel.graph.node import describe, spec_of
from hubel.graph.registry import Value
from hubel.graph.source import Line, written
from hubel.graph.term import Term
from hubel.tracing.traced import Traced

KEPT = 1000
"""Findings that are kept."""

REMEDY = (
    "keep what goes in away from there (np.maximum(x, tiny), log-sum-exp, a smaller "
    "learning rate), or do not use the place: np.where"
)

FAULTS = {
    "forward": "{gate} gave {value}",
    "backward": "the derivative of {gate} with respect to argument {position} gave "
    "{value}",
    "tangent": "the derivative of {gate}, in forward mode, gave {value}",
    "sum": "the gradients that reach {gate} add up to {value}",
}


class Range(NamedTuple):
    """One thing that went into a gate.

    Attributes
    ----------
    what : str
        Such as ``argument 0`` or ``upstream gradient``.
    kind : str
        Its dtype and shape, such as ``float64[3, 4]``.
    low, high : number
        Its least and its greatest element; both None if it is empty.
    """

    what: str
    kind: str
    low: Any
    high: Any

    @classmethod
    def of(cls, what: str, value: Value) -> Range:
        """Measure a value; a complex number counts by its size."""
        array = np.asarray(value)
        if array.dtype.kind == "c":
            array = np.abs(array)
        ends = (array.min()[()], array.max()[()]) if array.size else (None, None)
        return cls(what, describe(spec_of(value)), *ends)

    def __str__(self) -> str:
        if self.low is None:
            return f"{self.what}: {self.kind}, empty"
        return f"{self.what}: {self.kind} from {self.low:.6g} to {self.high:.6g}"


@dataclass(frozen=True, slots=True)
class NonFinite:
    """A gate that made NaN or infinity from finite numbers.

    Attributes
    ----------
    gate : str
        The gate's name.
    direction : str
        ``forward`` (its value), ``backward`` (its derivative in a reverse sweep),
        ``tangent`` (its derivative in a forward sweep), or ``sum`` (the gradients of
        all its uses, added up).
    position : int or None
        The argument, for ``backward``.
    value : number
        The first bad element: nan, inf or -inf.
    index : tuple of int
        Where it is.
    count, size : int
        Bad elements, and all elements.
    inputs : tuple of Range
        What went in.
    of : str
        The gate whose derivative this gate is a part of; empty for the user's own.
    where : str
        The user's line; of ``of`` where that is given.
    """

    gate: str
    direction: str
    position: int | None
    value: Any
    index: tuple[int, ...]
    count: int
    size: int
    inputs: tuple[Range, ...]
    of: str
    where: str

    @property
    def problem(self) -> str:
        """What happened, without the line."""
        said = FAULTS[self.direction].format(
            gate=self.gate, value=self.value, position=self.position
        )
        if self.size > 1:
            at = ", ".join(map(str, self.index))
            said += f" at [{at}], in {self.count} of {self.size} elements"
        if self.inputs:
            said += ", from finite numbers"
        part = f", in the derivative of {self.of}" if self.of else ""
        return "\n".join([said + part, *[f"    {each}" for each in self.inputs]])

    def __str__(self) -> str:
        return f"{self.problem}\n  at {self.where}" if self.where else self.problem


class Findings:
    """The gates that made NaN or infinity while a context watched.

    Attributes
    ----------
    report : tuple of NonFinite
        In the order in which they were found; the first thousand.
    count : int
        How many there were.
    """

    def __init__(self, raises: bool) -> None:
        self._raises = raises
        self._found: list[NonFinite] = []
        self.count = 0

    @property
    def report(self) -> tuple[NonFinite, ...]:
        """What was found so far."""
        return tuple(self._found)

    def note(self, finding: NonFinite) -> None:
        """Keep a finding, and raise it if that is wanted."""
        self.count += 1
        if len(self._found) < KEPT:
            self._found.append(finding)
        if self._raises:
            raise NonFiniteError(finding.problem, remedy=REMEDY, where=finding.where)

    def __str__(self) -> str:
        return "\n".join(map(str, self._found)) or "every gate gave finite numbers"


def blame(
    gate: str,
    direction: str,
    value: Value,
    inputs: tuple[Range, ...],
    position: int | None,
    of: str,
    line: Line | None,
) -> NonFinite:
    """Make a finding of a value that is not finite."""
    array = np.asarray(value)
    wrong = ~np.isfinite(array)
    index = tuple(int(i) for i in np.argwhere(wrong)[0])
    return NonFinite(
        gate,
        direction,
        position,
        array[index].item(),
        index,
        int(wrong.sum()),
        array.size,
        inputs,
        of,
        written(line),
    )


def concrete(value: Value) -> Value | None:
    """Return the numbers behind a traced value; None where they are not known."""
    while isinstance(value, Traced):
        value = value.value
    return None if isinstance(value, Term) else value


def bad(value: Value | None) -> bool:
    """Whether numbers are known and one of them is NaN or infinite."""
    if value is None or isinstance(value, Term):
        return False
    dtype = getattr(value, "dtype", None)
    if dtype is None:
        return isinstance(value, float | complex) and not np.isfinite(value)
    return dtype.kind in "fc" and not np.isfinite(value).all()
