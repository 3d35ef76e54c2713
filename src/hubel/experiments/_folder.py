"""The folder of one run: what its files are called, and how it comes to be."""

from __future__ import annotations

import json
import math
import os
import shlex
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

from hubel.errors import RunError
from hubel.experiments._atomic import (
    is_temporary,
    sync_folder,
    unwritable,
    write_whole,
)

RUNS = Path("runs")


@dataclass(frozen=True)
class RunFolder:
    """The files of a run.

    ============================  ====================================================
    ``config.json``               every setting, the seed, the data and the versions
    ``parameters.safetensors``    the net, of the last whole epoch until the run ends
    ``best.safetensors``          the net of the best epoch, where there is validation
    ``checkpoints``               what the run can go on from, until it has finished
    ``metrics.jsonl``             a line an epoch
    ``tensorboard``               the same and more for TensorBoard, where asked for
    ``result.json``               the test accuracy and how the run ended, at its end
    ``report.html``               all of it as one page, at its end
    ============================  ====================================================
    """

    path: Path

    @property
    def config(self) -> Path:
        """Every setting."""
        return self.path / "config.json"

    @property
    def parameters(self) -> Path:
        """The net."""
        return self.path / "parameters.safetensors"

    @property
    def best(self) -> Path:
        """The net of the epoch with the highest validation accuracy."""
        return self.path / "best.safetensors"

    @property
    def checkpoints(self) -> Path:
        """The folder of what the run can go on from."""
        return self.path / "checkpoints"

    @property
    def metrics(self) -> Path:
        """A line an epoch."""
        return self.path / "metrics.jsonl"

    @property
    def tensorboard(self) -> Path:
        """The folder of what TensorBoard shows."""
        return self.path / "tensorboard"

    @property
    def result(self) -> Path:
        """How the run ended."""
        return self.path / "result.json"

    @property
    def report(self) -> Path:
        """The page to look at."""
        return self.path / "report.html"

    def add_metrics(self, values: Mapping[str, Any]) -> None:
        """Add a line to the metrics, where every reader sees it at once."""
        try:
            with self.metrics.open("a", encoding="utf-8") as file:
                file.write(as_json(values) + "\n")
        except OSError as error:
            raise unwritable(self.metrics, error) from error

    def write_metrics(self, rows: Iterable[Mapping[str, Any]]) -> None:
        """Write the metrics anew, without what a killed run added after them."""
        write_whole(self.metrics, "".join(as_json(row) + "\n" for row in rows))

    def forget_result(self) -> None:
        """Take away how the run ended, since it goes on."""
        try:
            self.result.unlink(missing_ok=True)
        except OSError as error:
            raise unwritable(self.result, error) from error

    def write_json(self, path: Path, values: Mapping[str, Any]) -> None:
        """Write values into one of the files, for people to read too."""
        write_whole(path, as_json(values, indent=2) + "\n")


def resume_command(folder: Path) -> str:
    """Return the words that let the run of a folder go on.

    Examples
    --------
    >>> resume_command(Path("my run"))
    "hubel train --resume 'my run'"
    """
    return f"hubel train --resume {shlex.quote(str(folder))}"


def as_json(values: Mapping[str, Any], indent: int | None = None) -> str:
    """Return values as JSON; a number that is not finite, which JSON lacks, as null."""
    plain = {
        key: None if isinstance(value, float) and not math.isfinite(value) else value
        for key, value in values.items()
    }
    return json.dumps(plain, indent=indent, ensure_ascii=False, allow_nan=False)


def refuse_used(out: str | os.PathLike[str] | None) -> None:
    """Refuse a place that holds something, before any work is done for it.

    Raises
    ------
    RunError
        If it is a file, a folder that is not empty, or cannot be looked into.
    """
    if out is None:
        return
    path = Path(out)
    try:
        if path.exists() and not (path.is_dir() and _is_empty(path)):
            raise RunError(
                f"{path}: there is something already, and a run overwrites nothing",
                remedy="Choose another --out, or move it away or delete it; without "
                f"--out the next free folder in {RUNS}/ is taken.",
            )
    except OSError as error:
        raise unwritable(path, error) from error


def _is_empty(folder: Path) -> bool:
    """Say whether there is nothing but what a process left that died at its start."""
    return all(is_temporary(path) for path in folder.iterdir())


def create_folder(out: str | os.PathLike[str] | None, name: str) -> RunFolder:
    """Make the folder of a run: `out`, or the next free ``runs/NAME-n``.

    Raises
    ------
    RunError
        As `refuse_used`, or if the folder cannot be made.
    """
    refuse_used(out)
    path = Path(out) if out is not None else RUNS
    try:
        path.mkdir(parents=True, exist_ok=True)
        made = path if out is not None else _next_free(name)
        sync_folder(made.parent)
        return RunFolder(made)
    except OSError as error:
        raise unwritable(path, error) from error


def _next_free(name: str) -> Path:
    """Make the folder of the least number that is free, though others do so too."""
    for number in count(1):
        path = RUNS / f"{name}-{number}"
        try:
            path.mkdir()
        except FileExistsError:
            continue
        return path
    raise AssertionError("count() has no end")
