"""Cells to be probed: their fields, what they answer, and what they answer best to."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from hubel.features import complex_cell, gabor, simple_cell
from hubel.playground._stimulus import Stimulus
from hubel.view import data_uri
from hubel.view._filters import shade

Floats = NDArray[np.float64]
SIZE: Final = 32
"""Pixels along each side of a model cell's field."""
BEST_RATE: Final = 100.0
"""Spikes a second with which each cell answers to its best grating."""
ORIENTATIONS: Final = np.arange(12) * math.pi / 12
FREQUENCIES: Final = np.geomspace(0.5, 8.0, 9)
PHASES: Final = np.arange(8) * math.pi / 4
_FAINT: Final = 1e-3
"""A cell of unit length whose best answer is less does not answer to stripes."""


@dataclass(frozen=True, eq=False)
class Cell:
    """One cell.

    Attributes
    ----------
    name, title : str
        How messages call it, and how the page does.
    field : array of shape (h, w) or (h, w, channels)
        What it adds the stimulus up with; of length 1.
    odd : array of the same shape, optional
        The other field of a complex cell, a quarter of a wave beside.
    """

    name: str
    title: str
    field: Floats
    odd: Floats | None = None

    @property
    def best(self) -> Stimulus:
        """The grating of the probe that it answers most to."""
        return self._tried[0]

    @property
    def most(self) -> float:
        """That answer; 0 for a cell that does not answer to grey stripes."""
        return self._tried[1]

    @cached_property
    def _tried(self) -> tuple[Stimulus, float]:
        """Try all gratings of the probe."""
        shown, pictures = probe(max(self.field.shape[:2]))
        answers = self._sums(pictures)
        first = int(answers.argmax())
        most = float(answers[first])
        return shown[first], most if most > _FAINT else 0.0

    def rates(self, stimuli: Iterable[Stimulus]) -> Floats:
        """Return how many spikes a second it answers with to each stimulus."""
        size = max(self.field.shape[:2])
        pictures = np.concatenate([each.image(size) for each in stimuli])
        if not self.most:
            return np.zeros(len(pictures))
        return self._sums(pictures) / self.most * BEST_RATE

    def _sums(self, pictures: Any) -> Floats:
        """Return the answers to square pictures, of which the middle is seen."""
        high, wide = self.field.shape[:2]
        top, left = (pictures.shape[1] - high) // 2, (pictures.shape[2] - wide) // 2
        seen = pictures[:, top : top + high, left : left + wide]
        grey = self.field if self.field.ndim == 2 else self.field.sum(axis=2)
        if self.odd is None:
            return simple_cell(grey, seen)
        return complex_cell(grey, self.odd, seen)

    def as_json(self) -> dict[str, Any]:
        """Return it as a page reads it."""
        return {
            "name": self.name,
            "title": self.title,
            "size": list(self.field.shape[:2]),
            "field": picture(self.field),
            "over": data_uri(_over(self.field)),
            "best": self.best.as_json() if self.most else None,
        }


def model_cells(orientation: float, frequency: float, phase: float) -> list[Cell]:
    """Return the simple and the complex cell of a Gabor function.

    Examples
    --------
    >>> simple, complex_ = model_cells(0.0, 4.0, 0.0)
    >>> turned = Stimulus(orientation=np.pi / 2)
    >>> simple.rates([Stimulus(), Stimulus(phase=np.pi), turned]).round()
    array([100.,   0.,   0.])
    >>> complex_.rates([Stimulus(), Stimulus(phase=np.pi), turned]).round()
    array([100., 100.,   0.])
    """
    even, odd = (
        gabor(SIZE, orientation, SIZE / frequency, phase + quarter)
        for quarter in (0.0, math.pi / 2)
    )
    return [
        Cell("simple", "Simple cell (model)", even),
        Cell("complex", "Complex cell (model)", even, odd),
    ]


def filter_cell(name: str, title: str, weights: Floats) -> Cell:
    """Return the simple cell whose field is a filter (h, w, channels)."""
    return Cell(name, title, weights / (float(np.linalg.norm(weights)) or 1.0))


def picture(weights: Floats) -> str:
    """Return a filter as the address of its picture, grey where it is 0."""
    each = weights if weights.ndim == 3 else weights[..., None]
    return data_uri(shade(each[None], "each")[0])


@lru_cache(maxsize=4)
def probe(size: int) -> tuple[list[Stimulus], Any]:
    """Return every grating that all cells are shown, and their pictures."""
    shown = [
        Stimulus(
            orientation=float(turn),
            frequency=float(waves),
            phase=float(phase),
            speed=0.0,
        )
        for waves in FREQUENCIES
        for turn in ORIENTATIONS
        for phase in PHASES
    ]
    pictures = np.concatenate([each.image(size) for each in shown])
    return shown, pictures.astype(np.float32)


def _over(weights: Floats) -> NDArray[np.uint8]:
    """Paint a field to be laid over a stimulus: blue where light excites."""
    flat = weights if weights.ndim == 2 else weights.sum(axis=2)
    strength = np.abs(flat) / (float(np.abs(flat).max()) or 1.0)
    colors = np.where((flat > 0)[..., None], (29, 120, 220), (224, 100, 20))
    alpha = np.rint(200 * np.sqrt(strength) * (strength > 0.05))
    return np.concatenate([colors, alpha[..., None]], axis=2).astype(np.uint8)
