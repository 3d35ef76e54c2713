"""Steps of training that nobody keeps: on copies, with random numbers of their own."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from hubel.experiments.doctor._case import Array, Case, Pair
from hubel.nn import Dropout, Module, Sequential
from hubel.nn._module import needs_key
from hubel.nn._optim import Optimizer, find_optimizer
from hubel.nn._step import first_state, make_step, split, with_parameters
from hubel.streams import permutation, stream
from hubel.transforms.compiled import compile

Arrays = tuple[Array, ...]


@dataclass(frozen=True, eq=False)
class Moment:
    """One step: the loss before it, the parameters before and after it, the state."""

    loss: float
    before: Arrays
    after: Arrays
    state: Any


class Walk:
    """A way to train a net, compiled once and walked many times.

    Parameters
    ----------
    case : Case
    net : Module, optional
        Another net than that of the case.
    optimizer : Optimizer, optional
        Another optimiser than that of the settings.
    l2 : float, optional
        Another strength of regularisation.
    """

    def __init__(
        self,
        case: Case,
        *,
        net: Module | None = None,
        optimizer: Optimizer | None = None,
        l2: float | None = None,
    ) -> None:
        config = case.config
        self.net = case.net if net is None else net
        self._optimizer = optimizer or find_optimizer(config.optimizer, config.momentum)
        strength = config.l2 if l2 is None else l2
        step = make_step(self.net, case.loss, self._optimizer, strength)
        # Never native code: it would still be in the making when the check is over.
        self._step = compile(step, backend="numpy")
        self._seed, self._random = config.seed, needs_key(self.net)

    def __call__(
        self, batches: Iterator[Pair], rates: Sequence[float]
    ) -> Iterator[Moment]:
        """Take a step for each learning rate, until the loss is not finite."""
        params, fixed = split(self.net)
        state: Any = first_state(self.net, self._optimizer)
        words = stream(self._seed, "doctor mask").bit_generator
        for rate, (images, labels) in zip(rates, batches, strict=False):
            key = words.random_raw(2) if self._random else None
            before = params
            params, state, loss, _ = self._step(
                params, state, fixed, images, labels, float(rate), key
            )
            yield Moment(float(loss), before, params, state)
            if not math.isfinite(loss):
                return

    def end(self, last: Moment) -> Any:
        """Return the net after a step."""
        return with_parameters(self.net, last.after, last.state)

    def affordable(self, batch: Pair, seconds: float, most: int, least: int) -> int:
        """Return how many steps fit into a time, by the time of one."""
        for _ in self(iter([batch]), [0.0]):  # the first is slower: it is compiled
            pass
        start = time.perf_counter()
        for _ in self(iter([batch]), [0.0]):
            pass
        one = max(time.perf_counter() - start, 1e-9)
        return max(least, min(most, int(seconds / one)))


def batches(case: Case, rows: Array, size: int) -> Iterator[Pair]:
    """Give batches of some examples for ever, each time in another order."""
    size, epoch = min(size, len(rows)), 0
    while True:
        order = rows[permutation(len(rows), case.config.seed, "doctor order", epoch)]
        for start in range(0, len(order) - size + 1, size):
            chosen = order[start : start + size]
            yield case.images[chosen], case.labels[chosen]
        epoch += 1


def without_dropout(module: Any) -> Any:
    """Return a net whose dropout, where it is in a sequence, does nothing."""
    if isinstance(module, Sequential):
        kept = [layer for layer in module if not isinstance(layer, Dropout)]
        return Sequential(*map(without_dropout, kept))
    return module


def norm(array: Array) -> float:
    """Return the length of an array of any shape, at least the least number."""
    return max(float(np.linalg.norm(array)), float(np.finfo(np.float32).tiny))
