"""The settings of a search, as one immutable value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

from hubel.errors import OptionError
from hubel.experiments._run import settings_of
from hubel.experiments._settings import TrainSettings
from hubel.experiments.searching._space import DEFAULT, KINDS, Axis, Space, parse

_EPOCHS = 5
"""Enough to tell good settings from bad ones, far fewer than a training takes."""


@dataclass(frozen=True, kw_only=True)
class SearchSettings:
    """Everything that decides what a search finds.

    Parameters
    ----------
    train : TrainSettings
        What all trials have in common; 5 epochs when it does not say how many. Its
        ``threads`` is how many trials are trained at the same time, one on each core
        when left out, and decides no result.
    space : mapping of str to Range or Choice
        What is tried, by the names of settings.
    trials : int
        How many in all.
    rounds : int
        The trials of each round after the first are drawn from the space around the
        best third of those before.
    drop : float
        The share of trials that is given up after an eighth, a quarter and a half of
        the epochs; 0 for none.

    Raises
    ------
    OptionError
        If a number is outside its range, or no setting has such a name.
    """

    train: TrainSettings = field(default_factory=TrainSettings)
    space: Space = field(default_factory=lambda: DEFAULT)
    trials: int = 20
    rounds: int = 2
    drop: float = 0.5

    def __post_init__(self) -> None:
        """Check the numbers."""
        if not 1 <= self.rounds <= self.trials <= 10_000:
            raise OptionError(
                f"{self.trials} trials in {self.rounds} rounds",
                remedy="Give from 1 to 10,000 trials, and at most as many rounds.",
            )
        if not 0 <= self.drop < 1:
            raise OptionError(
                f"drop is {self.drop}", remedy="Give a share from 0 to below 1."
            )
        if not self.space:
            raise OptionError("there is nothing to try", remedy="Give lr=1e-4..1e-1.")
        if unknown := sorted({*self.space} - {*KINDS}):
            raise OptionError(
                f"nothing can be tried of {', '.join(unknown)}",
                remedy=f"Give some of {', '.join(KINDS)}.",
            )

    @property
    def sizes(self) -> list[int]:
        """The number of trials of each round."""
        ends = [self.trials * k // self.rounds for k in range(self.rounds + 1)]
        return [last - first for first, last in pairwise(ends)]

    def of_trial(self, values: Mapping[str, Any]) -> TrainSettings:
        """Return the settings of a trial, which runs on one thread."""
        epochs = self.train.epochs or _EPOCHS
        return replace(self.train, epochs=epochs, threads=1, **values)

    def as_json(self) -> dict[str, Any]:
        """Return this as what JSON can hold."""
        place = self.train.data_dir
        absolute = place and str(Path(place).resolve())
        return {
            "settings": asdict(replace(self.train, data_dir=absolute)),
            "try": [f"{name}={axis}" for name, axis in self.space.items()],
            "trials": self.trials,
            "rounds": self.rounds,
            "drop": self.drop,
        }


def read_settings(path: Path, config: Mapping[str, Any]) -> SearchSettings:
    """Return what `SearchSettings.as_json` wrote into a file.

    Raises
    ------
    RunError, OptionError
        If it is anything else.
    """
    space: dict[str, Axis] = dict(parse(str(text)) for text in config.get("try", ()))
    return SearchSettings(
        train=settings_of(path, config),
        space=space,
        trials=int(config.get("trials", 0)),
        rounds=int(config.get("rounds", 0)),
        drop=float(config.get("drop", 0)),
    )
