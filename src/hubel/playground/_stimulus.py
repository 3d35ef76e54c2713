"""What the cells' room shows on its screen: one bar or grating, which may move."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass, replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from hubel.features import bar, grating
from hubel.playground._messages import Fields

Floats = NDArray[np.float64]
KINDS: Final = ("grating", "bar")
RANGES: Final = {
    "orientation": (-100.0, 100.0),
    "frequency": (0.25, 16.0),
    "phase": (-1000.0, 1000.0),
    "x": (-1.0, 1.0),
    "y": (-1.0, 1.0),
    "width": (0.01, 1.0),
    "length": (0.02, 3.0),
    "contrast": (-1.0, 1.0),
    "speed": (-4.0, 4.0),
}
"""What each number of a stimulus may be."""
_BEYOND: Final = 0.75
"""How far from the middle a moving bar comes back on the other side."""


@dataclass(frozen=True)
class Stimulus:
    """One picture of the screen; lengths are in widths of the screen.

    Attributes
    ----------
    kind : str
        ``"grating"`` or ``"bar"``.
    orientation : float
        Across the stripes or the bar, in radians; 0 is upright.
    frequency, phase : float
        Of a grating: waves on the screen, radians.
    x, y : float
        Of a bar: its middle, from the middle of the screen to the right and down.
    width, length : float
        Of a bar.
    contrast : float
        Below 0 black comes for white.
    speed : float
        Waves, or widths of the screen, in a second, in the direction of the
        orientation.
    """

    kind: str = "grating"
    orientation: float = 0.0
    frequency: float = 4.0
    phase: float = 0.0
    x: float = 0.0
    y: float = 0.0
    width: float = 0.12
    length: float = 0.8
    contrast: float = 1.0
    speed: float = 1.0

    def image(self, size: int) -> Floats:
        """Draw it on so many pixels a side, as one image (1, size, size).

        Stripes of which a pixel cannot show half a wave are grey.

        Examples
        --------
        >>> Stimulus(frequency=1).image(4)[0, 0].round(2)
        array([-0.71,  0.71,  0.71, -0.71])
        >>> Stimulus(frequency=3).image(4).any()
        np.False_
        """
        if self.kind == "grating":
            seen = self.contrast * (2 * self.frequency <= size)
            options = self.orientation, size / self.frequency, self.phase
            return grating(size, *options, contrast=seen)[None]
        cos, sin = math.cos(self.orientation), math.sin(self.orientation)
        across, along = self.x * cos + self.y * sin, self.y * cos - self.x * sin
        return bar(
            size,
            self.orientation,
            across * size,
            along * size,
            width=self.width * size,
            length=self.length * size,
            contrast=self.contrast,
        )[None]

    def after(self, seconds: float) -> Stimulus:
        """Return it as it has moved."""
        way = self.speed * seconds
        if self.kind == "grating":
            return replace(self, phase=(self.phase - 2 * math.pi * way) % math.tau)
        x = _around(self.x + way * math.cos(self.orientation))
        return replace(self, x=x, y=_around(self.y + way * math.sin(self.orientation)))

    def changed(self, fields: Fields) -> Stimulus:
        """Return it with what a message says."""
        values: dict[str, Any] = {
            name: fields.number(name, *limits)
            for name, limits in RANGES.items()
            if fields.has(name)
        }
        if fields.has("kind"):
            values["kind"] = fields.choice("kind", KINDS)
        return replace(self, **values)

    def as_json(self) -> dict[str, Any]:
        """Return it as a page reads it."""
        return asdict(self)


def _around(place: float) -> float:
    """Let what leaves the screen come back on the other side."""
    return (place + _BEYOND) % (2 * _BEYOND) - _BEYOND
