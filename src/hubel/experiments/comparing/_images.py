"""Comparisons of nets on images: each net is a run, as `hubel train` makes it."""

from __future__ import annotations

import re
from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields, replace
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar

from hubel.data import Progress
from hubel.errors import OptionError, TrainingError
from hubel.experiments._events import Event, Started, TrainResult
from hubel.experiments._folder import RunFolder
from hubel.experiments._origin import (
    _images as fingerprint,  # pyright: ignore[reportPrivateUsage]
)
from hubel.experiments._run import read_json
from hubel.experiments._settings import TrainSettings
from hubel.experiments._sources import Pair, read_data
from hubel.experiments._task import Task, task_of
from hubel.experiments._train import train_in
from hubel.experiments.comparing._experiment import Experiment
from hubel.experiments.comparing._members import Halted, Job, Member, Pulse
from hubel.nn import Slice

Variants = Mapping[str, TrainSettings]
LOST: dict[str, Any] = dict.fromkeys(("test_accuracy", "train_accuracy", "seconds"))


class ImageExperiment(Experiment):
    """Nets that differ in a setting or two, each trained once with every seed.

    Parameters
    ----------
    seeds : int
    given : mapping
        Fields of `TrainSettings`; ``seed`` is the first one.
    """

    quick: ClassVar[Mapping[str, Any]] = {"images": 2000}
    """What replaces a default on the images that hubel draws itself."""

    def __init__(self, seeds: int, given: Mapping[str, Any]) -> None:
        self.seeds = seeds
        self.common = read_settings(given, self.quick, refused=self.varied)

    varied: ClassVar[tuple[str, ...]] = ()
    """The settings that are compared, which nobody may choose."""

    @property
    @abstractmethod
    def variants(self) -> Variants:
        """The settings of each row."""

    @property
    def rows(self) -> Sequence[str]:
        """What is compared."""
        return tuple(self.variants)

    @property
    def settings(self) -> Mapping[str, Any]:
        """What the nets have in common, as JSON can hold it."""
        place = self.common.data_dir
        common = replace(self.common, data_dir=place and str(Path(place).resolve()))
        return {
            name: value
            for name, value in asdict(common).items()
            if name not in self.varied
        }

    def prepare(self, progress: Progress | None) -> dict[str, Any]:
        """Read the images once for all nets."""
        common = self.common
        self._pair: Pair = read_data(
            common.data,
            common.data_dir,
            common.images,
            size=common.size,
            resize=common.resize,
            progress=progress,
        )
        for settings in self.variants.values():
            settings.completed()
        return fingerprint(self.first)

    @cached_property
    def first(self) -> Task:
        """The task of the first row with the first seed."""
        return self.task(next(iter(self.variants.values())))

    def task(self, settings: TrainSettings, progress: Progress | None = None) -> Task:
        """Return what a net is trained on, without reading anything again."""
        del progress
        return task_of(settings.completed(), *self._pair)

    @property
    def data(self) -> str:
        """What the data set is called."""
        return self.common.data if not hasattr(self, "_pair") else self.first.data

    @property
    def notices(self) -> tuple[str, ...]:
        """What a user should know about the data."""
        return self.first.notices

    @property
    def examples(self) -> int:
        """How many images an accuracy is taken over."""
        return len(self.first.test)

    def jobs(self) -> Sequence[Job]:
        """Train every row with a seed before the next seed."""
        return [
            Job(
                f"{re.sub('[^a-z0-9+]+', '-', row)}-seed-{seed}",
                1.0 + self.task(settings).net.count_parameters() / 200_000,
                self._work(row, replace(settings, seed=seed)),
            )
            for seed in range(self.common.seed, self.common.seed + self.seeds)
            for row, settings in self.variants.items()
        ]

    def _work(self, row: str, settings: TrainSettings) -> Any:
        """Return the work of one net."""

        def work(path: Path, pulse: Pulse) -> list[Member]:
            folder = f"{path.parent.name}/{path.name}"
            try:
                result = None if _is_lost(path) else self._train(path, settings, pulse)
            except TrainingError:
                result = None
            if result is None:
                return [Member(row, settings.seed, LOST, folder)]
            values = {**_values(result), **self.measured(settings, result)}
            return [Member(row, settings.seed, values, folder)]

        return work

    def _train(self, path: Path, settings: TrainSettings, pulse: Pulse) -> TrainResult:
        """Train one net, or go on with it."""
        steps, epochs = 1, settings.completed().epochs or 1

        def watch(event: Event) -> bool:
            nonlocal steps
            if isinstance(event, Started):
                steps = event.steps_per_epoch
            if not isinstance(event, Slice):
                return False
            return pulse((event.epoch - 1 + event.step / steps) / epochs)

        result = train_in(path, settings, prepare=self.task, watch=watch)
        if result.stopped_by:
            raise Halted(result.stopped_by)
        return result

    def measured(self, settings: TrainSettings, result: TrainResult) -> dict[str, Any]:
        """Return what else a net came to, as JSON can hold it."""
        del settings, result
        return {}


def read_settings(
    given: Mapping[str, Any], quick: Mapping[str, Any], *, refused: Sequence[str] = ()
) -> TrainSettings:
    """Return settings of a training, where nothing is said with quick ones.

    Raises
    ------
    OptionError
        If there is no such setting, or it is what is compared.
    """
    known = {field.name for field in fields(TrainSettings)} - set(refused)
    if unknown := sorted(set(given) - known):
        raise OptionError(
            f"this comparison takes no setting {', '.join(unknown)}",
            remedy=f"It takes {', '.join(sorted(known))}.",
        )
    values = dict(given)
    for name in ("hidden", "conv"):
        if name in values:
            values[name] = tuple(values[name])
    if values.get("data", "tenshapes") == "tenshapes":
        values = {**quick, **values}
    return TrainSettings(**values)


def _is_lost(path: Path) -> bool:
    """Say whether a run lost its loss before this process began."""
    files = RunFolder(path)
    if not files.result.exists():
        return False
    return read_json(files.result).get("stopped_by") == "divergence"


def _values(result: TrainResult) -> dict[str, Any]:
    """Return what every net tells."""
    last = result.history[-1]
    return {
        "test_accuracy": result.test_accuracy,
        "train_accuracy": last.train_accuracy,
        "parameters": result.net.count_parameters(),
        "seconds": last.seconds,
        "train_losses": [epoch.train_loss for epoch in result.history],
        "validation_accuracies": [e.validation_accuracy for e in result.history],
    }
