"""Where k-means begins."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np

from hubel.errors import OptionError, ShapeError
from hubel.features._nearest import with_ones
from hubel.nn._module import Array
from hubel.streams import permutation, stream

Init = Literal["random", "k-means++"]


def check_init(init: Any, count: int, width: int) -> None:
    """Refuse an init that is neither a word nor an array of centroids."""
    if isinstance(init, str):
        if init not in ("random", "k-means++"):
            raise OptionError(
                f"init={init!r}",
                remedy="Choose 'random' or 'k-means++', or give an array of centroids.",
            )
    elif np.shape(init) != (count, width):
        raise ShapeError(
            f"init of shape {np.shape(init)}",
            remedy=f"Give {count} centroids of {width} numbers: ({count}, {width}).",
        )


def first_centroids(rows: Array, count: int, init: Any, seed: int) -> Array:
    """Return centroids to begin with, as `kmeans` describes them."""
    if not isinstance(init, str):
        return np.array(init, rows.dtype)
    if init == "random":
        return rows[np.sort(permutation(len(rows), seed, "kmeans start")[:count])]
    return _spread_out(rows, count, seed)


def _spread_out(rows: Array, count: int, seed: int) -> Array:
    """Choose each next row with a chance as its squared distance to those before.

    Arthur & Vassilvitskii, "k-means++: the advantages of careful seeding" (SODA 2007).
    """
    generator = stream(seed, "kmeans start")
    points = with_ones(rows, rows.mean(axis=0, dtype=np.float64).astype(rows.dtype))
    squares = np.einsum("nd,nd->n", points, points) - 1
    chosen = [int(generator.integers(len(rows)))]
    least = np.full(len(rows), np.inf)
    for draw in generator.random(count - 1):
        last = points[chosen[-1]]
        away = squares - 2 * (points @ last - 1) + squares[chosen[-1]]
        np.minimum(least, np.maximum(away, 0), out=least)
        least[chosen[-1]] = 0
        bounds = np.cumsum(least)
        if bounds[-1] > 0:
            below = int((bounds <= draw * bounds[-1]).sum())
            chosen.append(min(below, len(rows) - 1))
        else:  # fewer different rows than centroids: any row is as good
            chosen.append(int(draw * len(rows)))
    return rows[chosen]
