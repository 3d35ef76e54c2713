"""A net that is trained while somebody turns its knobs, as `hubel.nn.Training` would.

The order of the points, the batches and the arithmetic are those of `Training` with a
constant schedule, so that anybody can repeat in Python a run that was left alone. The
learning rate and the strength of regularisation are inputs of every step: turning them
compiles nothing.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from hubel.graph.node import Spec
from hubel.nn import Sequential
from hubel.nn._losses import find_loss
from hubel.nn._module import TRAINED, roles
from hubel.nn._optim import find_optimizer
from hubel.nn._step import split, with_parameters
from hubel.playground._settings import MOST_POINTS, Settings
from hubel.streams import permutation
from hubel.tracing.tree import flatten, map_leaves, unflatten
from hubel.transforms import value_and_grad
from hubel.transforms.repeat import Repeat

Floats = NDArray[np.float32]
Labels = NDArray[np.int64]
_RATE: Final = Spec((), np.dtype(np.float64), weak=True)
_MOST_KEPT: Final = 200
_EPOCHS: Final = 64
"""Epochs whose steps are taken in one call, at most."""
_AHEAD: Final = 10**9
"""Steps that are expected: whoever plays may go on for long."""


@dataclass(frozen=True)
class Moment:
    """Where training stood."""

    step: int
    epoch: int
    done: int
    arrays: Any


class Learner:
    """Trains a net on points that may change.

    Parameters
    ----------
    settings : Settings
        Decides the net, the order and every step.
    x : float32 array of shape (n, 2)
    y : int64 array of shape (n,)
        The points that it learns from; n is at least 1.
    """

    def __init__(self, settings: Settings, x: Floats, y: Labels) -> None:
        self.settings = settings
        self._start = settings.net()
        optimizer = find_optimizer(settings.optimizer, settings.momentum)
        params = split(self._start)[0]
        self._carried = map_leaves(np.array, (params, optimizer.init(params)))
        self._step = _make_step(self._start, settings, optimizer)
        self._points = np.zeros((MOST_POINTS, 2), np.float32)
        self._labels = np.zeros(MOST_POINTS, np.int64)
        self._repeats: dict[int, Repeat] = {}
        self.lr, self.l2 = settings.lr, settings.l2
        self.step, self._epoch, self._done = 0, 1, 0
        self._kept: list[Moment] = []
        self._every = 1
        self.give(x, y)
        self._keep()

    def give(self, x: Floats, y: Labels) -> None:
        """Learn from these points from now on; the epoch begins anew."""
        self.count = len(x)
        self._points[: self.count], self._labels[: self.count] = x, y
        self._done = 0

    @property
    def net(self) -> Sequential:
        """The net as it is now, with parameters of its own."""
        return with_parameters(self._start, map_leaves(np.array, self._carried[0]))

    @property
    def parameters(self) -> tuple[Floats, ...]:
        """The parameters that are trained, in order; writing changes the net."""
        return self._carried[0]

    @property
    def arrays(self) -> list[Any]:
        """Everything that steps change: the parameters and the optimiser's state."""
        return flatten(self._carried)[0]

    @property
    def size(self) -> int:
        """How many points a batch has."""
        return min(self.settings.batch, self.count)

    @property
    def per_epoch(self) -> int:
        """How many steps an epoch has; the last one may be short."""
        return -(-self.count // self.size)

    def train(self, steps: int, seconds: float = math.inf) -> int:
        """Take so many steps, or fewer in about so long; return how many.

        Returns
        -------
        int
            Steps taken. Fewer than one may expect means that the loss of the last
            batch was no longer finite: then the net is as it was at the last moment
            that was kept, and `diverged` says so.
        """
        self.diverged = False
        taken = 0
        while taken < steps and not self.diverged:
            size, rows, count = self._batches(min(steps - taken, 10**6))
            repeat = self._repeat(size)
            if seconds < math.inf:
                count = min(count, max(repeat.steps_in(seconds), 1))
            done = self._run(repeat, rows, count)
            taken += done
            seconds -= done * repeat.seconds
            if seconds <= 0:
                break
        return taken

    diverged = False

    def _run(self, repeat: Repeat, rows: NDArray[np.int64], count: int) -> int:
        """Take steps on rows of one batch size; go back where the loss was lost."""
        rates = [np.full(count, rate, np.float64) for rate in (self.lr, self.l2)]
        progress = repeat(count, rows, rates)
        repeat.consider(_AHEAD)
        if progress.done < count or not math.isfinite(progress.collected[0][-1]):
            self.diverged = True
            self.rewind(self.step)
            return progress.done
        self._advance(progress.done)
        return progress.done

    def _advance(self, steps: int) -> None:
        self.step += steps
        epochs, self._done = divmod(self._done + steps, self.per_epoch)
        self._epoch += epochs
        if self.step >= self._kept[-1].step + self._every and self.finite:
            self._keep()

    @property
    def finite(self) -> bool:
        """Whether every parameter is a finite number."""
        return all(bool(np.isfinite(each).all()) for each in self.parameters)

    def _batches(self, most: int) -> tuple[int, NDArray[np.int64], int]:
        """Return the size of the next batches, their rows, and how many they are."""
        size = self.size
        whole, rest = divmod(self.count, size)
        if self._done >= whole:
            return rest, self._order(self._epoch)[whole * size :], 1
        rows = [self._order(self._epoch)[self._done * size : whole * size]]
        count, epoch = whole - self._done, self._epoch
        while not rest and count < most and epoch < self._epoch + _EPOCHS:
            epoch += 1
            rows.append(self._order(epoch))
            count += whole
        return size, np.concatenate(rows), min(count, most)

    def _order(self, epoch: int) -> NDArray[np.int64]:
        return permutation(self.count, self.settings.seed, "shuffle", epoch)

    def _repeat(self, size: int) -> Repeat:
        """Return the steps on batches of a size."""
        if size not in self._repeats:
            self._repeats[size] = Repeat(
                self._step,
                self._carried,
                sources=(self._points, self._labels),
                batch=size,
                entries=(_RATE, _RATE),
            )
        return self._repeats[size]

    # Going back -------------------------------------------------------------------

    def go_on_from(self, other: Learner) -> None:
        """Take over weights, step and past of a learner of the same net."""
        for mine, theirs in zip(self.parameters, other.parameters, strict=True):
            mine[...] = theirs
        self.step = other.step
        self.lr, self.l2 = other.lr, other.l2
        self._kept = []
        self._keep()

    def take_over(self, arrays: list[Any], step: int) -> None:
        """Go on from saved arrays, those of `arrays` in order."""
        for mine, saved in zip(self.arrays, arrays, strict=True):
            mine[...] = saved
        self.step = step
        self._epoch, self._done = divmod(step, self.per_epoch)
        self._epoch += 1
        self._kept = []
        self._keep()

    def _keep(self) -> None:
        """Keep this moment; thin out what was kept where it becomes too much."""
        arrays = map_leaves(np.array, self._carried)
        self._kept.append(Moment(self.step, self._epoch, self._done, arrays))
        if len(self._kept) > _MOST_KEPT:
            self._kept = self._kept[::2]
            self._every *= 2

    def rewind(self, step: int) -> int:
        """Go back to the last moment kept at or before a step; return its step."""
        while len(self._kept) > 1 and self._kept[-1].step > step:
            self._kept.pop()
        moment = self._kept[-1]
        self.step, self._epoch, self._done = moment.step, moment.epoch, moment.done
        for mine, kept in zip(self.arrays, flatten(moment.arrays)[0], strict=True):
            mine[...] = kept
        return self.step


def _make_step(net: Sequential, settings: Settings, optimizer: Any) -> Any:
    """Write a step as loops take it, with the two rates as inputs."""
    _, tree = flatten(net)
    kinds = roles(tree)
    decays = [kind == "weight" for kind in kinds if kind in TRAINED]
    fixed = split(net)[1]
    loss = find_loss(settings.loss)

    def objective(params: Any, x: Any, y: Any) -> Any:
        given = iter(params)
        frozen = iter(fixed)
        leaves = [next(given) if kind in TRAINED else next(frozen) for kind in kinds]
        return loss(unflatten(tree, leaves)(x), y)

    differentiated = value_and_grad(objective)

    def step(carried: Any, fixed: Any, rows: Any, entries: Any) -> Any:
        params, state = carried
        lr, l2 = entries
        value, gradients = differentiated(params, *rows)
        pairs = zip(gradients, params, decays, strict=True)
        gradients = tuple(g + l2 * w if decay else g for g, w, decay in pairs)
        params, state = optimizer.update(params, gradients, state, lr)
        return (params, state), (value,)

    return step
