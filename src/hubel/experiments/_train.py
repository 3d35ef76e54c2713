"""The study of one training run: from settings to a folder with all that happened."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, fields
from pathlib import Path

from hubel.compiler.llvm.gemm import same_choices
from hubel.data import Progress
from hubel.errors import OptionError, RunError
from hubel.experiments._atomic import sweep
from hubel.experiments._course import Course, set_out
from hubel.experiments._events import TrainResult, Watch
from hubel.experiments._folder import (
    RunFolder,
    create_folder,
    refuse_used,
    resume_command,
)
from hubel.experiments._lock import hold
from hubel.experiments._origin import Origin, origin_of, read_origin
from hubel.experiments._run import Values, load_run, read_json
from hubel.experiments._settings import TrainSettings
from hubel.experiments._task import Task, prepare
from hubel.experiments._tensorboard import require_tensorboard
from hubel.nn import Epoch, Training
from hubel.scale import threads

PathLike = str | os.PathLike[str]
Prepare = Callable[[TrainSettings, Progress | None], Task]


def train(
    settings: TrainSettings | None = None,
    *,
    out: PathLike | None = None,
    resume: PathLike | None = None,
    checkpoint_seconds: float = 30.0,
    tensorboard: bool = False,
    live: bool = True,
    progress: Progress | None = None,
    watch: Watch | None = None,
) -> TrainResult:
    """Train a net on images, test it once, and leave a folder that tells all of it.

    Parameters
    ----------
    settings : TrainSettings, optional
        What to train on and how; tenshapes and a 2-layer net when left out.
    out : path, optional
        The run's folder, which must not hold anything yet; when left out, the next free
        ``runs/DATA-NET-n``.
    resume : path, optional
        The folder of a run to go on with, instead of the two above. However often a run
        is killed, it comes to the same bits as one that never was, on the same machine
        with the same versions. A run that has finished is only read back.
    checkpoint_seconds : float
        Within an epoch a checkpoint is written after so many seconds, from 0; at the
        end of an epoch after one second already, and when the run is stopped always.
    tensorboard : bool
        Write ``RUN/tensorboard`` too; needs the extra ``tensorboard``. A run that began
        with it goes on with it.
    live : bool
        In a notebook, show one line that moves, and curves at the end; elsewhere
        nothing is shown.
    progress : callable, optional
        Called with the number of pictures done and of all, while they are read.
    watch : callable, optional
        Called with `Started`, then with every `nn.Slice` and `nn.Epoch` as it happens.
        When it returns True, training ends there.

    Returns
    -------
    TrainResult

    Raises
    ------
    OptionError, DataError
        If settings are out of range or the data cannot be read; there is no folder
        then.
    RunError
        If the folder is in use or cannot be written, or a run cannot go on: its files
        are damaged, or the data or the backend are not those that it began with.
    TrainingError
        If the loss stops being finite. The folder then has the history, a report that
        says so, and the parameters of the last whole epoch, if there was one.

    Notes
    -----
    The first Ctrl-C ends training after the step that is running; what was learned is
    tested and saved as at any other end. A second one raises `KeyboardInterrupt`.
    After SIGTERM, unless the program handles it itself, a checkpoint is written and
    `SystemExit` raised with 143.
    """
    if not checkpoint_seconds >= 0:
        raise OptionError(f"checkpoint_seconds is {checkpoint_seconds}, and below 0")
    if tensorboard:
        require_tensorboard()
    how = _How(checkpoint_seconds, tensorboard, live, progress, watch)
    if resume is None:
        return _begin(settings or TrainSettings(), out, how)
    if settings is not None or out is not None:
        raise OptionError(
            "a run that is resumed has its settings and its folder already",
            remedy="Leave settings and out away, or start another run.",
        )
    return _go_on(RunFolder(Path(resume)), how)


def train_in(
    folder: Path, settings: TrainSettings, *, prepare: Prepare, watch: Watch
) -> TrainResult:
    """Train in a folder, from where the run that may be there already stands.

    Parameters
    ----------
    folder : Path
        It need not exist.
    prepare : callable
        Gives the task of completed settings, such as one on data that have been read.
    """
    how = _How(30.0, False, False, None, watch, prepare)
    if (folder / "config.json").exists():
        return _go_on(RunFolder(folder), how)
    return _begin(settings, folder, how)


@dataclass(frozen=True)
class _How:
    """What accompanies a run and changes nothing about it; see `train`."""

    every: float
    tensorboard: bool
    live: bool
    progress: Progress | None
    watch: Watch | None
    prepare: Prepare = prepare

    def set_out(
        self, task: Task, folder: RunFolder, training: Training, origin: Origin
    ) -> Course:
        """Return a run that stands at its beginning."""
        return set_out(
            task,
            folder,
            training,
            origin,
            every=self.every,
            tensorboard=self.tensorboard or folder.tensorboard.is_dir(),
            live=self.live,
        )


def _begin(settings: TrainSettings, out: PathLike | None, how: _How) -> TrainResult:
    """Make the folder, write down what will happen in it, and let it happen."""
    complete = settings.completed()
    refuse_used(out)
    with threads(complete.threads):
        task = how.prepare(complete, how.progress)
        with same_choices() as products:
            training = _training(task)
        filters = [f"conv{count}" for count in complete.conv]
        net = [*filters, *complete.hidden] or ["linear"]
        words = (complete.features or "").split("+")
        said = [word.partition(":")[0].strip() for word in words if word]
        folder = create_folder(out, "-".join([complete.data, *said, *map(str, net)]))
        with hold(folder.path):
            sweep(folder.path)
            origin = origin_of(task, training, folder, products)
            folder.write_json(folder.config, origin.config)
            return _run(how.set_out(task, folder, training, origin), how.watch)


def _go_on(folder: RunFolder, how: _How) -> TrainResult:
    """Go on with a run from its last checkpoint."""
    origin = read_origin(folder)
    with hold(folder.path):
        result: Values = read_json(folder.result) if folder.result.exists() else {}
        if result.get("stopped_by") == "":
            return _finished(folder, result)
        if result.get("stopped_by") == "divergence":
            raise RunError(
                f"{folder.path}: this run has lost its loss, and would lose it again",
                remedy="Start another one with a learning rate ten times smaller.",
            )
        with threads(origin.threads):
            task = how.prepare(origin.settings, how.progress)
            with same_choices(origin.products) as products:
                training = _training(task)
            origin.compare(task, training, products)
            course = how.set_out(task, folder, training, origin)
            course.restore()
            return _run(course, how.watch)


def _training(task: Task) -> Training:
    """Make everything ready for the first step."""
    data, labels = task.train.images, task.train.labels
    return Training(task.net, data, labels, task.settings.config())


def _run(course: Course, watch: Watch | None) -> TrainResult:
    """Train; say of what cannot be written how to go on once it can."""
    try:
        return course.run(watch)
    except RunError as error:
        raise RunError(
            error.problem,
            remedy="Make room or get the right to write there; then go on from the "
            f"last checkpoint: {resume_command(course.folder.path)}",
        ) from error


def _finished(folder: RunFolder, result: Values) -> TrainResult:
    """Return what a run came to that needs nothing more."""
    run = load_run(folder.path)
    names = [field.name for field in fields(Epoch)]
    try:
        return TrainResult(
            folder=folder.path,
            report=folder.report,
            net=run.net,
            history=tuple(Epoch(*(row[name] for name in names)) for row in run.history),
            test_accuracy=result["test_accuracy"],
            test_loss=result["test_loss"],
            test_images=result["test_images"],
            stopped_by="",
            note="This run had finished already.",
        )
    except KeyError as error:
        raise RunError(f"{folder.path}: {error} is missing in its results") from None
