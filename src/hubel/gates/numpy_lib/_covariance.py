"""Covariances and correlations of variables, by rows or by columns."""

from __future__ import annotations

from typing import Any

import numpy as np

from hubel.errors import OptionError, ShapeError
from hubel.gates._cast import astype
from hubel.gates._complex import conjugated, is_complex, real_part
from hubel.gates._given import as_value
from hubel.gates._stop_gradient import stop_gradient
from hubel.gates.define import dtype_of, implements, ndim_of, shape_of
from hubel.gates.numpy_lib._average import np_average
from hubel.graph.registry import Value
from hubel.graph.term import Term


def _rows(m: Value, rowvar: bool, dtype: Any) -> Value:
    """Lay each variable out as a row."""
    if ndim_of(m) > 2:
        raise ShapeError(
            f"variables of shape {shape_of(m)}: at most 2 axes are needed",
            remedy="give one variable to each row (or column, with rowvar=False)",
        )
    rows = astype(np.atleast_2d(m), dtype=dtype)
    return np.transpose(rows) if not rowvar and ndim_of(m) != 1 else rows


def _weights(
    fweights: Value, aweights: Value, count: int
) -> tuple[Value | None, Value | None]:
    """Give the product of both kinds of weights, and those of importance alone."""
    given: list[Value] = []
    for name, weights in (("fweights", fweights), ("aweights", aweights)):
        if weights is None:
            continue
        weights = astype(as_value(weights), dtype=np.dtype(np.float64))
        if shape_of(weights) != (count,):
            raise ShapeError(
                f"{name} of shape {shape_of(weights)} for {count} observations",
                remedy="give one weight to each observation",
            )
        if not isinstance(weights, Term) and np.any(weights < 0):
            raise OptionError(f"{name} hold negative numbers")
        given.append(weights)
    if not given:
        return None, None
    product = given[0] if len(given) == 1 else given[0] * given[1]
    return product, None if aweights is None else given[-1]


def _freedom(total: Value, ddof: int, w: Value, important: Value | None) -> Value:
    """Give what the sum of products is divided by: 0 if no freedom is left."""
    if ddof and important is not None:
        freedom = total - ddof * np.sum(w * important) / total
    else:
        freedom = total - ddof
    return np.where(freedom > 0, freedom, 0.0)


@implements(np.cov)
def np_cov(
    m: Value,
    y: Value | None = None,
    rowvar: bool = True,
    bias: bool = False,
    ddof: int | None = None,
    fweights: Value = None,
    aweights: Value = None,
    *,
    dtype: Any = None,
) -> Value:
    """Mean what ``np.cov`` means, differentiable in the weights too."""
    given = [as_value(each) for each in (m, y) if each is not None]
    if dtype is None:
        dtype = np.result_type(*[dtype_of(each) for each in given], np.float64)
    rows = np.concatenate([_rows(each, rowvar, np.dtype(dtype)) for each in given])
    if ddof is None:
        ddof = 0 if bias else 1
    w, important = _weights(fweights, aweights, shape_of(rows)[1])
    average, total = np_average(rows, axis=1, weights=w, returned=True)
    freedom = _freedom(real_part(total[0]), int(ddof), w, important)
    centred = rows - average[:, None]
    weighted = centred if w is None else centred * w
    products = np.matmul(centred, conjugated(np.transpose(weighted)))
    return np.squeeze(products * (1 / freedom))


@implements(np.corrcoef)
def np_corrcoef(
    x: Value, y: Value | None = None, rowvar: bool = True, *, dtype: Any = None
) -> Value:
    """Mean what ``np.corrcoef`` means; that it ends at 1 plays no part in slopes."""
    c = np_cov(x, y, rowvar, dtype=dtype)
    if not ndim_of(c):
        return c / c
    spread = np.sqrt(real_part(np.diagonal(c)))
    c = c / spread[:, None] / spread
    # Rounding may bring c past 1; what is cut off is taken away as a constant.
    return c - stop_gradient(c - _clipped(c))


def _clipped(c: Value) -> Value:
    if not is_complex(c):
        return np.clip(c, -1, 1)
    return np.clip(np.real(c), -1, 1) + 1j * np.clip(np.imag(c), -1, 1)
