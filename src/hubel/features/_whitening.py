"""Whitening: numbers that say nothing about each other, as a product with a matrix."""

from __future__ import annotations

from typing import Any

import numpy as np

from hubel.errors import DataError, OptionError, ShapeError
from hubel.nn._module import Array, Module, fixed, weight

CHUNK = 2**14
"""Rows that are read at a time."""


class Whitening(Module):
    """A shift and a product with a matrix: ``(x - mean) @ matrix``.

    Parameters
    ----------
    mean : array of shape (d,)
        Training does not change it.
    matrix : array of shape (d, d)

    Examples
    --------
    >>> Whitening(np.ones(2), np.eye(2))(np.ones((5, 2))).shape
    (5, 2)
    """

    mean: Array = fixed()
    matrix: Array = weight()

    def __init__(self, mean: Any, matrix: Any) -> None:
        mean, matrix = np.asarray(mean), np.asarray(matrix)
        if mean.ndim != 1 or matrix.shape != (len(mean), len(mean)):
            raise ShapeError(
                f"whitening by a mean of shape {mean.shape} and a matrix of shape "
                f"{matrix.shape}",
                remedy="Give shapes (d,) and (d, d).",
            )
        self._fill(mean=mean, matrix=matrix)

    def __call__(self, x: Any, *, key: Any = None) -> Any:
        """Whiten rows (n, d)."""
        return (x - self.mean) @ self.matrix

    def __repr__(self) -> str:
        return f"Whitening({len(self.mean)})"


def whiten(rows: Any, eps: float = 0.1) -> Whitening:
    """Find what makes the numbers of rows uncorrelated and of variance about 1.

    Parameters
    ----------
    rows : array of shape (n, d)
        float32 or float64; all else becomes float64.
    eps : float
        What is added to variances, so that directions in which rows hardly differ are
        not blown up. 0 makes the covariance the identity, but for directions in which
        they do not differ at all: these become 0.

    Returns
    -------
    Whitening
        Its matrix is symmetric, so that what it gives stays as near to the rows as can
        be (ZCA): V (D + eps)^-1/2 V' of the covariance V D V'.

    Raises
    ------
    ShapeError, OptionError, DataError
        If the rows are no matrix of finite numbers, or eps is below 0.

    Notes
    -----
    A. Bell and T. Sejnowski, "The 'independent components' of natural scenes are edge
    filters" (1997). The covariance is that of the population.

    Examples
    --------
    >>> rows = np.random.default_rng(0).normal(size=(100, 2)) @ [[1.0, 2.0], [0.0, 3.0]]
    >>> np.cov(whiten(rows, eps=0)(rows).T, bias=True).round(3) + 0.0
    array([[1., 0.],
           [0., 1.]])
    """
    rows = np.asanyarray(rows)
    rows = rows if rows.dtype in (np.float32, np.float64) else rows.astype(np.float64)
    if rows.ndim != 2 or not rows.size:
        raise ShapeError(
            f"rows of shape {rows.shape}", remedy="Give a matrix, a row for each point."
        )
    if not 0 <= eps < np.inf:
        raise OptionError(f"eps={eps}", remedy="Give a number from 0.")
    mean, covariance = _moments(rows)
    if not np.isfinite(covariance).all():
        raise DataError("rows with NaN or infinity", remedy="Leave them out.")
    variances, directions = np.linalg.eigh(covariance)
    # What is left of a variance of 0 after rounding is no variance to divide by.
    least = len(variances) * np.finfo(rows.dtype).eps * max(variances[-1], 0)
    kept = variances > least
    scales = np.where(kept | (eps > 0), np.maximum(variances, 0) + eps, np.inf) ** -0.5
    matrix = (directions * scales) @ directions.T
    return Whitening(mean.astype(rows.dtype), matrix.astype(rows.dtype))


def _moments(rows: Array) -> tuple[Array, Array]:
    """Return mean and covariance as float64, reading some rows at a time."""
    mean = rows.mean(axis=0, dtype=np.float64)
    total = np.zeros((rows.shape[1], rows.shape[1]))
    for first in range(0, len(rows), CHUNK):
        away = rows[first : first + CHUNK] - mean
        total += away.T @ away
    return mean, total / len(rows)
