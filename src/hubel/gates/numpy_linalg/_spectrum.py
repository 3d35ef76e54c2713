"""Equal eigenvalues and singular values, between which rules divide.

Where two values are equal, the vectors that go with them may turn freely and have no
derivative. Functions that do not see such a turn (the sum of the values, the projector
on all vectors of one value, the polar factor U V^H) multiply the quotient by zero, so
it is 0 here in place of infinity, and their first derivatives are right.

Two things are beyond that. A function that gives equal values to a formula, such as
V h(w) V^H, needs the quotient of h in place of the 0, which no rule can know: at equal
values its derivative lacks what is between them. And in second derivatives everything
depends on such quotients: at equal values they are NaN.

Values count as equal if they differ by no more than what rounding does to them.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from hubel.gates._arithmetic import divide
from hubel.gates._compare import less_equal, logical_and, logical_or, not_equal
from hubel.gates._complex import real_dtype
from hubel.gates._where import where
from hubel.gates.batch import stacked
from hubel.gates.define import CONSTANT_RULE, ByHand, define, dtype_of, shape_of
from hubel.gates.numpy_linalg._parts import as_columns, as_rows, on_diagonal
from hubel.graph.node import Spec
from hubel.graph.registry import Value

ROUNDINGS = 16
"""LAPACK's errors are some multiple of size * largest value * precision."""


def rounding(values: Value) -> Value:
    """Give what rounding can do to eigenvalues or singular values."""
    precision = float(np.finfo(real_dtype(dtype_of(values))).eps)
    largest = np.max(abs(values), axis=-1, keepdims=True, initial=0)
    return largest * (ROUNDINGS * shape_of(values)[-1] * precision)


def inverse_of(x: Value, noise: Value) -> Value:
    """Give 1 / x, and 0 where x is no more than noise."""
    nothing = less_equal(abs(x), noise)
    return where(nothing, 0, divide(1, where(nothing, 1, x)))


def _gaps(values: Value) -> Value:
    return as_columns(values) - as_rows(values)


def inverse_gaps(values: Value) -> Value:
    """Give 1 / (v_j - v_i) in row i and column j, and 0 where they are equal."""
    return inverse_of(_gaps(values), as_rows(rounding(values)))


def inverse_sums(values: Value) -> Value:
    """Give 1 / (v_j + v_i) in row i and column j, and 0 where both are zero."""
    sums = as_columns(values) + as_rows(values)
    return inverse_of(sums, as_rows(rounding(values)))


def ties(values: Value) -> Value:
    """Say of each matrix whether two of its values are equal."""
    equal = less_equal(abs(_gaps(values)), as_rows(rounding(values)))
    others = ~on_diagonal(shape_of(values)[-1])
    return np.any(logical_and(equal, others), axis=(-2, -1), keepdims=True)


def ties_or_zeros(values: Value) -> Value:
    """Say of each matrix whether two singular values are equal, or one is zero."""
    zeros = less_equal(as_rows(values), as_rows(rounding(values)))
    return logical_or(ties(values), np.any(zeros, axis=(-2, -1), keepdims=True))


def _infer_untied(x: Spec, tied: Spec) -> Spec:
    return Spec(x.shape, x.dtype)


def _untied(x: Value, tied: Value) -> Any:
    return np.array(x)


def _known_if_untied(direction: Value, out: Value, x: Value, tied: Value) -> Value:
    """Turn what moves into NaN, for each matrix that has ties."""
    moving = np.any(not_equal(direction, 0), axis=(-2, -1), keepdims=True)
    return direction + where(logical_and(tied, moving), np.nan, 0.0)


# A decomposition inside a rule: its derivative is a second one.
untied = define(
    "untied",
    _untied,
    _infer_untied,
    ByHand(_known_if_untied, _known_if_untied),
    CONSTANT_RULE,
    kind="matrix",
    batch=stacked,
)
