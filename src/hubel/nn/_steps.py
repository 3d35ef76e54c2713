"""The steps of training: on whole batches, and on the short one that ends an epoch."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Any

import numpy as np

from hubel.compiler.loop import Progress
from hubel.graph.node import Spec
from hubel.nn._module import Array
from hubel.nn._step import Arrays, Step
from hubel.transforms.repeat import Repeat

_RATE = Spec((), np.dtype(np.float64), weak=True)
_KEY = Spec((2,), np.dtype(np.uint64))


class Steps:
    """Takes steps of an epoch, many at a time, natively where that can be.

    Parameters
    ----------
    step : Step
    params, state : trees of arrays
        Updated in place.
    fixed : tuple of arrays
    sources : tuple of arrays
        Images and targets, of which each step takes rows.
    count, size : int
        Examples in an epoch, and in a batch.
    random : bool
        Whether steps take keys.
    settled : bool
        Whether native code is made first, so that every step runs on one backend.
    precision : str
        Of products of float32; see `hubel.compile`.
    """

    def __init__(
        self,
        step: Step,
        params: Arrays,
        state: Any,
        fixed: Arrays,
        sources: tuple[Array, Array],
        *,
        count: int,
        size: int,
        random: bool,
        settled: bool,
        precision: str,
    ) -> None:
        self._step = _for_loops(step)
        self._carried, self._fixed = (params, state), fixed
        self._sources, self._size = sources, min(size, count)
        self._random, self._settled = random, settled
        self._precision = precision
        self._whole = self._repeat(self._size)
        self.whole, self._rest = divmod(count, self._size)
        self.per_epoch = self.whole + bool(self._rest)
        if settled and self._rest:
            _ = self._short

    @property
    def backend(self) -> str:
        """``numpy`` or ``llvm``: what does the next steps."""
        return self._whole.backend

    @cached_property
    def _short(self) -> Repeat:
        return self._repeat(self._rest)

    def _repeat(self, size: int) -> Repeat:
        repeat = Repeat(
            self._step,
            self._carried,
            fixed=self._fixed,
            sources=self._sources,
            batch=size,
            entries=(_RATE, _KEY if self._random else None),
            precision=self._precision,
        )
        if self._settled:
            repeat.settle()
        return repeat

    def fitting(self, first: int, rows: int, seconds: float) -> int:
        """Return how many steps to take of the rows at hand, on batches alike."""
        if first >= self.whole:
            return 1
        return min(self._whole.steps_in(seconds), rows // self._size)

    def examples(self, step: int) -> int:
        """Return the examples of a step of an epoch."""
        return self._size if step < self.whole else self._rest

    def take(
        self, first: int, rows: Array, entries: list[Array], epochs: int
    ) -> Progress:
        """Take steps of an epoch, as many as there are entries.

        Parameters
        ----------
        first : int
            The step to begin with.
        rows : int64 array
            Of the sources, those of the first step first.
        entries : list of arrays
            The learning rate of each step, and its key where steps take keys.
        epochs : int
            How many are ahead, this one too: whether compiling is worth it.
        """
        count = len(entries[0])
        repeat = self._whole if first < self.whole else self._short
        progress = repeat(count, rows, entries)
        repeat.consider(epochs * (self.whole if repeat is self._whole else 1))
        return progress


def _for_loops(step: Step) -> Callable[..., tuple[Any, Any]]:
    """Return a step in the form that loops take."""

    def repeated(carried: Any, fixed: Any, rows: Any, entries: Any) -> tuple[Any, Any]:
        params, state, loss, correct = step(*carried, fixed, *rows, *entries)
        return (params, state), (loss, correct)

    return repeated
