"""The training loop: a generator of slices over buffers that it owns."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from hubel.errors import OptionError, ShapeError, TrainingError
from hubel.nn._config import TrainConfig
from hubel.nn._evaluate import predict_scores
from hubel.nn._feed import make_feed
from hubel.nn._keys import step_keys
from hubel.nn._losses import check_labels, find_loss
from hubel.nn._module import Array, Module, needs_key
from hubel.nn._optim import find_optimizer
from hubel.nn._step import (
    Arrays,
    first_state,
    make_step,
    penalty,
    split,
    with_parameters,
)
from hubel.nn._steps import Steps
from hubel.nn._tally import Tally
from hubel.nn.schedules import find_schedule
from hubel.tracing.tree import flatten, map_leaves

LONGEST = 0.05
"""Seconds of native code after which Python looks up, whatever the slices: for Ctrl-C,
and since how long a step takes is an estimate."""


@dataclass(frozen=True, slots=True)
class Slice:
    """What happened in one or many steps of one epoch.

    Attributes
    ----------
    epoch : int
        From 1.
    step : int
        Steps done in this epoch, up to the end of the slice.
    steps : int
        Steps of the slice.
    loss : float
        Averaged over its examples, each taken before its own step, without penalty.
    correct : int or None
        Examples whose class came out right; None where targets are not classes.
    examples : int
    seconds : float
        What the steps took.
    """

    epoch: int
    step: int
    steps: int
    loss: float
    correct: int | None
    examples: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Where training stands: with the same net, data and settings it goes on alike.

    Attributes
    ----------
    epoch, step : int
        The current epoch, from 1, and the steps done in it.
    params : tuple of arrays
        The parameters, in the order of ``net.parameters()``.
    state : tree of arrays
        The optimiser's, and beside it the statistics of a net that has them.
    tally : Tally
        Of the steps done in the epoch.
    """

    epoch: int
    step: int
    params: Arrays
    state: Any
    tally: Tally


class Training:
    """A run of training, which goes on as its slices are asked for.

    Parameters
    ----------
    net : Module
        Where to start; it is copied and stays as it is.
    images : array of shape (n, ...)
        The examples, as the net takes them; read, never written.
    targets : array of shape (n, ...)
        Their classes, or what the loss compares with.
    config : TrainConfig
        The settings.
    resume : Snapshot, optional
        Go on from there.

    Attributes
    ----------
    config : TrainConfig
    steps_per_epoch : int
    backend : str
        ``numpy`` or ``llvm``: what does the next steps.

    Raises
    ------
    OptionError, ShapeError
        If there are no examples, no parameters, or counts differ.

    Notes
    -----
    The order of the examples is a pure function of (seed, epoch), the masks of dropout
    of (seed, epoch, step, position of the layer), and with ``config.augment`` what
    becomes of an image of (seed, epoch, index). Steps run on NumPy while native code
    is made in the background, unless the run is to be deterministic.

    Examples
    --------
    >>> from hubel.nn import mlp
    >>> x, y = np.eye(4, dtype=np.float32), np.arange(4)
    >>> training = Training(mlp(4, 4), x, y, TrainConfig(epochs=50, lr=0.5))
    >>> losses = [piece.loss for piece in training.slices()]
    >>> losses[-1] < losses[0]
    True
    """

    def __init__(
        self,
        net: Module,
        images: Array,
        targets: Array,
        config: TrainConfig,
        *,
        resume: Snapshot | None = None,
    ) -> None:
        _check(net, images, targets)
        self.config, self._net = config, net
        optimizer = find_optimizer(config.optimizer, config.momentum)
        self._schedule = find_schedule(config.schedule)
        self._params, self._fixed = split(net)
        self._state = first_state(net, optimizer)
        self._epoch, self._done, self._tally = 1, 0, Tally()
        if resume is not None:
            self._epoch, self._done = resume.epoch, resume.step
            self._tally = resume.tally
            self._params, self._state = resume.params, resume.state
        self._params = map_leaves(np.array, self._params)
        self._state = map_leaves(np.array, self._state)
        self._random = needs_key(net)
        self._feed = make_feed(images, targets, config)
        self._step = make_step(net, find_loss(config.loss), optimizer, config.l2)
        self._steps = Steps(
            self._step,
            self._params,
            self._state,
            self._fixed,
            self._feed.sources,
            count=len(images),
            size=config.batch_size,
            random=self._random,
            settled=config.deterministic,
            precision=config.precision,
        )
        self.steps_per_epoch = self._steps.per_epoch

    @property
    def net(self) -> Any:
        """The net with copies of the parameters and statistics as they are now."""
        now = map_leaves(np.array, (self._params, self._state))
        return with_parameters(self._net, *now)

    @property
    def backend(self) -> str:
        """``numpy`` or ``llvm``: what does the next steps."""
        return self._steps.backend

    @property
    def steps_done(self) -> int:
        """Steps since the beginning of the first epoch."""
        return (self._epoch - 1) * self.steps_per_epoch + self._done

    @property
    def tally(self) -> Tally:
        """What the steps of the current epoch have added up to."""
        return self._tally

    @property
    def penalty(self) -> float:
        """The L2 penalty now, which no loss reported here includes."""
        return penalty(with_parameters(self._net, self._params), self.config.l2)

    def learning_rate(self, epoch: int, step: int) -> float:
        """Return the learning rate of a step of an epoch, the epoch from 1."""
        total = self.config.epochs * self.steps_per_epoch
        at = (epoch - 1) * self.steps_per_epoch + step
        return self.config.lr * self._schedule(at, total)

    def update_ratios(self) -> dict[str, float]:
        """Return how much the next step would change each parameter, relative to it.

        The step is one on the batch of the last step, with its learning rate; it is
        not taken. Lengths are Euclidean, and about 0.001 is usual (CS231n).
        """
        step = max(self._done - 1, 0)
        rows = self._feed.rows(self._epoch, step)[: self._steps.examples(step)]
        images, targets = (source[rows] for source in self._feed.sources)
        keys, lr = self._keys(), self.learning_rate(self._epoch, step)
        key = None if keys is None else keys[step]
        batch = self._fixed, images, targets, lr, key
        after, *_ = self._step(self._params, self._state, *batch)
        pairs = zip(self._net.parameters(), self._params, after, strict=True)
        return {name: _ratio(new - old, old) for name, old, new in pairs}

    def snapshot(self) -> Snapshot:
        """Return copies of everything that the next slice depends on."""
        params, state = map_leaves(np.array, (self._params, self._state))
        return Snapshot(self._epoch, self._done, params, state, self._tally)

    def restore(self, snapshot: Snapshot) -> None:
        """Go on from a snapshot of the same net, once slices are asked for anew."""
        self._epoch, self._done = snapshot.epoch, snapshot.step
        self._tally = snapshot.tally
        mine, _ = flatten((self._params, self._state))
        given, _ = flatten((snapshot.params, snapshot.state))
        # In place: the steps are bound to these buffers.
        for buffer, array in zip(mine, given, strict=True):
            buffer[...] = array

    def slices(self) -> Iterator[Slice]:
        """Train; yield what happened about every ``slice_seconds``.

        A slice never crosses the end of an epoch. Between slices everything is
        consistent: stop when you like, ask for ``net``, go on later.

        Raises
        ------
        TrainingError
            If the loss, or at the end a parameter, is not finite.
        """
        while self._epoch <= self.config.epochs:
            keys = self._keys()
            while self._done < self.steps_per_epoch:
                yield self._slice(keys)
            self._epoch, self._done, self._tally = self._epoch + 1, 0, Tally()
        self._check_parameters()

    def _keys(self) -> Array | None:
        if not self._random:
            return None
        return step_keys(self.config.seed, self._epoch, self.steps_per_epoch)

    def _slice(self, keys: Array | None) -> Slice:
        """Run steps until the time of a slice or the epoch is over."""
        first, before = self._done, self._tally
        start = time.perf_counter()
        deadline = start + self.config.slice_seconds
        now = start
        while True:
            self._advance(keys, min(deadline - now, LONGEST))
            now = time.perf_counter()
            if now >= deadline or self._done == self.steps_per_epoch:
                break
        done = self._tally.since(before)
        steps, seconds = self._done - first, now - start
        counts = done.correct, done.examples, seconds
        return Slice(self._epoch, self._done, steps, done.mean_loss, *counts)

    def _advance(self, keys: Array | None, seconds: float) -> None:
        """Take about as many steps as fit into a time."""
        first = self._done
        rows = self._feed.rows(self._epoch, first)
        count = self._steps.fitting(first, len(rows), seconds)
        steps = range(first, first + count)
        rates = np.array([self.learning_rate(self._epoch, step) for step in steps])
        entries = [rates] if keys is None else [rates, keys[first : first + count]]
        epochs = self.config.epochs + 1 - self._epoch
        done, (losses, *right) = self._steps.take(first, rows, entries, epochs)
        self._done += done
        fine = done if math.isfinite(losses[-1]) else done - 1
        correct = int(right[0][:fine].sum()) if right else None
        examples = self._steps.examples(first)
        self._tally = self._tally.add_steps(losses[:fine].tolist(), correct, examples)
        if fine < done:
            raise self._diverged(float(losses[-1]), rates[fine])

    def _diverged(self, value: float, lr: float) -> TrainingError:
        return TrainingError(
            f"the loss became {value} in epoch {self._epoch}, step {self._done} of "
            f"{self.steps_per_epoch}, at a learning rate of {lr:.3g}",
            remedy="Try a learning rate ten times smaller, then less momentum; check "
            "that the inputs are finite and normalised.",
        )

    def _check_parameters(self) -> None:
        """Refuse to end with parameters that the last step made infinite."""
        names = self._net.parameters()
        for name, array in zip(names, self._params, strict=True):
            if not np.isfinite(array).all():
                raise TrainingError(
                    f"{name} is not finite after the last step",
                    remedy="Try a learning rate ten times smaller.",
                )


def _ratio(change: Array, array: Array) -> float:
    """Return the length of a change over that of what it changes; 0 of nothing."""
    length = float(np.linalg.norm(array))
    return float(np.linalg.norm(change)) / length if length else 0.0


def _check(net: Module, images: Array, targets: Array) -> None:
    """Refuse examples and nets that cannot be trained."""
    if len(images) != len(targets):
        raise ShapeError(f"{len(images):,} images and {len(targets):,} targets")
    if not len(images):
        raise OptionError("there are no examples to train on")
    if not net.parameters():
        raise OptionError(
            "the net has no parameters to train",
            remedy="Add a layer, or take Frozen away.",
        )
    scores = predict_scores(net, images[:1])
    if scores.ndim == 2 and scores.shape[1] > 1 and targets.dtype.kind in "iu":
        check_labels(targets, scores.shape[1])
