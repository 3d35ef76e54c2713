"""What a search tells while it goes, and what it comes to."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hubel.experiments._run import Run, load_run
from hubel.experiments.searching._settings import SearchSettings

Row = Mapping[str, Any]
"""What the table says about a trial: its number, its settings and what it came to."""


@dataclass(frozen=True, eq=False)
class SearchStarted:
    """What a search tells before its first trial.

    Attributes
    ----------
    folder : Path
        Where everything is written.
    settings : SearchSettings
    images, validation : int
        How many there are to train on, and to choose by.
    threads : int
        How many chunks of trials are trained at the same time.
    backend : str
        ``numpy`` or ``llvm``.
    notices : tuple of str
        What a user should know about the data.
    """

    folder: Path
    settings: SearchSettings
    images: int
    validation: int
    threads: int
    backend: str
    notices: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Standing:
    """How far a search is, told some times a second.

    Attributes
    ----------
    round : int
    done, total : float
        Epochs of all trials together; fewer are ahead when trials diverge.
    rows : tuple of mappings
        Every trial that has begun.
    """

    round: int
    done: float
    total: float
    rows: tuple[Row, ...]


SearchEvent = SearchStarted | Standing
SearchWatch = Callable[[SearchEvent], object]


@dataclass(frozen=True, eq=False)
class SearchResult:
    """What a search came to.

    Attributes
    ----------
    folder, report : Path
        The folder of the search and the page in it.
    trials : tuple of mappings
        The rows of the table, in the order of the trials.
    best : mapping or None
        The row of the trial that is the best on the validation images; None if the
        search was stopped before one had finished.
    test_accuracy : float or None
        Of the best trial, on test images that nothing else has used.
    command : str
        The words that train the best net again.
    stopped_by : str
        ``"Ctrl-C"`` or ``"request"`` if the search ended early, otherwise empty.
    seconds : float
        What this call took.
    """

    folder: Path
    report: Path
    trials: tuple[Row, ...]
    best: Row | None
    test_accuracy: float | None
    command: str
    stopped_by: str
    seconds: float

    @property
    def run(self) -> Run:
        """The run of the best trial, with its net.

        Raises
        ------
        RunError
            If there is none.
        """
        return load_run(self.folder / (self.best or {}).get("folder", ""))


PathLike = str | os.PathLike[str]
