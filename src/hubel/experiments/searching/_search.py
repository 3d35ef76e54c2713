"""The study of many training runs: which settings learn best."""

from __future__ import annotations

import shlex
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hubel.compiler.llvm.gemm import same_choices
from hubel.compiler.threads import loop_threads
from hubel.errors import OptionError, RunError, TrainingError
from hubel.experiments._atomic import sweep
from hubel.experiments._events import REQUEST, SIGTERM
from hubel.experiments._folder import RunFolder, create_folder, refuse_used
from hubel.experiments._interrupt import Terminated
from hubel.experiments._lock import hold
from hubel.experiments._origin import Origin, origin_of
from hubel.experiments._run import Values, read_json
from hubel.experiments._run import (
    _lines as read_lines,  # pyright: ignore[reportPrivateUsage]
)
from hubel.experiments._task import Task, prepare
from hubel.experiments._train import train
from hubel.experiments.searching._command import train_command
from hubel.experiments.searching._events import (
    PathLike,
    SearchResult,
    SearchStarted,
    SearchWatch,
)
from hubel.experiments.searching._page import write_page
from hubel.experiments.searching._settings import SearchSettings, read_settings
from hubel.experiments.searching._space import draw
from hubel.experiments.searching._study import Study
from hubel.nn import Training
from hubel.scale import threads


def search(
    settings: SearchSettings | None = None,
    *,
    out: PathLike | None = None,
    resume: PathLike | None = None,
    watch: SearchWatch | None = None,
) -> SearchResult:
    """Train nets with settings drawn at random, and find those that learn best.

    Every trial is a run as `train` makes it, on one thread; small nets are trained side
    by side in one plan, and as many plans at the same time as there are cores. Trials
    are compared on the validation images, the bad ones are given up early, and the best
    one alone is tested.

    Parameters
    ----------
    settings : SearchSettings, optional
        What to try; learning rate and L2 on tenshapes when left out.
    out : path, optional
        The folder of the search, which must not hold anything yet; when left out, the
        next free ``runs/search-DATA-n``.
    resume : path, optional
        The folder of a search to go on with, instead of the two above. However often
        it is killed, it comes to the same bits as one that never was, on the same
        machine with the same versions.
    watch : callable, optional
        Called with `SearchStarted`, then some times a second with `Standing`. When it
        returns True, the search ends there.

    Returns
    -------
    SearchResult

    Raises
    ------
    OptionError, DataError
        If settings are out of range, leave no validation images, or the data cannot be
        read; there is no folder then.
    RunError
        If the folder is in use or cannot be written, or the search cannot go on.
    TrainingError
        If every trial lost its loss.

    Notes
    -----
    What is drawn for a trial is a pure function of (seed, trial), so a trial comes to
    the same bits whoever else is dropped. All trials begin with the weights and follow
    the order of examples that the seed decides: they differ by what is tried alone, and
    ``result.command`` repeats the best. Random instead of on a grid, after Bergstra &
    Bengio 2012; given up by halves, after Jamieson & Talwalkar 2016.

    The first Ctrl-C ends the search; every trial is kept as far as it came. After
    SIGTERM `SystemExit` is raised with 143.
    """
    begun = time.perf_counter()
    if resume is None:
        opened = _begin(settings or SearchSettings(), out)
    elif settings is None and out is None:
        opened = _go_on(Path(resume))
    else:
        raise OptionError(
            "a search that is resumed has its settings and its folder already",
            remedy="Leave settings and out away, or start another search.",
        )
    with hold(opened.folder.path):
        sweep(opened.folder.path)
        told: Values = opened.result()
        if told.get("stopped_by") == "":
            return opened.read_back(told)
        return opened.run(watch, begun)


def search_command(folder: Path) -> str:
    """Return the words that let the search of a folder go on.

    Examples
    --------
    >>> search_command(Path("runs/search-1"))
    'hubel search --resume runs/search-1'
    """
    return f"hubel search --resume {shlex.quote(str(folder))}"


@dataclass(frozen=True, eq=False)
class _Opened:
    """A search with its folder, ready to begin or to go on."""

    folder: RunFolder
    settings: SearchSettings
    task: Task
    origin: Origin

    def result(self) -> Values:
        """Return what the search came to, as far as it is known."""
        path = self.folder.result
        nothing: Values = {}
        return read_json(path) if path.exists() else nothing

    def run(self, watch: SearchWatch | None, begun: float) -> SearchResult:
        """Train the trials, test the best one, and write what it came to."""
        crew = self.settings.train.threads or loop_threads()
        where = self.folder.path
        study = Study(where, self.settings, self.task, self.origin, crew, watch)
        started = SearchStarted(
            folder=where,
            settings=self.settings,
            images=len(self.task.train),
            validation=len(self.task.validation),
            threads=crew,
            backend=str(self.origin.config["backend"]),
            notices=self.task.notices,
        )
        if watch is not None and watch(started) is True:
            study.stopped_by = REQUEST
        try:
            study.run()
        except RunError as error:
            raise RunError(
                error.problem,
                remedy="Make room or get the right to write there; then go on: "
                f"{search_command(where)}",
            ) from error
        if study.stopped_by == SIGTERM:
            raise Terminated(where)
        return self.finish(study, time.perf_counter() - begun)

    def finish(self, study: Study, seconds: float) -> SearchResult:
        """Test the best trial if there is one; the result is written last of all."""
        best = None if study.stopped_by else study.best
        command, accuracy = "", None
        if best is not None:
            command = train_command(self.settings.of_trial(best.values))
            accuracy = train(resume=best.folder.path, live=False).test_accuracy
        result = SearchResult(
            folder=self.folder.path,
            report=self.folder.report,
            trials=study.rows(),
            best=best and best.row(),
            test_accuracy=accuracy,
            command=command,
            stopped_by=study.stopped_by,
            seconds=seconds,
        )
        write_page(self.folder.report, self.settings, result)
        values = {
            "best": best and best.number,
            "test_accuracy": accuracy,
            "command": command,
            "stopped_by": study.stopped_by,
            "seconds": seconds,
        }
        self.folder.write_json(self.folder.result, values)
        if best is None and not study.stopped_by:
            raise TrainingError(
                f"{self.folder.path}: every trial lost its loss",
                remedy="Try smaller learning rates, such as --try lr=1e-6..1e-3.",
            )
        return result

    def read_back(self, told: Values) -> SearchResult:
        """Return what a search came to that needs nothing more."""
        rows = read_lines(self.folder.path / "trials.jsonl")
        best = [row for row in rows if row["trial"] == told["best"]]
        return SearchResult(
            folder=self.folder.path,
            report=self.folder.report,
            trials=rows,
            best=best[0] if best else None,
            test_accuracy=told["test_accuracy"],
            command=told["command"],
            stopped_by="",
            seconds=told["seconds"],
        )


def _begin(settings: SearchSettings, out: PathLike | None) -> _Opened:
    """Make the folder, and write down what will happen in it."""
    _check_all(settings)
    refuse_used(out)
    task, training, products = _prepare(settings, {})
    folder = create_folder(out, f"search-{settings.train.data}")
    with threads(1):
        origin = origin_of(task, training, folder, products)
    config: dict[str, Any] = {**origin.config, **settings.as_json()}
    folder.write_json(folder.path / "search.json", config)
    return _Opened(folder, settings, task, origin)


def _go_on(where: Path) -> _Opened:
    """Open a search that has begun."""
    folder, path = RunFolder(where), where / "search.json"
    if where.is_dir() and not path.exists():
        raise RunError(
            f"{where}: there is no search.json, so this is not a search",
            remedy="Give a folder that `hubel search` wrote.",
        )
    config = read_json(path)
    settings = read_settings(path, config)
    begun = Origin(path, config)
    task, training, products = _prepare(settings, begun.products)
    begun.compare(task, training, products)
    with threads(1):
        origin = origin_of(task, training, folder, begun.products)
    kept = {name: config[name] for name in ("versions", "threads") if name in config}
    return _Opened(folder, settings, task, Origin(path, {**origin.config, **kept}))


def _prepare(
    settings: SearchSettings, products: dict[str, str]
) -> tuple[Task, Training, dict[str, str]]:
    """Read the data, and make the first trial ready as `train` would."""
    first = settings.of_trial(draw(settings.space, settings.train.seed, 1))
    task = prepare(first.completed())
    if not len(task.validation):
        raise OptionError(
            "there are no validation images to compare trials by",
            remedy="Set some aside: --validation 1000; the test images choose nothing.",
        )
    with threads(1), same_choices(products) as made:
        data, labels = task.train.images, task.train.labels
        training = Training(task.net, data, labels, task.settings.config())
    return task, training, made


def _check_all(settings: SearchSettings) -> None:
    """Refuse what some trial could not be trained with, before any is."""
    for trial in range(1, settings.trials + 1):
        settings.of_trial(draw(settings.space, settings.train.seed, trial)).completed()
