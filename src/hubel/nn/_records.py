"""Training with a record of each epoch."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from hubel.nn._evaluate import evaluate
from hubel.nn._module import Array
from hubel.nn._training import Slice, Training

Pair = tuple[Array, Array]


@dataclass(frozen=True, slots=True)
class Epoch:
    """What happened in one epoch.

    Attributes
    ----------
    epoch : int
        From 1.
    train_loss, train_accuracy
        Averaged over the epoch, each example taken before its own step; no penalty.
    validation_loss, validation_accuracy
        Of the net at the end of the epoch; None without validation examples.
    penalty : float
        The L2 penalty at the end of the epoch.
    learning_rate : float
        Of the last step.
    images_per_second : float
        Of the steps alone.
    seconds : float
        From the start of the run, evaluation included.

    Accuracies go from 0 to 1 and are None where targets are not classes.
    """

    epoch: int
    train_loss: float
    train_accuracy: float | None
    validation_loss: float | None
    validation_accuracy: float | None
    penalty: float
    learning_rate: float
    images_per_second: float
    seconds: float


Record = Slice | Epoch
Callback = Callable[[Record], object]


def records(training: Training, validation: Pair | None = None) -> Iterator[Record]:
    """Train; yield every slice, and after the last one of an epoch its record.

    Parameters
    ----------
    training : Training
        What to go on with.
    validation : pair of arrays, optional
        Images and targets that are evaluated after each epoch.
    """
    start = time.perf_counter()
    examples, seconds = 0, 0.0
    for piece in training.slices():
        yield piece
        examples, seconds = examples + piece.examples, seconds + piece.seconds
        if piece.step == training.steps_per_epoch:
            yield _epoch(training, piece, validation, examples / seconds, start)
            examples, seconds = 0, 0.0


def _epoch(
    training: Training,
    last: Slice,
    validation: Pair | None,
    images_per_second: float,
    start: float,
) -> Epoch:
    """Sum up an epoch and evaluate the net."""
    loss, accuracy = None, None
    if validation is not None:
        loss, accuracy = evaluate(training.net, *validation, loss=training.config.loss)
    return Epoch(
        epoch=last.epoch,
        train_loss=training.tally.mean_loss,
        train_accuracy=training.tally.accuracy,
        validation_loss=loss,
        validation_accuracy=accuracy,
        penalty=training.penalty,
        learning_rate=training.learning_rate(last.epoch, last.step - 1),
        images_per_second=images_per_second,
        seconds=time.perf_counter() - start,
    )
