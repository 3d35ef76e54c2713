"""Which of some centroids is nearest to each point, as matrix products."""

from __future__ import annotations

import numpy as np

from hubel.nn._module import Array

SCORES = 2**21
"""Bytes of the products that are in use at a time: they should stay in cache."""


def with_ones(rows: Array, mean: Array) -> Array:
    """Return rows (n, d) minus a mean, and a column of ones: (n, d + 1)."""
    found = np.empty((len(rows), rows.shape[1] + 1), mean.dtype)
    np.subtract(rows, mean, out=found[:, :-1])
    found[:, -1] = 1
    return found


def nearest(points: Array, centroids: Array) -> tuple[Array, Array]:
    """Find the nearest centroid of each point; of several, the first.

    Parameters
    ----------
    points : array of shape (n, d + 1)
        As `with_ones` gives them.
    centroids : array of shape (k, d)
        Around the same mean.

    Returns
    -------
    labels : int array of shape (n,)
    least : array of shape (n,)
        The squared distance to it, less the squared length of the point.
    """
    # |x - c|^2 - |x|^2 = [x, 1] . [-2 c, |c|^2]: one product says it all.
    squares = np.einsum("kd,kd->k", centroids, centroids)
    factors = np.concatenate([-2 * centroids, squares[:, np.newaxis]], axis=1).T
    labels = np.empty(len(points), np.intp)
    least = np.empty(len(points), points.dtype)
    size = max(SCORES // (len(centroids) * points.itemsize), 64)
    space = np.empty((min(size, len(points)), len(centroids)), points.dtype)
    for first in range(0, len(points), size):
        part = points[first : first + size]
        scores = np.matmul(part, factors, out=space[: len(part)])
        found = scores.argmin(axis=1, out=labels[first : first + size])
        least[first : first + size] = scores[np.arange(len(part)), found]
    return labels, least


def sums(points: Array, labels: Array, count: int) -> tuple[Array, Array]:
    """Add up the points of each label.

    Returns
    -------
    sums : array of shape (count, d)
        0 where there is no point.
    members : int array of shape (count,)
    """
    members = np.bincount(labels, minlength=count)
    # Small numbers are sorted by their digits, in linear time.
    keys = labels.astype(np.uint16) if count <= 2**16 else labels
    order = np.argsort(keys, kind="stable")
    found = np.empty((count, points.shape[1]), points.dtype)
    ones = np.ones(members.max(initial=0), points.dtype)
    first = 0
    for label, many in enumerate(members.tolist()):
        some = points.take(order[first : first + many], axis=0)
        np.dot(ones[:many], some, out=found[label])
        first += many
    return found[:, :-1], members


def square_distances(points: Array, labels: Array, centroids: Array) -> Array:
    """Return the squared distance of each point to its centroid, without a shortcut."""
    found = np.empty(len(points), np.float64)
    size = max(SCORES // (points.shape[1] * points.itemsize), 1)
    for first in range(0, len(points), size):
        where = slice(first, first + size)
        away = points[where, :-1] - centroids[labels[where]]
        found[where] = np.einsum("nd,nd->n", away, away)
    return found
