"""A net's scores for many examples, in batches through one compiled forward pass."""

from __future__ import annotations

from typing import Any

import numpy as np

from hubel.errors import DTypeError, OptionError, ShapeError
from hubel.nn._losses import Loss, find_loss
from hubel.nn._metrics import choose, count_correct
from hubel.nn._module import Array, Module
from hubel.transforms.compiled import compile

BATCH = 500


def _apply(net: Module, images: Any) -> Any:
    return net(images)


# Never on another backend than before: equal nets have equal scores, to the last bit.
_forward = compile(_apply, backend="numpy")


def predict_scores(net: Module, images: Array, *, batch_size: int = BATCH) -> Array:
    """Return the scores of every example.

    Parameters
    ----------
    net : Module
        Applied without a key: dropout does nothing.
    images : array of shape (n, ...)
        What the net takes; n at least 1.
    batch_size : int
        Examples at once; decides the memory needed.

    Returns
    -------
    array of shape (n, k)

    Raises
    ------
    OptionError, ShapeError
        If there is no image, ``batch_size`` is below 1, or the net does not keep the
        first axis.

    Examples
    --------
    >>> from hubel.nn import mlp
    >>> predict_scores(mlp(4, 3), np.ones((5, 4), np.float32), batch_size=2).shape
    (5, 3)
    """
    if batch_size < 1 or not len(images):
        raise OptionError(
            f"scores of {len(images)} images, {batch_size} at once",
            remedy="Give at least one image, and a batch_size from 1.",
        )
    first = _forward(net, images[:batch_size])
    if first.shape[:1] != (min(batch_size, len(images)),):
        raise ShapeError(
            f"the net gave {first.shape} for {min(batch_size, len(images))} examples",
            remedy="Let it keep the first axis, which counts the examples.",
        )
    scores = np.empty((len(images), *first.shape[1:]), first.dtype)
    scores[:batch_size] = first
    for start in range(batch_size, len(images), batch_size):
        stop = start + batch_size
        scores[start:stop] = _forward(net, images[start:stop])
    return scores


def predict(net: Module, images: Array, *, batch_size: int = BATCH) -> Array:
    """Return the chosen class of every example: the first of its highest scores.

    Parameters and errors are those of :func:`predict_scores`; the result is int64 of
    shape (n,).
    """
    scores = predict_scores(net, images, batch_size=batch_size)
    return choose(scores).astype(np.int64)


def accuracy(
    net: Module, images: Array, labels: Array, *, batch_size: int = BATCH
) -> float:
    """Return the fraction of examples whose class the net chooses, from 0 to 1.

    Raises
    ------
    DTypeError
        If the labels are not classes, of shape (n,).

    Examples
    --------
    >>> from hubel.nn import mlp
    >>> net = mlp(2, 2, seed=1)
    >>> x = np.ones((3, 2), np.float32)
    >>> accuracy(net, x, predict(net, x))
    1.0
    """
    scores = predict_scores(net, images, batch_size=batch_size)
    correct = count_correct(scores, labels)
    if correct is None:
        raise DTypeError(
            f"labels must be whole numbers of shape (n,), not {labels.dtype} of shape "
            f"{labels.shape}"
        )
    return int(correct) / len(labels)


def evaluate(
    net: Module,
    images: Array,
    targets: Array,
    *,
    loss: str | Loss = "softmax",
    batch_size: int = BATCH,
) -> tuple[float, float | None]:
    """Return the loss of a net on examples, and its accuracy.

    Returns
    -------
    loss : float
        Averaged over the examples, without the L2 penalty.
    accuracy : float or None
        From 0 to 1; None where the targets are not classes.
    """
    scores = predict_scores(net, images, batch_size=batch_size)
    correct = count_correct(scores, targets)
    fraction = None if correct is None else int(correct) / len(targets)
    return float(find_loss(loss)(scores, targets)), fraction
