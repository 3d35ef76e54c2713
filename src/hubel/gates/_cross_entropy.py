"""The softmax loss in one step, whose gradient is probabilities minus the truth."""

from __future__ import annotations

from typing import Any

import numpy as np

from hubel.errors import DTypeError, OptionError, ShapeError
from hubel.gates._arithmetic import subtract
from hubel.gates._chain import chain
from hubel.gates._exponential import exp, log
from hubel.gates._layout import reshape
from hubel.gates._softmax import (
    along_simplex,
    one_hot,
    scores_below,
    scores_dtype,
    shifted_scores,
    softmax,
)
from hubel.gates._sum import sum_over
from hubel.gates._where import where
from hubel.gates.batch import stacked
from hubel.gates.define import (
    CONSTANT_RULE,
    ByHand,
    define,
    dtype_of,
    ndim_of,
    shape_of,
)
from hubel.graph.node import Spec
from hubel.graph.registry import Value

ARRAY: Any = np.asarray
ROWS: Any = np.arange
INDICES: Any = np.indices


def _labels_within(labels: Value, classes: int) -> Any:
    numbers = ARRAY(labels)
    if numbers.size and (numbers.min() < 0 or numbers.max() >= classes):
        raise OptionError(
            f"labels from {numbers.min()} to {numbers.max()} do not fit {classes} "
            f"scores, which number 0 to {classes - 1}"
        )
    return labels


def _infer_labels(labels: Spec, classes: int) -> Spec:
    if labels.dtype.kind not in "iu":
        raise DTypeError(f"labels must be whole numbers, not {labels.dtype}")
    return labels


labels_within = define(
    "labels_within",
    _labels_within,
    _infer_labels,
    CONSTANT_RULE,
    kind="layout",
    view=True,
    batch=stacked,
)


def _softmax_cross_entropy(scores: Value, labels: Value, out: Any = None) -> Any:
    """Give log(sum(exp(s))) - s[label] for each row of scores."""
    places = _right_places(labels, np.shape(scores)[-1])
    shifted = shifted_scores(scores, -1)
    right = shifted[places]
    loss: Any = np.log(np.add.reduce(np.exp(shifted, out=shifted), axis=-1), out=out)
    return np.subtract(loss, right, out=out)


def _right_places(labels: Value, classes: int) -> tuple[Any, ...]:
    """Give the index of each row's right class, after checking that it is one."""
    labels = labels_within(ARRAY(labels), classes=classes)
    if labels.ndim == 1:
        return ROWS(labels.size), labels
    return (*INDICES(labels.shape, sparse=True), labels)


def _infer_loss(scores: Spec, labels: Spec) -> Spec:
    if not scores.shape or scores.shape[:-1] != labels.shape:
        raise ShapeError(
            f"scores of shape {scores.shape} and labels of shape {labels.shape}",
            remedy="give one label to each row of scores: (n, k) and (n,)",
        )
    shape = _infer_labels(labels, scores.shape[-1]).shape
    return Spec(shape, scores_dtype(scores.dtype))


def _marked(labels: Value, classes: int, dtype: Any) -> Value:
    """Mark the right class of each row."""
    within = labels_within(labels, classes=classes)
    return one_hot(within, classes=classes, dtype=np.dtype(dtype))


def _loss(scores: Value, labels: Value) -> Value:
    """Give what ``_softmax_cross_entropy`` gives, in gates."""
    classes, last = shape_of(scores)[-1], (ndim_of(scores) - 1,)
    below = scores_below(scores, last)
    right = where(_marked(labels, classes, np.bool_), below, 0)
    total = sum_over(exp(below), axis=last, keepdims=True)  # that of the softmax
    return subtract(
        log(reshape(total, shape=shape_of(labels))), sum_over(right, axis=last)
    )


def _pull(g: Value, out: Value, scores: Value, labels: Value) -> Value:
    return chain(reshape(g, shape=(*shape_of(g), 1)), softmax_error(scores, labels))


def _push(t: Value, out: Value, scores: Value, labels: Value) -> Value:
    last = (ndim_of(scores) - 1,)
    return sum_over(chain(t, softmax_error(scores, labels)), axis=last)


softmax_cross_entropy = define(
    "softmax_cross_entropy",
    _softmax_cross_entropy,
    _infer_loss,
    ByHand(_pull, _push),
    CONSTANT_RULE,
    fills=True,
    operations=lambda node: 15.0 * node.inputs[0].size,
    batch=stacked,
    native=_loss,
)


def _softmax_error(scores: Value, labels: Value, out: Any = None) -> Any:
    """Give the probabilities minus 1 at the right class of each row."""
    error = softmax.forward(scores, out=out)
    error[_right_places(labels, error.shape[-1])] -= 1
    return error


def _difference(scores: Value, labels: Value) -> Value:
    """Give what ``_softmax_error`` gives, in gates."""
    shares = softmax(scores)
    return subtract(shares, _marked(labels, shape_of(scores)[-1], dtype_of(shares)))


def _infer_error(scores: Spec, labels: Spec) -> Spec:
    return Spec(scores.shape, _infer_loss(scores, labels).dtype)


def _along(g: Value, out: Value, scores: Value, labels: Value) -> Value:
    return along_simplex(g, softmax(scores), scores)


softmax_error = define(
    "softmax_error",
    _softmax_error,
    _infer_error,
    ByHand(_along, _along),
    CONSTANT_RULE,
    fills=True,
    inplace=True,
    weight=15,
    batch=stacked,
    native=_difference,
)
