"""The softmax loss in one step, whose gradient is probabilities minus the truth."""

from __future__ import annotations

from typing import Any

import numpy as np

from hubel.errors import DTypeError, OptionError, ShapeError
from hubel.gates._chain import chain
from hubel.gates._layout import reshape
from hubel.gates._softmax import along_simplex, shifted_scores, softmax
from hubel.gates._sum import sum_over
from hubel.gates.batch import stacked
from hubel.gates.define import (
    CONSTANT_RULE,
    ByHand,
    define,
    ndim_of,
    result_dtype,
    shape_of,
)
from hubel.graph.node import Spec
from hubel.graph.registry import Value

ARRAY: Any = np.asarray
ROWS: Any = np.arange
INDICES: Any = np.indices


def _softmax_cross_entropy(scores: Value, labels: Value, out: Any = None) -> Any:
    """Give log(sum(exp(s))) - s[label] for each row of scores."""
    places = _right_places(labels, np.shape(scores)[-1])
    shifted = shifted_scores(scores, -1)
    right = shifted[places]
    loss: Any = np.log(np.add.reduce(np.exp(shifted, out=shifted), axis=-1), out=out)
    return np.subtract(loss, right, out=out)


def _right_places(labels: Value, classes: int) -> tuple[Any, ...]:
    """Give the index of each row's right class, after checking that it is one."""
    labels = ARRAY(labels)
    if labels.size and (labels.min() < 0 or labels.max() >= classes):
        raise OptionError(
            f"labels from {labels.min()} to {labels.max()} do not fit {classes} "
            f"scores, which number 0 to {classes - 1}"
        )
    if labels.ndim == 1:
        return ROWS(labels.size), labels
    return (*INDICES(labels.shape, sparse=True), labels)


def _infer_loss(scores: Spec, labels: Spec) -> Spec:
    if not scores.shape or scores.shape[:-1] != labels.shape:
        raise ShapeError(
            f"scores of shape {scores.shape} and labels of shape {labels.shape}",
            remedy="give one label to each row of scores: (n, k) and (n,)",
        )
    if labels.dtype.kind not in "iu":
        raise DTypeError(f"labels must be whole numbers, not {labels.dtype}")
    return Spec(labels.shape, result_dtype(np.exp, (scores.dtype,), (False,)))


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
)


def _softmax_error(scores: Value, labels: Value, out: Any = None) -> Any:
    """Give the probabilities minus 1 at the right class of each row."""
    error = softmax.forward(scores, out=out)
    error[_right_places(labels, error.shape[-1])] -= 1
    return error


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
)
