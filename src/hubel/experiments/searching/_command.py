"""From a trial to the words that train the same net again."""

from __future__ import annotations

import shlex
from dataclasses import fields
from typing import Any

from hubel.experiments._settings import TrainSettings
from hubel.experiments._sources import FOLDER


def train_command(settings: TrainSettings) -> str:
    """Return the `hubel train` command with these settings.

    Examples
    --------
    >>> train_command(TrainSettings(hidden=(50, 20), lr=0.01, threads=1))
    'hubel train --hidden 50,20 --lr 0.01 --threads 1'
    """
    plain = TrainSettings()
    given = {
        each.name: getattr(settings, each.name)
        for each in fields(TrainSettings)
        if getattr(settings, each.name) != getattr(plain, each.name)
    }
    if settings.data == FOLDER:
        given["data"] = given.pop("data_dir")
    words = ["hubel", "train"]
    for name, value in given.items():
        words += [f"--{name.replace('_', '-')}", _written(value)]
    return shlex.join(words)


def _written(value: Any) -> str:
    """Write a value as the option takes it."""
    if isinstance(value, tuple):
        return ",".join(map(str, value)) or "none"  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType]
    return str(value)
