"""Many nets trained side by side: a plan with an axis of nets, on the same batches."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from hubel.experiments._task import Task
from hubel.graph.node import Spec
from hubel.nn import SGD, Snapshot, Tally, TrainConfig
from hubel.nn._feed import make_feed
from hubel.nn._keys import step_keys
from hubel.nn._losses import find_loss
from hubel.nn._module import TRAINED, Array, Module, needs_key, roles
from hubel.nn._optim import Optimizer, find_optimizer
from hubel.nn._step import first_state, make_step, split
from hubel.nn.schedules import find_schedule
from hubel.tracing.tree import flatten, map_leaves, unflatten
from hubel.transforms import vmap
from hubel.transforms.repeat import Repeat

_KEY = Spec((2,), np.dtype(np.uint64))


class Lanes:
    """A plan in which nets of one structure are trained, each in a lane.

    Nets of one structure differ in their parameters, learning rate and L2 alone. A lane
    computes what it would beside any others, to the last bit, and a single lane what
    `nn.Training` does.

    Parameters
    ----------
    task : Task
        Of one of the nets.
    width : int
        How many lanes.

    Attributes
    ----------
    epoch, step : int
        Where all of them stand: the epoch, from 1, and the steps done in it.
    backend : str
        ``numpy`` or ``llvm``.
    """

    def __init__(self, task: Task, width: int) -> None:
        self.config, self.width = task.settings.config(), width
        self.epoch, self.step = 1, 0
        self._schedule = find_schedule(self.config.schedule)
        self._random = needs_key(task.net)
        self._count = len(task.train)
        self._size = min(self.config.batch_size, self._count)
        self.steps = -(-self._count // self._size)
        self._feed = make_feed(task.train.images, task.train.labels, self.config)
        optimizer = find_optimizer(self.config.optimizer, self.config.momentum)
        params, self._fixed = split(task.net)
        self._carried = _stacked(params, first_state(task.net, optimizer), width)
        self._rates, self._l2 = np.ones(width), np.zeros(width, np.float32)
        self._leaves, self._tree = flatten(self._carried[:2])
        step = _make_step(task.net, self.config, optimizer, width)
        self._whole = self._repeat(step, self._size)
        rest = self._count % self._size
        self._short = self._repeat(step, rest) if rest else None
        self.backend = self._whole.backend

    def load(
        self, snapshots: Sequence[Snapshot], rates: Sequence[float], l2: Sequence[float]
    ) -> None:
        """Put a net into each lane; all of them stand at the same step.

        Where there are fewer nets than lanes, the first one is in the others too.
        """
        full = [*range(len(snapshots))] + [0] * (self.width - len(snapshots))
        self.epoch, self.step = snapshots[0].epoch, snapshots[0].step
        _, _, losses, correct = self._carried
        for lane, number in enumerate(full):
            given = snapshots[number]
            leaves, _ = flatten((given.params, given.state))
            for buffer, leaf in zip(self._leaves, leaves, strict=True):
                buffer[lane] = leaf
            self._rates[lane], self._l2[lane] = rates[number], l2[number]
            losses[lane], correct[lane] = given.tally.loss, given.tally.correct or 0

    def advance(self, seconds: float) -> int:
        """Take about as many steps as fit into a time, within an epoch; count them."""
        rows = self._feed.rows(self.epoch, self.step)
        whole = self._count // self._size
        if self.step < whole:
            repeat = self._whole
            most = min(len(rows) // self._size, whole - self.step)
            count = min(repeat.steps_in(seconds), most)
        else:
            assert self._short is not None
            repeat, count = self._short, 1
        repeat(count, rows, self._entries(count))
        self.step += count
        return count

    def finish_epoch(self) -> None:
        """Go on to the next epoch."""
        self.epoch, self.step = self.epoch + 1, 0
        for sums in self._carried[2:]:
            sums[...] = 0

    def snapshot(self, lane: int) -> Snapshot:
        """Return copies of all that the next step of a lane depends on."""
        copies = [np.array(leaf[lane]) for leaf in self._leaves]
        params, state = unflatten(self._tree, copies)
        return Snapshot(self.epoch, self.step, params, state, self.tally(lane))

    def tally(self, lane: int) -> Tally:
        """Return what the steps of the epoch have added up to."""
        _, _, losses, correct = self._carried
        examples = min(self.step * self._size, self._count)
        return Tally(float(losses[lane]), int(correct[lane]), examples)

    def rate(self, lane: int, step: int) -> float:
        """Return the learning rate of a step of the epoch."""
        total = self.config.epochs * self.steps
        at = (self.epoch - 1) * self.steps + step
        return float(self._rates[lane]) * self._schedule(at, total)

    def _entries(self, count: int) -> list[Array]:
        """Return the learning rates of the next steps, and their keys."""
        steps, lanes = range(self.step, self.step + count), range(self.width)
        rates = np.array([[self.rate(lane, s) for lane in lanes] for s in steps])
        if not self._random:
            return [rates]
        keys = step_keys(self.config.seed, self.epoch, self.steps)
        return [rates, keys[self.step : self.step + count]]

    def _repeat(self, step: Any, size: int) -> Repeat:
        rates = Spec((self.width,), np.dtype(np.float64))
        repeat = Repeat(
            step,
            self._carried,
            fixed=(self._l2, self._fixed),
            sources=self._feed.sources,
            batch=size,
            entries=(rates, _KEY if self._random else None),
            precision=self.config.precision,
        )
        repeat.settle()
        return repeat


def _stacked(params: Any, state: Any, width: int) -> tuple[Any, ...]:
    """Return parameters, the optimiser's state, and sums of losses and right answers.

    Each array has the lanes along its first axis.
    """

    def spread(leaf: Array) -> Array:
        return np.stack([leaf] * width)

    start = map_leaves(spread, (params, state))
    return *start, np.zeros(width), np.zeros(width, np.int64)


@dataclass(frozen=True)
class _OfLane:
    """An optimiser whose learning rate and strength of L2 are arrays, not constants."""

    inner: Optimizer
    decays: tuple[bool, ...]

    def init(self, params: Any) -> Any:
        """Return the state to start with."""
        return self.inner.init(params)

    def update(
        self, params: Any, gradients: Any, state: Any, lr: tuple[Any, Any]
    ) -> tuple[Any, Any]:
        """Add the gradient of the penalty, and take one step."""
        rate, l2 = lr
        gradients = tuple(
            g + l2 * w if decay else g
            for g, w, decay in zip(gradients, params, self.decays, strict=True)
        )
        # As with a Python number, float32 stays float32; Adam casts by itself.
        rate = rate.astype(np.float32) if isinstance(self.inner, SGD) else rate
        return self.inner.update(params, gradients, state, rate)


def _make_step(
    net: Module, config: TrainConfig, optimizer: Optimizer, width: int
) -> Any:
    """Write a step of all lanes, in the form that loops take."""
    decays = tuple(
        kind == "weight" for kind in roles(flatten(net)[1]) if kind in TRAINED
    )
    one = make_step(net, find_loss(config.loss), _OfLane(optimizer, decays), 0.0)
    lanes: Any = _in_one_lane(one)
    if width > 1:
        lanes = vmap(one, in_axes=(0, 0, None, None, None, 0, None))

    def step(carried: Any, fixed: Any, rows: Any, entries: Any) -> tuple[Any, Any]:
        params, state, losses, correct = carried
        l2, held = fixed
        rates, key = entries
        params, state, loss, right = lanes(params, state, held, *rows, (rates, l2), key)
        # A loop ends where its first scalar is not finite; other lanes are to go on.
        losses = losses + loss.astype(np.float64) * rows[0].shape[0]
        return (params, state, losses, correct + right), (np.sum(right),)

    return step


def _in_one_lane(one: Any) -> Any:
    """Apply a step of one net to the only lane there is."""

    def inside(x: Any) -> Any:
        return np.reshape(x, x.shape[1:])

    def outside(x: Any) -> Any:
        return np.reshape(x, (1, *x.shape))

    def step(params: Any, state: Any, *rest: Any) -> Any:
        fixed, images, targets, rates, key = rest
        start = map_leaves(inside, (params, state))
        rates = map_leaves(inside, rates)
        found = one(*start, fixed, images, targets, rates, key)
        return map_leaves(outside, found)

    return step
