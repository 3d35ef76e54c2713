"""The comparisons by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from hubel.errors import OptionError
from hubel.experiments.comparing._activations import Activations
from hubel.experiments.comparing._capacity import Capacity
from hubel.experiments.comparing._experiment import Experiment
from hubel.experiments.comparing._features import Features
from hubel.experiments.comparing._layers import Layers

STUDIES: dict[str, Callable[[int, Mapping[str, Any]], Experiment]] = {
    "layers": Layers,
    "activations": Activations,
    "capacity": Capacity,
    "features": Features,
}
"""What makes each of them, from how many seeds and which settings."""


def make(study: str, seeds: int, settings: Mapping[str, Any]) -> Experiment:
    """Return a comparison.

    Raises
    ------
    OptionError
        If there is none of that name, or fewer than three seeds.
    """
    if study not in STUDIES:
        raise OptionError(
            f"there is no comparison {study!r}",
            remedy=f"Choose one of {', '.join(STUDIES)}.",
        )
    if not 3 <= seeds <= 100:
        raise OptionError(
            f"{seeds} seeds",
            remedy="Give from 3 to 100: fewer show no spread.",
        )
    return STUDIES[study](seeds, settings)
