"""Softmax and its kin: from scores to probabilities and their logarithms."""

from __future__ import annotations

from typing import Any

import numpy as np

from hubel.errors import DTypeError
from hubel.gates._arithmetic import divide, subtract
from hubel.gates._buffer import reusable
from hubel.gates._cast import astype
from hubel.gates._chain import chain
from hubel.gates._compare import isfinite
from hubel.gates._exponential import exp, log
from hubel.gates._layout import reshape
from hubel.gates._reduce import Reduced, reduction
from hubel.gates._sum import sum_over
from hubel.gates._where import where
from hubel.gates.batch import stacked
from hubel.gates.define import (
    CONSTANT_RULE,
    ByHand,
    define,
    dtype_of,
    ndim_of,
    normal_axis,
    shape_of,
)
from hubel.graph.node import Spec
from hubel.graph.registry import Value


def shifted_scores(x: Value, axis: int | tuple[int, ...], out: Any = None) -> Any:
    """Subtract the greatest score, so that no exponential overflows."""
    x = np.asarray(x)
    if x.dtype.kind not in "fc":
        x = x.astype(np.float64)
    if 0 in x.shape:
        return x.copy() if out is None else out
    return np.subtract(x, np.maximum.reduce(x, axis=axis, keepdims=True), out=out)


def scores_below(x: Value, axis: int | tuple[int, ...]) -> Value:
    """Give what ``shifted_scores`` gives, in gates."""
    if dtype_of(x).kind != "f":
        x = astype(x, dtype=np.dtype(np.float64))
    if 0 in shape_of(x):
        return x
    return subtract(x, np.max(x, axis, keepdims=True))


def _softmax(x: Value, axis: int = -1, out: Any = None) -> Any:
    out = shifted_scores(x, axis, out)
    np.exp(out, out=out)
    return np.divide(out, np.add.reduce(out, axis=axis, keepdims=True), out=out)


def _log_softmax(x: Value, axis: int = -1, out: Any = None) -> Any:
    out = shifted_scores(x, axis, out)
    total = np.add.reduce(np.exp(out), axis=axis, keepdims=True)
    return np.subtract(out, np.log(total, out=total), out=out)


def _infer(x: Spec, axis: int = -1) -> Spec:
    normal_axis(axis, len(x.shape))
    return Spec(x.shape, scores_dtype(x.dtype))


def scores_dtype(dtype: np.dtype[Any]) -> np.dtype[Any]:
    """Give the dtype in which scores are worked with."""
    return dtype if dtype.kind in "fc" else np.dtype(np.float64)


def _total(x: Value, axis: int) -> Value:
    return sum_over(x, axis=(normal_axis(axis, ndim_of(x)),), keepdims=True)


def along_simplex(g: Value, out: Value, x: Value, axis: int = -1) -> Value:
    """Apply the Jacobian diag(p) - p p', which is symmetric."""
    return chain(out, subtract(g, _total(chain(out, g), axis)))


def _shares(x: Value, axis: int = -1) -> Value:
    powers = exp(scores_below(x, axis))
    return divide(powers, _total(powers, axis))


def _log_shares(x: Value, axis: int = -1) -> Value:
    below = scores_below(x, axis)
    return subtract(below, log(_total(exp(below), axis)))


softmax = define(
    "softmax",
    _softmax,
    _infer,
    ByHand(along_simplex, along_simplex),
    fills=True,
    lines=True,
    inplace=True,
    weight=15,
    native=_shares,
)
log_softmax = define(
    "log_softmax",
    _log_softmax,
    _infer,
    ByHand(
        lambda g, out, x, axis=-1: subtract(g, chain(exp(out), _total(g, axis))),
        lambda t, out, x, axis=-1: subtract(t, _total(chain(exp(out), t), axis)),
    ),
    fills=True,
    lines=True,
    inplace=True,
    weight=15,
    native=_log_shares,
)


def _logsumexp(
    x: Value, axis: tuple[int, ...], keepdims: bool = False, out: Any = None
) -> Any:
    greatest: Any = np.maximum.reduce(x, axis=axis, keepdims=True)
    greatest = np.where(np.isfinite(greatest), greatest, 0)
    with np.errstate(divide="ignore"):
        powers = np.exp(np.subtract(x, greatest))
        total = np.add.reduce(powers, axis=axis, keepdims=keepdims)
        logarithm: Any = np.log(total, out=out)
    into = reusable(logarithm)
    return np.add(logarithm, greatest.reshape(np.shape(logarithm)), out=into)


def _sum_of_powers(x: Value, axis: tuple[int, ...], keepdims: bool = False) -> Value:
    greatest = np.max(x, axis, keepdims=True)
    greatest = where(isfinite(greatest), greatest, 0)
    total = sum_over(exp(subtract(x, greatest)), axis=axis, keepdims=keepdims)
    return log(total) + reshape(greatest, shape=shape_of(total))


logsumexp = reduction(
    "logsumexp",
    _logsumexp,
    Reduced(lambda out, x, axis: exp(subtract(x, out))),
    empty=False,
    weight=12,
    native=_sum_of_powers,
)


def _one_hot(
    labels: Value, classes: int, dtype: np.dtype[Any] | None = None, out: Any = None
) -> Any:
    numbers = np.arange(classes)
    if out is None:
        shape = (*np.shape(labels), classes)
        out = np.empty(shape, np.float64 if dtype is None else dtype)
    return np.equal(np.asarray(labels)[..., None], numbers, out=out, casting="unsafe")


def _infer_one_hot(
    labels: Spec, classes: int, dtype: np.dtype[Any] | None = None
) -> Spec:
    if labels.dtype.kind not in "iu":
        raise DTypeError(f"labels must be whole numbers, not {labels.dtype}")
    return Spec((*labels.shape, classes), np.dtype(dtype or np.float64))


one_hot = define(
    "one_hot", _one_hot, _infer_one_hot, CONSTANT_RULE, fills=True, batch=stacked
)
