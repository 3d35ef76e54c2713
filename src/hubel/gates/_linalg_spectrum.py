"""Differences of eigenvalues and of singular values, by which rules divide.

Where two values are equal, the vectors that go with them may turn freely, and have no
derivative. Functions that do not depend on such a turn multiply that quotient by zero:
so it is 0 here, in place of infinity. Values count as equal if they differ by no more
than what rounding can do, which is about the largest value times machine precision.
"""

from __future__ import annotations

import numpy as np

from hubel.gates._arithmetic import divide
from hubel.gates._compare import less_equal
from hubel.gates._complex import real_dtype
from hubel.gates._linalg_parts import as_columns, as_rows
from hubel.gates._where import where
from hubel.gates.define import dtype_of, shape_of
from hubel.graph.registry import Value


def rounding(values: Value) -> Value:
    """Give what rounding can do to eigenvalues or singular values."""
    size = shape_of(values)[-1]
    precision = size * float(np.finfo(real_dtype(dtype_of(values))).eps)
    return np.max(abs(values), axis=-1, keepdims=True, initial=0) * precision


def inverse_of(x: Value, noise: Value) -> Value:
    """Give 1 / x, and 0 where x is no more than noise."""
    nothing = less_equal(abs(x), noise)
    return where(nothing, 0, divide(1, where(nothing, 1, x)))


def inverse_gaps(values: Value) -> Value:
    """Give 1 / (v_j - v_i) in row i and column j, and 0 where they are equal."""
    gaps = as_columns(values) - as_rows(values)
    return inverse_of(gaps, as_rows(rounding(values)))


def inverse_sums(values: Value) -> Value:
    """Give 1 / (v_j + v_i) in row i and column j, and 0 where both are zero."""
    sums = as_columns(values) + as_rows(values)
    return inverse_of(sums, as_rows(rounding(values)))
