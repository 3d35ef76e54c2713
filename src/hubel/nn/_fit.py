"""Training from beginning to end, in one call."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from hubel.nn._config import TrainConfig
from hubel.nn._live import Live
from hubel.nn._module import Array, Module
from hubel.nn._records import Callback, Epoch, Pair, records
from hubel.nn._training import Training


def fit(
    net: Module,
    images: Array,
    targets: Array,
    *,
    validation: Pair | None = None,
    callbacks: Iterable[Callback] = (),
    live: bool = True,
    **settings: Any,
) -> tuple[Any, list[Epoch]]:
    """Train a net.

    Parameters
    ----------
    net : Module
        Where to start; it stays as it is.
    images, targets : array of shape (n, ...)
        The examples and their classes, or what the loss compares with.
    validation : pair of arrays, optional
        Images and targets that are evaluated after each epoch.
    callbacks : iterable of callables
        Each is called with every :class:`Slice` and :class:`Epoch` as it happens; one
        that returns True ends the training there.
    live : bool
        In a notebook, show one line that moves, and curves at the end; elsewhere
        nothing is shown.
    **settings
        The fields of :class:`TrainConfig`: ``epochs``, ``lr``, ``augment`` ...

    Returns
    -------
    net : Module
        The trained net.
    history : list of Epoch

    Raises
    ------
    OptionError, ShapeError
        If a setting or an array is not as needed.
    TrainingError
        If the loss stops being finite.

    Examples
    --------
    >>> import numpy as np
    >>> from hubel.nn import mlp
    >>> x, y = np.eye(4, dtype=np.float32), np.arange(4)
    >>> net, history = fit(mlp(4, 8, 4), x, y, epochs=60, lr=0.5)
    >>> history[-1].train_accuracy
    1.0
    """
    training = Training(net, images, targets, TrainConfig(**settings))
    told = tuple(callbacks)
    history: list[Epoch] = []
    with Live(training, wanted=live) as shown:
        for record in records(training, validation):
            if isinstance(record, Epoch):
                history.append(record)
            shown(record)
            if any([callback(record) is True for callback in told]):
                break
    return training.net, history
