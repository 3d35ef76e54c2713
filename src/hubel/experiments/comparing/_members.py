"""What a comparison is made of: the nets, and the jobs that train them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from hubel.errors import RunError
from hubel.experiments._atomic import write_whole
from hubel.experiments._folder import as_json
from hubel.experiments._run import read_json


@dataclass(frozen=True, eq=False)
class Member:
    """One net of a comparison.

    Attributes
    ----------
    row : str
        What is compared; there is a member for each seed.
    seed : int
    values : mapping
        What it came to, by name; None where the loss was lost.
    folder : str
        Its run in the folder of the comparison, for `hubel.load`; empty where its net
        is no run.
    """

    row: str
    seed: int
    values: Mapping[str, Any]
    folder: str = ""


Pulse = Callable[[float], bool]
"""Takes the share of a job that is done; returns whether somebody wants to stop."""


class Halted(Exception):
    """A job was stopped before its end."""


@dataclass(frozen=True)
class Job:
    """What is trained in one go, and kept when it is finished.

    Attributes
    ----------
    name : str
        A file's name, without a dot.
    effort : float
        How long it takes, in proportion to others.
    work : callable
        Trains; takes a path with the job's name for what it writes. Raises `Halted`
        where it did not come to its end.
    """

    name: str
    effort: float
    work: Callable[[Path, Pulse], Sequence[Member]]

    def finish(self, folder: Path, pulse: Pulse) -> Sequence[Member]:
        """Return what the job came to: now, or when it was finished earlier."""
        path = folder / self.name
        done = path.with_suffix(".json")
        if done.exists():
            return _read(done)
        folder.mkdir(parents=True, exist_ok=True)
        members = self.work(path, pulse)
        rows = {"members": [asdict(member) for member in members]}
        write_whole(done, as_json(rows, indent=1) + "\n")
        return members

    def finished(self, folder: Path) -> bool:
        """Say whether there is nothing left to do."""
        return (folder / self.name).with_suffix(".json").exists()


def _read(path: Path) -> list[Member]:
    """Return what an earlier process wrote."""
    try:
        return [Member(**row) for row in read_json(path)["members"]]
    except (KeyError, TypeError):
        raise RunError(
            f"{path}: damaged: not the nets of a comparison",
            remedy="Delete this file; what it told is computed again.",
        ) from None
