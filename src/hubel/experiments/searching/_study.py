"""A search on its way: rounds of trials, of which the bad ones are given up early."""

from __future__ import annotations

import math
from concurrent.futures import Future, wait
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import Any

from hubel.experiments._atomic import write_whole
from hubel.experiments._events import REQUEST
from hubel.experiments._folder import as_json
from hubel.experiments._interrupt import Request, stop_on_signals
from hubel.experiments._nets import normalization
from hubel.experiments._origin import Origin
from hubel.experiments._task import Task
from hubel.experiments.searching._crew import (
    Chunk,
    Crew,
    Products,
    chunks_of,
    structure,
)
from hubel.experiments.searching._events import Row, SearchWatch, Standing
from hubel.experiments.searching._settings import SearchSettings
from hubel.experiments.searching._space import Space, draw, narrow
from hubel.experiments.searching._trial import (
    DROPPED,
    FINISHED,
    RUNNING,
    Trial,
    open_trial,
    start_of,
)
from hubel.nn import Snapshot
from hubel.scale import threads

_LOOK = 0.1
"""Seconds after which somebody is told how far the search is."""


@dataclass(eq=False)
class Study:
    """A search on its way.

    Attributes
    ----------
    folder : Path
    settings : SearchSettings
    task : Task
        The data, and a net of those that are tried.
    origin : Origin
        What the search began with.
    threads : int
    trials : list of Trial
        All that have begun.
    done, ahead : float
        Epochs of all trials together, before and after the chunks of now.
    """

    folder: Path
    settings: SearchSettings
    task: Task
    origin: Origin
    threads: int
    watch: SearchWatch | None
    trials: list[Trial] = field(default_factory=list[Trial])
    stopped_by: str = ""
    done: float = 0.0
    ahead: float = 0.0
    _tasks: dict[Any, Task] = field(default_factory=dict[Any, Task])
    _starts: dict[Any, Snapshot] = field(default_factory=dict[Any, Snapshot])

    def run(self) -> None:
        """Train every trial as far as it is worth it, or until somebody says stop.

        Nothing depends on whether a trial's epochs were trained now or earlier.
        """
        products = Products(self.folder / "products.json", self.origin.products)
        crew = Crew(self.threads, products)
        space = self.settings.space
        try:
            with stop_on_signals() as request, threads(1):
                for number in range(1, self.settings.rounds + 1):
                    self._round(crew, request, self._draw(space, number), number)
                    if self.stopped_by:
                        break
                    space = narrow(self.settings.space, self._good())
        finally:
            crew.close()
            self.write_table()

    def write_table(self) -> None:
        """Write a line a trial."""
        lines = [as_json(row) + "\n" for row in self.rows()]
        write_whole(self.folder / "trials.jsonl", "".join(lines))

    def rows(self) -> tuple[Row, ...]:
        """Return what the table says about every trial."""
        return tuple(trial.row() for trial in self.trials)

    @property
    def best(self) -> Trial | None:
        """The best trial of those that were trained to their end."""
        finished = [trial for trial in self.trials if trial.status == FINISHED]
        return min(finished, key=Trial.place, default=None)

    def _draw(self, space: Space, number: int) -> list[Trial]:
        """Draw the trials of a round."""
        settings = self.settings
        first = sum(settings.sizes[: number - 1]) + 1
        drawn: list[Trial] = []
        for index in range(first, first + settings.sizes[number - 1]):
            values = draw(space, settings.train.seed, index)
            task, place = self._task(values), self.folder / "trials"
            start = self._starts[structure(task.settings)]
            trial = open_trial(place, self.origin, task, start, index, number, values)
            drawn.append(trial)
            self.trials.append(trial)
        return drawn

    def _task(self, values: Any) -> Task:
        """Return what a trial trains; nets of one structure are one net."""
        settings = self.settings.of_trial(values).completed()
        settings = replace(settings, validation=len(self.task.validation))
        key = structure(settings)
        if key not in self._tasks:
            spec = replace(
                self.task.spec,
                hidden=settings.hidden,
                activation=settings.activation,
                dropout=settings.dropout or 0.0,
            )
            net = spec.build(normalization(self.task.net), seed=settings.seed)
            self._tasks[key] = replace(self.task, spec=spec, net=net)
            self._starts[key] = start_of(self._tasks[key], settings)
        return replace(self._tasks[key], settings=settings)

    def _good(self) -> list[Any]:
        """Return the settings of the best third of all trials."""
        ordered = sorted(self.trials, key=Trial.place)
        return [trial.values for trial in ordered[: math.ceil(len(ordered) / 3)]]

    def _round(
        self, crew: Crew, request: Request, trials: list[Trial], number: int
    ) -> None:
        """Train a round, ever longer and ever fewer of them."""
        for until, ahead in zip(self._rungs, self._ahead(len(trials)), strict=True):
            chunks = chunks_of(
                [t for t in trials if t.status == RUNNING and t.at.epoch <= until],
                until,
                self.threads,
            )
            self.ahead = self.done + ahead
            self._follow(crew, request, chunks, number)
            if self.stopped_by:
                return
            self.done = self.ahead
            trials = self._kept(trials, until)
            self.write_table()

    def _follow(
        self, crew: Crew, request: Request, chunks: list[Chunk], number: int
    ) -> None:
        """Wait for chunks; tell how far they are, and pass on a wish to stop."""
        left: set[Future[None]] = set(crew.begin(chunks))
        while left:
            done, left = wait(left, _LOOK)
            for each in done:
                each.result()
            if self.watch and self.watch(self._standing(chunks, number)) is True:
                self.stopped_by = self.stopped_by or REQUEST
            self.stopped_by = request.by or self.stopped_by
            if self.stopped_by:
                crew.stop.set()

    def _standing(self, chunks: list[Chunk], number: int) -> Standing:
        """Return how far the search is."""
        left = sum(chunk.left for chunk in chunks)
        sizes = self.settings.sizes
        total = sum(sum(self._ahead(size)) for size in sizes)
        return Standing(number, max(0.0, self.ahead - left), total, self.rows())

    def _ahead(self, trials: int) -> list[float]:
        """Return the epochs that a round of so many trials takes up to each rung."""
        found: list[float] = []
        for before, until in pairwise([0, *self._rungs]):
            found.append(trials * (until - before))
            trials = math.ceil(trials * (1 - self.settings.drop))
        return found

    @cached_property
    def _rungs(self) -> list[int]:
        """The epochs after which trials are compared, the last one at the end."""
        epochs = self._epochs
        parts = (8, 4, 2, 1) if self.settings.drop else (1,)
        return sorted({epochs // part for part in parts if epochs >= part})

    @property
    def _epochs(self) -> int:
        return self.task.settings.epochs or 1

    def _kept(self, trials: list[Trial], until: int) -> list[Trial]:
        """Give up the worst trials; at the end all that are left have finished."""
        # Not those that were lost later: a search that goes on keeps who was kept.
        sound = [trial for trial in trials if not trial.is_lost(until)]
        ordered = sorted(sound, key=lambda trial: trial.place(until))
        last = until == self._epochs
        share = 0.0 if last else self.settings.drop
        kept = math.ceil(len(ordered) * (1 - share))
        for trial in ordered[kept:]:
            trial.end(DROPPED)
        for trial in ordered[:kept] if last else []:
            trial.end(FINISHED)
        return ordered[:kept]
