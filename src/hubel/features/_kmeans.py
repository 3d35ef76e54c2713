"""k-means: centroids, each the mean of the rows that it is nearest to."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count as counting
from typing import Any

import numpy as np

from hubel.errors import DataError, OptionError, ShapeError
from hubel.features._batches import Progress
from hubel.features._kmeans_start import Init, check_init, first_centroids
from hubel.features._nearest import nearest, square_distances, sums, with_ones
from hubel.nn._module import Array
from hubel.streams import permutation

CHUNK = 2**15
"""Rows that are read at a time where all are not in memory."""


@dataclass(frozen=True, eq=False)
class KMeans:
    """What `kmeans` found.

    Attributes
    ----------
    centroids : array of shape (k, d)
    labels : int array of shape (n,)
        The nearest centroid of each row.
    inertia : float
        The sum over all rows of the squared distance to it.
    n_iter : int
        Iterations, or passes over all rows in mini-batches.
    history : list of float
        The inertia that each iteration began with. Of mini-batches: as its centroids
        were when a row was met.
    converged : bool
        Whether it ended because centroids stayed where they were.
    """

    centroids: Array
    labels: Array
    inertia: float
    n_iter: int
    history: list[float]
    converged: bool


def kmeans(
    rows: Any,
    count: int,
    *,
    init: Init | Array = "random",
    spherical: bool = False,
    batch_size: int | None = None,
    max_iter: int = 100,
    tol: float = 1e-4,
    seed: int = 0,
    progress: Progress | None = None,
) -> KMeans:
    """Find centroids so that rows are near to the nearest of them.

    Parameters
    ----------
    rows : array of shape (n, d)
        float32 or float64; all else becomes float64.
    count : int
        Centroids, from 1 to n.
    init : {"random", "k-means++"} or array of shape (count, d)
        Where to begin: rows drawn at random, rows far from each other (better by a
        percent or two, and slow), or these.
    spherical : bool
        Whether only the directions of rows count: rows and centroids have length 1,
        and inertia is 2 (1 - cosine).
    batch_size : int, optional
        Rows at a time for data that are large: centroids move after each, and nothing
        else is in memory. None moves them once for all rows, by Lloyd's algorithm.
    max_iter : int
        Iterations, or passes over all rows, at most.
    tol : float
        It ends when the centroids move by less, squared and summed, than ``tol`` times
        the mean variance of a number of a row.
    seed : int
        Decides where it begins and the order of mini-batches.
    progress : callable, optional
        Called as ``progress(done, max_iter)`` after each iteration.

    Returns
    -------
    KMeans

    Raises
    ------
    ShapeError, OptionError, DataError
        If the rows are no matrix of finite numbers, or an option is out of range.

    Notes
    -----
    S. Lloyd, "Least squares quantization in PCM" (1982); I. Dhillon and D. Modha (2001)
    for directions; D. Sculley, "Web-scale k-means clustering" (WWW 2010) for batches.
    A centroid without rows goes to the row that is farthest from its own one. Labels
    and inertia belong to the centroids that are returned, and to all rows.

    Examples
    --------
    >>> rows = np.array([[0.0], [1.0], [10.0], [12.0]])
    >>> found = kmeans(rows, 2)
    >>> sorted(found.centroids.ravel().tolist()), found.inertia
    ([0.5, 11.0], 2.5)
    """
    rows = _as_rows(rows)
    _check(rows, count, batch_size, max_iter)
    check_init(init, count, rows.shape[1])
    read = _Reader(rows, spherical)
    start = first_centroids(rows, count, init, seed) - read.mean
    start = _finish(start, start, spherical)
    if batch_size is None:
        rounds = _lloyd(read[:], start, spherical)
    else:
        rounds = _in_batches(read, start, spherical, batch_size, seed)
    limit, history, settled, done = tol * read.variance(), list[float](), False, 0
    while not settled and done < max_iter:
        old = start
        start, inertia, settled = next(rounds)
        done += 1
        history.append(inertia)
        settled = settled or float(((start - old) ** 2).sum()) <= limit
        if progress is not None:
            progress(done, max_iter)
    labels, inertia = read.assign(start)
    return KMeans(start + read.mean, labels, inertia, done, history, settled)


Round = tuple[Array, float, bool]
"""The centroids after it, the inertia before, and whether no label changed."""


def _lloyd(points: Array, centroids: Array, spherical: bool) -> Iterator[Round]:
    """Move all centroids to the means of their points, again and again."""
    squares = np.einsum("nd,nd->n", points, points) - 1
    before = np.empty(0, np.intp)
    while True:
        labels, least = nearest(points, centroids)
        away = np.maximum(least + squares, 0)
        means = _means(points, labels, away, centroids)
        centroids = _finish(means, centroids, spherical)
        yield centroids, float(away.sum(dtype=np.float64)), _same(labels, before)
        before = labels


def _same(labels: Array, before: Array) -> bool:
    return len(labels) == len(before) and bool((labels == before).all())


def _means(points: Array, labels: Array, away: Array, centroids: Array) -> Array:
    """Return the mean of each label's points; the farthest points where it has none."""
    added, members = sums(points, labels, len(centroids))
    empty = np.flatnonzero(members == 0)
    if len(empty):
        far = np.argsort(-away, kind="stable")[: len(empty)]
        np.subtract.at(added, labels[far], points[far, :-1])
        np.subtract.at(members, labels[far], 1)
        added[empty], members[empty] = points[far, :-1], 1
    means = added / np.maximum(members, 1)[:, np.newaxis].astype(added.dtype)
    return np.where(members[:, np.newaxis] > 0, means, centroids)


def _in_batches(
    read: _Reader, centroids: Array, spherical: bool, size: int, seed: int
) -> Iterator[Round]:
    """Move centroids a little after each batch; a round is a pass over all rows."""
    met, total = np.zeros((len(centroids), 1), centroids.dtype), len(read.rows)
    for done in counting():
        order = permutation(total, seed, "kmeans order", done)
        inertia = 0.0
        for first in range(0, total, size):
            points = read[np.sort(order[first : first + size])]
            labels, least = nearest(points, centroids)
            away = np.maximum(least + np.einsum("nd,nd->n", points, points) - 1, 0)
            inertia += float(away.sum(dtype=np.float64))
            added, members = sums(points, labels, len(centroids))
            weights = members[:, np.newaxis].astype(centroids.dtype)
            met += weights
            moved = centroids + (added - weights * centroids) / np.maximum(met, 1)
            centroids = _finish(moved, centroids, spherical)
            never = np.flatnonzero(met[:, 0] == 0)[: len(points)]
            if len(never) and first + size >= total:
                far = np.argsort(-away, kind="stable")[: len(never)]
                centroids[never] = points[far, :-1]
        yield centroids, inertia, False


def _finish(means: Array, before: Array, spherical: bool) -> Array:
    """Return the centroids that means give: their directions, if ``spherical``."""
    if not spherical:
        return means
    found = unit(means)
    return np.where(found.any(axis=1, keepdims=True), found, before)


def unit(rows: Array) -> Array:
    """Return rows of length 1; those of length 0 stay 0."""
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return rows / np.where(lengths == 0, 1, lengths)


class _Reader:
    """Rows as points for `nearest`: around their mean, or of length 1 if spherical."""

    def __init__(self, rows: Array, spherical: bool) -> None:
        mean = rows.mean(axis=0, dtype=np.float64)
        if not np.isfinite(mean).all():
            raise DataError("rows with NaN or infinity", remedy="Leave them out.")
        self.rows, self._spherical = rows, spherical
        self.mean = (0 * mean if spherical else mean).astype(rows.dtype)

    def __getitem__(self, where: slice | Array) -> Array:
        rows = self.rows[where]
        return with_ones(unit(rows) if self._spherical else rows, self.mean)

    def _chunks(self) -> Iterator[tuple[slice, Array]]:
        for first in range(0, len(self.rows), CHUNK):
            where = slice(first, first + CHUNK)
            yield where, self[where]

    def variance(self) -> float:
        """Return the mean over the numbers of a row of their variance."""
        squares = sum(float((p[:, :-1] ** 2).sum()) for _, p in self._chunks())
        return squares / max(self.rows.size, 1)

    def assign(self, centroids: Array) -> tuple[Array, float]:
        """Return each row's label, and the inertia."""
        labels, inertia = np.empty(len(self.rows), np.intp), 0.0
        for where, points in self._chunks():
            labels[where] = nearest(points, centroids)[0]
            inertia += square_distances(points, labels[where], centroids).sum()
        return labels, float(inertia)


def _as_rows(rows: Any) -> Array:
    """Return a matrix of floats."""
    rows = np.asanyarray(rows)
    if rows.ndim != 2 or not rows.size:
        raise ShapeError(
            f"rows of shape {rows.shape}", remedy="Give a matrix, a row for each point."
        )
    return rows if rows.dtype in (np.float32, np.float64) else rows.astype(np.float64)


def _check(rows: Array, count: int, batch_size: int | None, max_iter: int) -> None:
    """Refuse numbers that make no sense."""
    if not 1 <= count <= len(rows):
        raise OptionError(
            f"{count} centroids of {len(rows)} rows",
            remedy="Give at least 1 centroid, and as many rows as centroids.",
        )
    if (batch_size is not None and batch_size < 1) or max_iter < 1:
        raise OptionError(
            f"batch_size={batch_size}, max_iter={max_iter}", remedy="Give at least 1."
        )
