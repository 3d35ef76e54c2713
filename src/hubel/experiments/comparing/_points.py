"""Settings of the comparison of nets on points in the plane."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from hubel.data import points
from hubel.errors import OptionError
from hubel.nn._activations import find_activation

_MOST = 50
_MOST_POINTS = 10_000


@dataclass(frozen=True, kw_only=True)
class PointSettings:
    """What decides the comparison of capacity and regularisation.

    Parameters
    ----------
    data : str
        The points, as `data.points` calls them; they have two classes.
    count : int
        How many there are to learn from, from 2 to 10,000.
    noise : float
        As in `data.points`.
    units : tuple of int
        Hidden units of the nets, a row of pictures each.
    strengths : tuple of float
        Strengths of L2 regularisation, a column each.
    activation : str
        One of `nn.ACTIVATIONS`.
    steps : int
        Steps of descent, each on all points.
    lr, momentum : float
    seed : int
        The first seed; each draws points and weights.

    Raises
    ------
    OptionError
        If a number is outside its range.
    """

    data: str = "circle"
    count: int = 100
    noise: float = 0.2
    units: tuple[int, ...] = (3, 6, 20)
    strengths: tuple[float, ...] = (0.0, 1e-3, 1e-2, 3e-2)
    activation: str = "tanh"
    steps: int = 10_000
    lr: float = 0.2
    momentum: float = 0.9
    seed: int = 0

    def __post_init__(self) -> None:
        """Refuse what no net could be trained with."""
        points(self.data, 2, noise=self.noise)
        find_activation(self.activation)
        distinct = len({*self.units}) * len({*self.strengths})
        _require("units and strengths", distinct, 1, _MOST)
        _require("count", self.count, 2, _MOST_POINTS)
        _require("steps", self.steps, 1, 10_000_000)
        for name in ("units", "strengths"):
            if len({*getattr(self, name)}) < len(getattr(self, name)):
                raise OptionError(f"{name} has a number twice")
        for units in self.units:
            _require("units", units, 1, 1000)
        for strength in self.strengths:
            _require("strengths", strength, 0, math.inf)
        _require("lr", self.lr, 0, math.inf)
        _require("momentum", self.momentum, 0, math.nextafter(1, 0))


def read_settings(given: Mapping[str, Any]) -> PointSettings:
    """Return settings; lists, as JSON has them, may stand for tuples.

    Raises
    ------
    OptionError
        If there is no such setting, or a number is outside its range.
    """
    known = [field.name for field in fields(PointSettings)]
    if unknown := sorted(set(given) - {*known}):
        raise OptionError(
            f"the comparison of capacity takes no setting {', '.join(unknown)}",
            remedy=f"It takes {', '.join(known)}.",
        )
    values = dict(given)
    for name in ("units", "strengths"):
        if name in values:
            values[name] = tuple(values[name])
    return PointSettings(**values)


def _require(name: str, value: float, least: float, most: float) -> None:
    if not least <= value <= most or value == math.inf:
        raise OptionError(
            f"{name}: {value:g}", remedy=f"Give a number from {least:g} to {most:g}."
        )
