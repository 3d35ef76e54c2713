"""What a comparison tells while it goes, and what it comes to."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hubel.experiments.comparing._members import Member
from hubel.experiments.comparing._spread import Spread

PathLike = str | os.PathLike[str]


@dataclass(frozen=True, eq=False)
class CompareStarted:
    """What a comparison tells before its first net.

    Attributes
    ----------
    folder : Path
        Where everything is written.
    study, data : str
    rows : tuple of str
        What is compared.
    seeds, nets : int
        How many seeds of each, and nets in all.
    settings : mapping
    notices : tuple of str
        What a user should know about the data and the settings.
    """

    folder: Path
    study: str
    data: str
    rows: tuple[str, ...]
    seeds: int
    nets: int
    settings: Mapping[str, Any]
    notices: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class CompareStanding:
    """How far a comparison is.

    Attributes
    ----------
    done : float
        The share of all work, from 0 to 1.
    now : str
        What is being trained.
    members : tuple of Member
        The nets that are finished.
    """

    done: float
    now: str
    members: tuple[Member, ...]


CompareEvent = CompareStarted | CompareStanding
CompareWatch = Callable[[CompareEvent], object]


@dataclass(frozen=True, eq=False)
class Comparison:
    """What a comparison came to.

    Attributes
    ----------
    folder, report : Path
        The folder of the comparison and the page in it.
    study : str
    measure : str
        What the rows are compared by, such as ``test_accuracy``.
    rows : dict of str to Spread
        What each row came to in that measure.
    members : tuple of Member
        Every net that was trained.
    verdict : str
        A sentence that names the best row, or says that nobody can.
    stopped_by : str
        ``"Ctrl-C"`` or ``"request"`` if it ended early, otherwise empty.
    seconds : float
        What this call took.
    """

    folder: Path
    report: Path
    study: str
    measure: str
    rows: dict[str, Spread]
    members: tuple[Member, ...]
    verdict: str
    stopped_by: str
    seconds: float

    def values(self, row: str, name: str) -> list[Any]:
        """Return a value of every seed of a row.

        Raises
        ------
        KeyError
            If there is no such row or value.
        """
        found = [member.values[name] for member in self.members if member.row == row]
        if not found:
            raise KeyError(row)
        return found
