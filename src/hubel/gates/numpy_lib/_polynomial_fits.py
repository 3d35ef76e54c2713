"""Polynomials that fit points, and the roots of a polynomial, by linear algebra."""

from __future__ import annotations

from typing import Any

import numpy as np

from hubel.errors import OptionError, ShapeError
from hubel.gates._concatenate import np_concatenate
from hubel.gates._diagonal import np_diag
from hubel.gates._given import as_value, known
from hubel.gates._power import sqrt
from hubel.gates._sum import np_sum
from hubel.gates.define import dtype_of, implements, ndim_of, shape_of
from hubel.gates.numpy_lib._polynomials import coefficients, np_vander
from hubel.graph.registry import Value

LINALG: Any = np.linalg


@implements(np.polyfit)
def np_polyfit(
    x: Value,
    y: Value,
    deg: int,
    rcond: float | None = None,
    full: bool = False,
    w: Value = None,
    cov: bool | str = False,
) -> Any:
    """Mean what ``np.polyfit`` means, differentiable in points, values and weights."""
    x, y = as_value(x) + 0.0, as_value(y) + 0.0
    _check(x, y, deg)
    left, right = np_vander(x, int(deg) + 1), y
    if w is not None:
        w = as_value(w) + 0.0
        if shape_of(w) != shape_of(x):
            raise ShapeError(f"{shape_of(w)} weights for {shape_of(x)} points")
        left = left * w[:, None]
        right = right * (w[:, None] if ndim_of(y) == 2 else w)
    scale = sqrt(np_sum(left * left, axis=0))
    left = left / scale
    least = shape_of(x)[0] * np.finfo(dtype_of(x)).eps if rcond is None else rcond
    found, rest, rank, singular = LINALG.lstsq(left, right, least)
    found = (found.T / scale).T
    if full:
        return found, rest, rank, singular, least
    return (found, _covariance(left, scale, rest, cov, y)) if cov else found


def _check(x: Value, y: Value, deg: int) -> None:
    if deg < 0:
        raise OptionError(f"{deg=} of np.polyfit is negative")
    fits = ndim_of(x) == 1 and ndim_of(y) in (1, 2)
    if not fits or not shape_of(x)[0] or shape_of(x)[0] != shape_of(y)[0]:
        raise ShapeError(
            f"np.polyfit of points of shape {shape_of(x)} with values of shape "
            f"{shape_of(y)}",
            remedy="give a vector of points and one row of values for each",
        )


def _covariance(
    left: Value, scale: Value, rest: Value, cov: bool | str, y: Value
) -> Value:
    """Estimate the covariance of the coefficients from what is left over."""
    base = LINALG.inv(left.T @ left) / (scale[:, None] * scale)
    factor: Value = 1
    if cov != "unscaled":
        points, order = shape_of(left)
        if points <= order:
            raise OptionError(
                f"{points} points leave np.polyfit no freedom to scale a covariance of "
                f"{order} coefficients",
                remedy="give more points, or cov='unscaled'",
            )
        factor = rest / (points - order)
    return base * factor if ndim_of(y) == 1 else base[:, :, None] * factor


@implements(np.roots)
def np_roots(p: Value) -> Value:
    """Mean what ``np.roots`` means; which coefficients are 0 is told from values."""
    p = np.atleast_1d(coefficients(p, "np.roots"))
    if ndim_of(p) != 1:
        raise ShapeError(f"np.roots of shape {shape_of(p)}: give a vector")
    places = np.flatnonzero(known(p, "which coefficients of np.roots are zero"))
    if not places.size:
        return np.array([])
    behind = shape_of(p)[0] - int(places[-1]) - 1
    p = p[int(places[0]) : int(places[-1]) + 1]
    if dtype_of(p).kind not in "fc":
        p = p * 1.0
    found: Value = np.array([])
    if shape_of(p)[0] > 1:
        found = LINALG.eigvals(_companion(p))
    return np_concatenate([found, np.zeros(behind, dtype_of(found))])


def _companion(p: Value) -> Value:
    """Give the matrix whose eigenvalues are the roots."""
    below = np_diag(np.ones(shape_of(p)[0] - 2, dtype_of(p)), -1)
    return np_concatenate([(-p[1:] / p[0])[None], below[1:]])
