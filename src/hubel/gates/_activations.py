"""The piecewise activation functions of the lecture."""

from __future__ import annotations

from typing import Any

import numpy as np

from hubel.errors import ShapeError
from hubel.gates._buffer import reusable
from hubel.gates._chain import chain
from hubel.gates._compare import greater
from hubel.gates._extremes import tied
from hubel.gates._layout import reshape
from hubel.gates._sum import sum_over
from hubel.gates._where import where
from hubel.gates.batch import stacked
from hubel.gates.define import (
    ByHand,
    define,
    dtype_of,
    elementwise,
    shape_of,
)
from hubel.graph.node import Spec
from hubel.graph.registry import Value


def _relu(x: Value, out: Any = None) -> Any:
    return np.maximum(x, 0, out=out)


relu = elementwise(
    "relu",
    _relu,
    lambda out, x: greater(out, 0),
    fills=True,
    inplace=True,
    native=_relu,
    convention="0 at 0",
)


def _leaky_relu(x: Value, slope: float = 0.1, out: Any = None) -> Any:
    """Give x above 0 and slope * x below."""
    steeper = np.maximum if slope <= 1 else np.minimum
    return steeper(x, np.multiply(x, slope), out=out)


def _leaky_slope(out: Value, x: Value, slope: float = 0.1) -> Value:
    number = dtype_of(x).type
    return where(greater(x, 0), number(1), number(slope))


leaky_relu = elementwise(
    "leaky_relu",
    _leaky_relu,
    _leaky_slope,
    fills=True,
    inplace=True,
    weight=2,
    native=_leaky_relu,
    convention="that below 0 at 0",
)


def _elu(x: Value, alpha: float = 1.0, out: Any = None) -> Any:
    """Give x above 0 and alpha * (exp(x) - 1) below."""
    above = np.maximum(x, 0)
    below: Any = np.minimum(x, 0.0, out=out)
    into = reusable(below)
    below = np.multiply(np.expm1(below, out=into), alpha, out=into)
    return np.add(below, above, out=into)


elu = elementwise(
    "elu",
    _elu,
    lambda out, x, alpha=1.0: where(greater(x, 0), 1, out + alpha),
    fills=True,
    inplace=True,
    weight=12,
    native=_elu,
    convention="that below 0 at 0",
)


def _maxout(x: Value, pieces: int, out: Any = None) -> Any:
    """Give the greatest of each ``pieces`` neighbours on the last axis."""
    if pieces == 1:
        return np.positive(x, out=out)
    greatest: Any = np.maximum(x[..., 0::pieces], x[..., 1::pieces], out=out)
    for piece in range(2, pieces):
        into = reusable(greatest)
        greatest = np.maximum(greatest, x[..., piece::pieces], out=into)
    return greatest


def _infer_maxout(x: Spec, pieces: int) -> Spec:
    if not x.shape or pieces < 1 or x.shape[-1] % pieces:
        raise ShapeError(
            f"the last axis of {x.shape} does not consist of {pieces} pieces each",
            remedy="make it a multiple of the pieces: Linear(d, pieces * k)",
        )
    return Spec((*x.shape[:-1], x.shape[-1] // pieces), x.dtype)


def _maxout_parts(out: Value, x: Value, pieces: int) -> Value:
    """Give the derivative by each piece, on an axis of its own."""
    x = reshape(x, shape=(*shape_of(out), pieces))
    return tied(reshape(out, shape=(*shape_of(out), 1)), x, (len(shape_of(out)),))


def _maxout_pull(g: Value, out: Value, x: Value, pieces: int) -> Value:
    g = reshape(g, shape=(*shape_of(g), 1))
    return reshape(chain(g, _maxout_parts(out, x, pieces)), shape=shape_of(x))


def _maxout_push(t: Value, out: Value, x: Value, pieces: int) -> Value:
    t = reshape(t, shape=(*shape_of(out), pieces))
    return sum_over(chain(t, _maxout_parts(out, x, pieces)), axis=(len(shape_of(out)),))


maxout = define(
    "maxout",
    _maxout,
    _infer_maxout,
    ByHand(_maxout_pull, _maxout_push),
    fills=True,
    batch=stacked,
    operations=lambda node: node.inputs[0].size,
    native=_maxout,
    convention="shared equally at ties",
)
