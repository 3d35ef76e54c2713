"""A run that was saved, read back."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, cast

from hubel.errors import HubelError, RunError
from hubel.experiments._folder import RunFolder
from hubel.experiments._parameters import read_net
from hubel.experiments._settings import TrainSettings
from hubel.nn import Sequential

_LARGEST_TEXT = 2**26

Values = Mapping[str, Any]


@dataclass(frozen=True, eq=False)
class Run:
    """What the folder of a run holds.

    Attributes
    ----------
    path : Path
        The folder.
    net : Sequential
        Takes uint8 images of the shape that it was trained on, gives scores.
    class_names : tuple of str
    settings : TrainSettings
    history : tuple of mappings
        What was measured in each epoch, by name.
    result : mapping
        ``test_accuracy`` and how the run ended; empty if it never came to its end.
    """

    path: Path
    net: Sequential
    class_names: tuple[str, ...]
    settings: TrainSettings
    history: tuple[Values, ...]
    result: Values


def load_run(folder: str | os.PathLike[str], *, best: bool = False) -> Run:
    """Read back the run that a folder holds.

    Parameters
    ----------
    folder : path
        What `train` wrote into.
    best : bool
        Take the net of the epoch with the highest validation accuracy, not the last.

    Raises
    ------
    RunError
        If the folder is not that of a run, or one of its files is missing or damaged.
    """
    files = RunFolder(Path(folder))
    config = read_json(files.config)
    saved = read_net(files.best if best else files.parameters)
    nothing: Values = {}
    return Run(
        path=files.path,
        net=saved.net,
        class_names=saved.class_names,
        settings=settings_of(files.config, config),
        history=_lines(files.metrics) if files.metrics.exists() else (),
        result=read_json(files.result) if files.result.exists() else nothing,
    )


def settings_of(path: Path, config: Values) -> TrainSettings:
    """Return the settings that a configuration holds."""
    given = config.get("settings")
    known = {field.name for field in fields(TrainSettings)}
    if config.get("format") != 1 or not isinstance(given, dict):
        raise RunError(f"{path}: not the configuration of a run that hubel can read")
    values = cast("dict[str, Any]", given)
    if unknown := sorted(set(values) - known):
        raise RunError(
            f"{path}: this version of hubel does not know the settings "
            f"{', '.join(unknown)}",
            remedy="Use the version that config.json names, or a newer one.",
        )
    try:
        values["hidden"] = tuple(values["hidden"])
        values["conv"] = tuple(values.get("conv", ()))
        return TrainSettings(**values)
    except (HubelError, KeyError, TypeError) as error:
        raise RunError(f"{path}: a setting is not what it should be: {error}") from None


def _lines(path: Path) -> tuple[Values, ...]:
    """Return what each whole line says; a last one that was cut short is left out."""
    *whole, _ = _read_text(path).split("\n")
    return tuple(_parse(path, line) for line in whole)


def read_json(path: Path) -> Values:
    """Return the values of a file."""
    return _parse(path, _read_text(path))


def _parse(path: Path, text: str) -> Values:
    """Return the JSON object that a text holds."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict):
        raise RunError(f"{path}: damaged: not the JSON that hubel writes there")
    return cast("dict[str, Any]", value)


def _read_text(path: Path) -> str:
    """Return the text of a file of a sane size."""
    try:
        size = path.stat().st_size
        if size > _LARGEST_TEXT:
            raise RunError(f"{path}: {size:,} bytes are more than hubel writes there")
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise RunError(
            f"{path}: there is no such file, so {path.parent} is not a run",
            remedy="Give a folder that `hubel train` wrote, such as those in runs/.",
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise RunError(f"{path}: cannot be read: {error}") from error
