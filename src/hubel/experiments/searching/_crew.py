"""Trials that are trained at the same time: side by side in a plan, and on threads."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from hubel.compiler.llvm.gemm import same_choices
from hubel.experiments._atomic import write_whole
from hubel.experiments._folder import as_json
from hubel.experiments._run import read_json
from hubel.experiments._settings import TrainSettings
from hubel.experiments._task import Task
from hubel.experiments.searching._lanes import Lanes
from hubel.experiments.searching._trial import RUNNING, Trial, is_sound
from hubel.nn import Conv2d, Epoch, evaluate
from hubel.nn._step import penalty, with_parameters

WIDTH = 8
"""So many nets go into one plan, where that pays."""

LARGEST = 2**19
"""Bytes of parameters up to which it pays: a plan goes through all of its nets in every
step, and what does not stay in the cache of a core is read from memory each time."""

_SLICE = 0.05
"""Seconds of native code after which a thread looks whether it is to stop."""


_SAVE = 30.0
"""Seconds of a chunk that may be lost."""


@dataclass(eq=False)
class Chunk:
    """Trials that stand at the same step, to be trained side by side.

    Attributes
    ----------
    trials : list of Trial
    until : int
        The epoch after which they stop.
    width : int
        Lanes of their plan; more than there are trials where one alone would be
        computed in another order.
    left : float
        Epochs that are ahead, of all trials together.
    """

    trials: list[Trial]
    until: int
    width: int
    left: float


class Crew:
    """Trains chunks on some threads, with plans that are used again.

    Parameters
    ----------
    threads : int
        How many chunks are trained at the same time.
    products : Products
        Who does which matrix product.
    """

    def __init__(self, threads: int, products: Products) -> None:
        self._products = products
        self.stop = threading.Event()
        self._pool = ThreadPoolExecutor(threads, "hubel-search")
        self._plans: dict[tuple[TrainSettings, int], list[Lanes]] = {}
        self._lock = threading.Lock()

    def begin(self, chunks: Sequence[Chunk]) -> list[Future[None]]:
        """Have chunks trained."""
        return [self._pool.submit(self._train, chunk) for chunk in chunks]

    def close(self) -> None:
        """Stop, and wait until everybody has."""
        self.stop.set()
        self._pool.shutdown(cancel_futures=True)

    def _train(self, chunk: Chunk) -> None:
        """Train a chunk with a plan that nobody else is using."""
        if self.stop.is_set():
            return
        key = structure(chunk.trials[0].task.settings), chunk.width
        with self._lock:  # making plans is not for many threads at once
            idle = self._plans.setdefault(key, [])
            lanes = (
                idle.pop() if idle else self._make(chunk.trials[0].task, chunk.width)
            )
        try:
            # A loss that overflows is a result, not a warning.
            with np.errstate(all="ignore"):
                _Shift(chunk, lanes, self.stop).work()
        finally:
            with self._lock:
                idle.append(lanes)

    def _make(self, task: Task, width: int) -> Lanes:
        """Make a plan, whose products are done as an earlier process did them."""
        with same_choices(self._products.made) as made:
            lanes = Lanes(task, width)
        self._products.add(made)
        return lanes


class Products:
    """Who does which matrix product in a search: part of what its bits depend on.

    Parameters
    ----------
    path : Path
        Where it is written down, for when the search goes on.
    made : mapping
        What is known from its beginning.
    """

    def __init__(self, path: Path, made: Mapping[str, str]) -> None:
        self._path = path
        later: Any = read_json(path) if path.exists() else {}
        self.made = {**made, **later}

    def add(self, made: Mapping[str, str]) -> None:
        """Write down what is new, before anything is computed with it."""
        if not self.made.items() >= made.items():
            self.made.update(made)
            write_whole(self._path, as_json(self.made, indent=2) + "\n")


def structure(settings: TrainSettings) -> TrainSettings:
    """Return what trials have in common that one plan can train."""
    return replace(settings, lr=1.0, l2=0.0)


def chunks_of(trials: Sequence[Trial], until: int, threads: int) -> list[Chunk]:
    """Divide trials into chunks, so that every thread has something to do.

    How a trial is computed depends on its net alone, never on who else is there.
    """
    alike: dict[Any, list[Trial]] = {}
    for trial in trials:
        key = structure(trial.task.settings), trial.at.epoch, trial.at.step
        alike.setdefault(key, []).append(trial)
    return [
        _chunk(part, until)
        for group in alike.values()
        for part in _parts(group, threads)
    ]


def _chunk(trials: list[Trial], until: int) -> Chunk:
    """Return the chunk of some trials."""
    width = 1 if _goes_alone(trials[0]) else max(2, len(trials))
    return Chunk(trials, until, width, len(trials) * (until + 1 - trials[0].at.epoch))


def _parts(group: list[Trial], threads: int) -> Iterator[list[Trial]]:
    """Cut a group into parts of about the same length."""
    most = 1 if _goes_alone(group[0]) else WIDTH
    count = max(-(-len(group) // most), min(threads, len(group)))
    ends = [len(group) * number // count for number in range(count + 1)]
    for first, last in pairwise(ends):
        yield group[first:last]


def _goes_alone(trial: Trial) -> bool:
    """Say whether a net is trained by itself, as that is faster."""
    net = trial.task.net
    size = sum(array.nbytes for array in net.parameters().values())
    return size > LARGEST or any(isinstance(part, Conv2d) for part in net)


class _Shift:
    """One chunk on its way."""

    def __init__(self, chunk: Chunk, lanes: Lanes, stop: threading.Event) -> None:
        self.chunk, self.lanes, self.stop = chunk, lanes, stop
        self._live = dict(enumerate(chunk.trials))
        self._before = self._saved = time.perf_counter()
        self._fast = 0.0

    def work(self) -> None:
        """Train to the end of the chunk's last epoch, or until somebody says stop."""
        trials, lanes = self.chunk.trials, self.lanes
        settings = [trial.task.settings for trial in trials]
        lanes.load(
            [trial.at for trial in trials],
            [each.lr or 0.0 for each in settings],
            [each.l2 or 0.0 for each in settings],
        )
        while lanes.epoch <= self.chunk.until and self._live:
            if not self._steps():
                self._save()
                return
            self._end_epoch()
        self._save()
        self.chunk.left = 0.0  # those that diverged need no more of them

    def _steps(self) -> bool:
        """Take the steps of an epoch; return whether none is left."""
        lanes, chunk = self.lanes, self.chunk
        first, begun = lanes.step, time.perf_counter()
        while lanes.step < lanes.steps:
            if self.stop.is_set():
                return False
            if time.perf_counter() - self._saved > _SAVE:
                self._save()
            chunk.left -= lanes.advance(_SLICE) / lanes.steps * len(chunk.trials)
        share = (time.perf_counter() - begun) / len(chunk.trials)
        images = len(chunk.trials[0].task.train) * (1 - first / lanes.steps)
        self._fast = images / share if share else 0.0
        return True

    def _end_epoch(self) -> None:
        """Look at each net, and go on to the next epoch."""
        found = {lane: self._look(lane) for lane in self._live}
        self.lanes.finish_epoch()
        share = self._share()
        for lane, (epoch, net) in found.items():
            trial = self._live[lane]
            trial.seconds += share
            if epoch is None:
                trial.diverge()
            else:
                trial.add(replace(epoch, seconds=trial.seconds), net)
        self._live = {k: t for k, t in self._live.items() if t.status == RUNNING}

    def _share(self) -> float:
        """Return what each trial took of the time since this was asked last."""
        now = time.perf_counter()
        before, self._before = self._before, now
        return (now - before) / len(self.chunk.trials)

    def _look(self, lane: int) -> tuple[Epoch | None, Any]:
        """Return what an epoch came to, None if the loss is lost, and the net."""
        lanes, task = self.lanes, self._live[lane].task
        at = lanes.snapshot(lane)
        net = with_parameters(task.net, at.params, at.state)
        if not is_sound(at):
            return None, net
        part, loss = task.validation, lanes.config.loss
        loss, accuracy = evaluate(net, part.images, part.labels, loss=loss)
        found = Epoch(
            epoch=at.epoch,
            train_loss=at.tally.mean_loss,
            train_accuracy=at.tally.accuracy,
            validation_loss=loss,
            validation_accuracy=accuracy,
            penalty=penalty(net, task.settings.l2 or 0.0),
            learning_rate=lanes.rate(lane, at.step - 1),
            images_per_second=self._fast,
            seconds=0.0,
        )
        return found, net

    def _save(self) -> None:
        """Write down where the trials stand."""
        share, self._saved = self._share(), time.perf_counter()
        for lane, trial in self._live.items():
            trial.seconds += share
            trial.save(self.lanes.snapshot(lane))
