"""The lecture's experiments: nets beside each other, over several seeds."""

from __future__ import annotations

import shlex
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hubel.data import Progress
from hubel.errors import OptionError, RunError
from hubel.experiments._atomic import sweep
from hubel.experiments._events import REQUEST, SIGTERM
from hubel.experiments._folder import RunFolder, create_folder, refuse_used
from hubel.experiments._interrupt import Request, Terminated, stop_on_signals
from hubel.experiments._lock import hold
from hubel.experiments._run import read_json
from hubel.experiments._versions import versions
from hubel.experiments.comparing._events import (
    CompareEvent,
    CompareStanding,
    CompareStarted,
    CompareWatch,
    Comparison,
    PathLike,
)
from hubel.experiments.comparing._experiment import Experiment
from hubel.experiments.comparing._members import Halted, Job, Member
from hubel.experiments.comparing._page import write_page
from hubel.experiments.comparing._studies import make

_CONFIG = "compare.json"


def compare(
    study: str | None = None,
    *,
    seeds: int = 3,
    out: PathLike | None = None,
    resume: PathLike | None = None,
    progress: Progress | None = None,
    watch: CompareWatch | None = None,
    **settings: Any,
) -> Comparison:
    """Do one of the lecture's experiments, over several seeds, with a page of results.

    Parameters
    ----------
    study : {"layers", "activations", "capacity", "features"}
        What is compared: a linear classifier, a 2- and a 3-layer net on pixels; the six
        activations; hidden units and strengths of regularisation on points in the
        plane; pixels, features and a learned dictionary. ``"layers"`` when left out.
    seeds : int
        From 3; each decides weights and the order of examples, and the points.
    out : path, optional
        The folder, which must not hold anything yet; when left out, the next free
        ``runs/compare-STUDY-DATA-n``.
    resume : path, optional
        The folder of a comparison to go on with, instead of all of the above: nets that
        are finished are kept.
    progress : callable, optional
        Called with the number of pictures done and of all, while they are read.
    watch : callable, optional
        Called with `CompareStarted`, then some times a second with `CompareStanding`.
        When it returns True, the comparison ends there.
    **settings
        The fields of `TrainSettings` that the nets have in common; for ``"capacity"``
        those of `PointSettings`. What is left out is chosen so that the built-in data
        take some seconds.

    Returns
    -------
    Comparison

    Raises
    ------
    OptionError, DataError
        If settings are out of range or the data cannot be read; there is no folder
        then.
    RunError
        If the folder is in use or cannot be written, or the comparison cannot go on.
    TrainingError
        If nets on points, which are trained side by side, lose their loss.

    Notes
    -----
    No row is called the best unless it is above the others by more than the spread of
    the seeds. A net on images that loses its loss is part of the result, as lost.
    """
    begun = time.perf_counter()
    if resume is None:
        experiment = make(study or "layers", seeds, settings)
        opened = _begin(study or "layers", experiment, out, progress)
    elif study is None and out is None and not settings:
        opened = _go_on(Path(resume), progress)
    else:
        raise OptionError(
            "a comparison that is resumed has its settings and its folder already",
            remedy="Leave all others away, or start another comparison.",
        )
    with hold(opened.folder.path):
        for place in (opened.folder.path, opened.members):
            sweep(place)
        return _Course(opened, watch, begun).run()


def compare_command(folder: Path) -> str:
    """Return the words that let the comparison of a folder go on.

    Examples
    --------
    >>> compare_command(Path("runs/compare-layers-tenshapes-1"))
    'hubel compare --resume runs/compare-layers-tenshapes-1'
    """
    return f"hubel compare --resume {shlex.quote(str(folder))}"


@dataclass(frozen=True, eq=False)
class _Opened:
    """A comparison with its folder and its data."""

    study: str
    folder: RunFolder
    experiment: Experiment

    @property
    def members(self) -> Path:
        """Where the nets are."""
        return self.folder.path / "members"


def _begin(
    study: str, experiment: Experiment, out: PathLike | None, progress: Progress | None
) -> _Opened:
    """Read the data, make the folder, and write down what will happen in it."""
    refuse_used(out)
    data = experiment.prepare(progress)
    folder = create_folder(out, f"compare-{study}-{experiment.data}")
    config: dict[str, Any] = {
        "format": 1,
        "study": study,
        "seeds": experiment.seeds,
        "settings": experiment.settings,
        "data": data,
        "versions": versions(),
    }
    folder.write_json(folder.path / _CONFIG, config)
    return _Opened(study, folder, experiment)


def _go_on(where: Path, progress: Progress | None) -> _Opened:
    """Open a comparison that has begun.

    Raises
    ------
    RunError
        If the folder is none, or the data are not those that it began with.
    """
    path = where / _CONFIG
    if where.is_dir() and not path.exists():
        raise RunError(
            f"{where}: there is no {_CONFIG}, so this is not a comparison",
            remedy="Give a folder that `hubel compare` wrote.",
        )
    config = read_json(path)
    try:
        study, seeds = str(config["study"]), int(config["seeds"])
        settings: Mapping[str, Any] = dict(config["settings"])
        began_with = config["data"]
    except (KeyError, TypeError, ValueError):
        raise RunError(f"{path}: not what hubel writes there") from None
    experiment = make(study, seeds, settings)
    if experiment.prepare(progress) != began_with:
        raise RunError(
            f"{where}: the data are not those that the comparison began with",
            remedy="Put the files back as they were, or start another comparison.",
        )
    return _Opened(study, RunFolder(where), experiment)


@dataclass(eq=False)
class _Course:
    """A comparison on its way."""

    opened: _Opened
    watch: CompareWatch | None
    begun: float
    members: list[Member] = field(default_factory=list[Member])
    stopped_by: str = ""
    done: float = 0.0

    def run(self) -> Comparison:
        """Do what is left to do, and write what it came to."""
        jobs = self.opened.experiment.jobs()
        with stop_on_signals() as request:
            self._tell(self._started(), request)
            for job in jobs:
                if self.stopped_by:
                    break
                self._do(job, sum(each.effort for each in jobs), request)
        if self.stopped_by == SIGTERM:
            raise Terminated(self.opened.folder.path)
        if all(job.finished(self.opened.members) for job in jobs):
            self.stopped_by = ""  # somebody wanted to stop when there was nothing left
        return self._finish()

    def _do(self, job: Job, total: float, request: Request) -> None:
        """Do a job, or find that it is done."""
        share = job.effort / total

        def pulse(part: float) -> bool:
            at = CompareStanding(self.done + part * share, job.name, (*self.members,))
            self._tell(at, request)
            return bool(self.stopped_by)

        try:
            self.members += job.finish(self.opened.members, pulse)
        except Halted as halt:
            self.stopped_by = self.stopped_by or str(halt) or REQUEST
            return
        self.done += share
        pulse(0.0)

    def _tell(self, event: CompareEvent, request: Request) -> None:
        """Tell an event, and notice a wish to stop."""
        if self.watch is not None and self.watch(event) is True:
            self.stopped_by = self.stopped_by or REQUEST
        self.stopped_by = request.by or self.stopped_by

    def _started(self) -> CompareStarted:
        experiment = self.opened.experiment
        return CompareStarted(
            folder=self.opened.folder.path,
            study=self.opened.study,
            data=experiment.data,
            rows=tuple(experiment.rows),
            seeds=experiment.seeds,
            nets=len(experiment.rows) * experiment.seeds,
            settings=experiment.settings,
            notices=experiment.notices,
        )

    def _finish(self) -> Comparison:
        """Write the page, and the result last of all."""
        experiment, folder = self.opened.experiment, self.opened.folder
        rows = experiment.spreads(self.members)
        finished = not self.stopped_by
        result = Comparison(
            folder=folder.path,
            report=folder.report,
            study=self.opened.study,
            measure=experiment.measure,
            rows=rows,
            members=tuple(self.members),
            verdict=experiment.verdict(self.members) if finished else "",
            stopped_by=self.stopped_by,
            seconds=time.perf_counter() - self.begun,
        )
        write_page(experiment, result)
        values = {
            "measure": result.measure,
            "rows": {
                row: [
                    m.values.get(result.measure) for m in self.members if m.row == row
                ]
                for row in rows
            },
            "verdict": result.verdict,
            "stopped_by": result.stopped_by,
            "seconds": result.seconds,
        }
        folder.write_json(folder.result, values)
        return result
