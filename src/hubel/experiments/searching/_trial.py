"""One trial: a run like those of `hubel train`, which may be given up on the way."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import Any

import numpy as np

from hubel.experiments._atomic import sweep
from hubel.experiments._checkpoint import Best, Checkpoint, Frame
from hubel.experiments._folder import RunFolder
from hubel.experiments._keeper import Keeper
from hubel.experiments._origin import Origin
from hubel.experiments._parameters import SavedNet, write_net
from hubel.experiments._run import Run, load_run, read_json
from hubel.experiments._settings import TrainSettings
from hubel.experiments._task import Task
from hubel.nn import Epoch, Sequential, Snapshot, Tally, describe
from hubel.nn._optim import find_optimizer
from hubel.nn._step import first_state, split

RUNNING, DROPPED, DIVERGED, FINISHED = "running", "dropped", "diverged", "finished"


@dataclass(eq=False)
class Trial:
    """A trial on its way.

    Attributes
    ----------
    number, round : int
        From 1.
    values : mapping
        What was drawn for it.
    task : Task
        What it trains; the net without weights of its own, which `start` draws.
    folder : RunFolder
    history, past : list of Epoch
        What counts, and what does not any more as the loss was lost after it.
    best : Best or None
        Its best epoch so far.
    better : Sequential or None
        The net of that epoch, while it is not written.
    status : str
        ``running``, ``dropped``, ``diverged`` or ``finished``.
    seconds : float
        What it took, its share of what was done side by side.
    """

    number: int
    round: int
    values: Mapping[str, Any]
    task: Task
    folder: RunFolder
    keeper: Keeper
    at: Snapshot
    history: list[Epoch] = field(default_factory=list[Epoch])
    past: list[Epoch] = field(default_factory=list[Epoch])
    best: Best | None = None
    better: Sequential | None = None
    status: str = RUNNING
    seconds: float = 0.0

    @property
    def accuracy(self) -> float | None:
        """On the validation images, after its last epoch; None before the first one."""
        return self.history[-1].validation_accuracy if self.history else None

    def place(self, epochs: int | None = None) -> tuple[float, ...]:
        """Return what sorts trials, the best first, after so many epochs or the last.

        Who came further is better: only bad trials are given up.
        """
        seen = (self.history if epochs is None else self.past or self.history)[:epochs]
        if not seen:
            return (0, 0, 0, self.number)
        accuracy, loss = seen[-1].validation_accuracy, seen[-1].validation_loss
        return (-len(seen), -(accuracy or 0), loss or 0, self.number)

    def is_lost(self, epochs: int) -> bool:
        """Say whether the loss was lost within so many epochs."""
        return self.status == DIVERGED and len(self.past) < epochs

    def row(self) -> dict[str, Any]:
        """Return what the table says about it."""
        last = asdict(self.history[-1]) if self.history else {}
        names = ("validation_accuracy", "validation_loss", "train_accuracy")
        return {
            "trial": self.number,
            "round": self.round,
            "status": self.status,
            "epochs": len(self.history),
            **{name: last.get(name) for name in (*names, "train_loss")},
            **self.values,
            "seconds": round(self.seconds, 3),
            "folder": str(Path(self.folder.path.parent.name, self.folder.path.name)),
        }

    def diverge(self) -> None:
        """Write down that it has lost its loss; what it was before means nothing."""
        note = f"The loss was lost in epoch {len(self.history) + 1}."
        values = {"test_accuracy": None, "test_loss": None, "stopped_by": "divergence"}
        past = [asdict(epoch) for epoch in self.history]
        self.folder.write_json(
            self.folder.result, values | {"note": note, "past": past}
        )
        self.past, self.history, self.best = self.history, [], None
        self.status = DIVERGED
        self.keeper.clear()

    def add(self, epoch: Epoch, net: Sequential) -> None:
        """Keep what an epoch came to, and the net if it is the best so far."""
        self.history.append(epoch)
        accuracy = epoch.validation_accuracy or 0.0
        if self.best is None or accuracy > self.best.accuracy:
            self.best, self.better = Best(epoch.epoch, accuracy), net

    def save(self, at: Snapshot) -> None:
        """Write down where it stands, unless the net is past saving."""
        self.at = at
        if not is_sound(at):
            return
        # First: whoever goes on from a checkpoint finds the best net that it names.
        if self.better is not None:
            names = self.task.train.class_names
            write_net(self.folder.best, SavedNet(self.better, self.task.spec, names))
        self.better = None
        history = tuple(self.history)
        self.keeper.write(Checkpoint(self.at, history, self.best, self.seconds))

    def end(self, status: str) -> None:
        """Let go of the arrays of a trial that is over; its folder has them."""
        self.status = status
        self.at = replace(self.at, params=(), state=())

    def restore(self) -> None:
        """Go on from what is in its folder."""
        for place in (self.folder.path, self.keeper.folder):
            sweep(place)
        if self.folder.result.exists():
            result = read_json(self.folder.result)
            ended = result.get("stopped_by")
            if ended == "divergence":
                self.status = DIVERGED
                self.past = [Epoch(**row) for row in result.get("past", ())]
                return
            if ended == "":  # the winner, which was tested before the search was killed
                self.history = [*epochs_of(load_run(self.folder.path))]
                self.at = replace(self.at, epoch=len(self.history) + 1)
                return
        found = self.keeper.last()
        if found is not None:
            self.at, self.history = found.snapshot, list(found.history)
            self.best, self.seconds = found.best, found.seconds


def open_trial(
    folder: Path,
    origin: Origin,
    task: Task,
    start: Snapshot,
    number: int,
    round: int,
    values: Any,
) -> Trial:
    """Return a trial that stands at its beginning, or where its folder says.

    Parameters
    ----------
    folder : Path
        Of all trials.
    origin : Origin
        What the search began with.
    start : Snapshot
        From `start_of`.
    """
    files = RunFolder(folder / f"{number:04}")
    settings = task.settings
    # Who does which product is known when a plan is made, and kept by the search.
    common = {k: v for k, v in origin.config.items() if k != "products"}
    own = {
        "description": describe(task.net),
        "settings": asdict(_absolute(task)),
        "net": task.spec.as_json(),
    }
    mine = Origin(files.config, {**common, **own})
    size = min(settings.batch_size or 1, len(task.train))
    frame = Frame(
        run=mine.fingerprint,
        names=tuple(task.net.parameters()),
        blank=start,
        epochs=settings.epochs or 1,
        steps=-(-len(task.train) // size),
        made_with=mine.made_with,
    )
    keeper = Keeper(files.checkpoints, frame, every=0)
    trial = Trial(number, round, values, task, files, keeper, start)
    if files.config.exists():
        trial.restore()
    else:
        files.path.mkdir(parents=True, exist_ok=True)
        files.write_json(files.config, mine.config)
    return trial


def start_of(task: Task, settings: TrainSettings) -> Snapshot:
    """Return where trials of one structure begin, all with the same arrays."""
    optimizer = find_optimizer(settings.optimizer, settings.momentum)
    state = first_state(task.net, optimizer)
    return Snapshot(1, 0, split(task.net)[0], state, Tally())


def is_sound(at: Snapshot) -> bool:
    """Say whether the loss and every parameter are finite."""
    return math.isfinite(at.tally.loss) and all(
        bool(np.isfinite(array).all()) for array in at.params
    )


def epochs_of(run: Run) -> list[Epoch]:
    """Return the records of a run that was saved."""
    names = [each.name for each in fields(Epoch)]
    return [Epoch(*(row[name] for name in names)) for row in run.history]


def _absolute(task: Task) -> Any:
    place = task.settings.data_dir
    return replace(task.settings, data_dir=place and str(Path(place).resolve()))
