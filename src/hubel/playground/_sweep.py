"""Tuning curves, measured one stimulus after the other."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

import numpy as np

from hubel.features import modulation, preference
from hubel.playground._cell import PHASES, Cell
from hubel.playground._stimulus import Stimulus
from hubel.streams import stream

Reply = dict[str, Any]
VALUES: Final = {
    "orientation": np.arange(36) * math.pi / 36,
    "frequency": np.geomspace(0.5, 8.0, 25),
    "phase": np.arange(24) * math.pi / 12,
}
"""What is varied, and the values that it is given."""
_OFFSETS: Final = np.linspace(-0.5, 0.5, 17)


@dataclass
class Sweep:
    """A tuning curve of every cell that is being measured.

    Attributes
    ----------
    vary : str
        A key of `VALUES`.
    shape : Stimulus
        A bar has the width, the length and the contrast of this one; of a grating the
        contrast alone counts.
    seed : int
        Decides how many spikes are counted.
    """

    vary: str
    shape: Stimulus
    seed: int = 0
    rows: list[list[float]] = field(default_factory=list[list[float]])

    @property
    def done(self) -> bool:
        """Whether all has been measured."""
        return len(self.rows) == len(VALUES[self.vary])

    def shown(self, cell: Cell) -> list[Stimulus]:
        """Return what a cell is shown now: its best grating with one value changed.

        Where phase is not what is varied, a grating is shown in all its phases and a
        bar at all its places across; the best answer counts.
        """
        value = float(VALUES[self.vary][len(self.rows)])
        best = replace(cell.best, contrast=self.shape.contrast)
        if self.vary == "phase":
            return [replace(best, phase=value)]
        if self.vary == "orientation" and self.shape.kind == "bar":
            turned = replace(self.shape, orientation=value)
            way = math.cos(value), math.sin(value)
            return [
                replace(turned, x=float(at * way[0]), y=float(at * way[1]))
                for at in _OFFSETS
            ]
        changed = replace(best, **{self.vary: value})
        return [replace(changed, phase=float(phase)) for phase in PHASES]

    def measure(self, cells: Sequence[Cell]) -> list[Reply]:
        """Measure the next value; return it, and what the whole curve says."""
        at = len(self.rows)
        rates = [float(cell.rates(self.shown(cell)).max()) for cell in cells]
        self.rows.append(rates)
        row: Reply = {
            "type": "measured",
            "vary": self.vary,
            "value": float(VALUES[self.vary][at]),
            "rates": [round(rate, 2) for rate in rates],
            "counted": self._counted(at, rates),
        }
        return [row, self._told()] if self.done else [row]

    def _counted(self, at: int, rates: list[float]) -> list[int]:
        """Count the spikes of a second: one in each millisecond, or none."""
        drawn = stream(self.seed, "tuning", list(VALUES).index(self.vary), at)
        chances = np.array(rates)[:, None] / 1000
        return (drawn.random((len(rates), 1000)) < chances).sum(axis=1).tolist()

    def _told(self) -> Reply:
        """Say what the curves come to."""
        answers, values = np.array(self.rows), VALUES[self.vary]
        found: dict[str, Any] = {}
        if self.vary == "orientation":
            turn, selectivity = preference(values, answers)
            found = {"best": _rounded(turn), "selectivity": _rounded(selectivity)}
        elif self.vary == "phase":
            found = {"modulation": _rounded(modulation(answers))}
        else:
            found = {"best": _rounded(values[answers.argmax(axis=0)])}
        return {"type": "tuned", "vary": self.vary, **found}


def _rounded(numbers: Any) -> list[float]:
    return [round(float(each), 4) for each in numbers]
