"""Bicolouring: rows and columns together, where neither alone is sparse enough.

Every entry is read from a forward or from a reverse sweep. A matrix with one full row
and one full column takes as many sweeps of one kind as it has columns, and three of
both kinds. Source: Hossain & Steihaug (1998); Coleman & Verma (1998); Montoison, Dalle
& Gebremedhin, arXiv:2505.07308 (2025).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from hubel.derive.coloring import color_columns, color_rows
from hubel.derive.groups import Coloring, compacted, none_of
from hubel.derive.orders import Lists
from hubel.derive.star import star_colors
from hubel.structure.arithmetic import Index
from hubel.structure.pattern import Pattern
from hubel.structure.rows import row_of

SPLITS = 16
"""How many ways to set the densest rows apart are looked at."""
TRIED = 3
"""How many of them are coloured."""
FEW = 200_000
"""The most places of a pattern whose rows and columns are coloured as one graph."""


def bicolor(
    pattern: Pattern, forward_cost: float = 1.0, reverse_cost: float = 1.0
) -> Coloring:
    """Group columns for forward sweeps and rows for reverse sweeps, together.

    Parameters
    ----------
    pattern : Pattern
        The places of the Jacobian.
    forward_cost, reverse_cost : float
        What a sweep of either kind costs; the cheapest colouring is kept.

    Returns
    -------
    Coloring
        Of mode ``both``.

    Examples
    --------
    >>> arrow = np.eye(1000)
    >>> arrow[0] = arrow[:, 0] = 1
    >>> coloring = bicolor(Pattern.of(arrow))
    >>> coloring.forward, coloring.reverse
    (2, 1)
    """
    size = max(pattern.shape)
    bound = -(-pattern.nnz // size) if size else 0

    def cost(found: Coloring) -> float:
        return forward_cost * found.forward + reverse_cost * found.reverse

    tries = [*_by_splits(pattern), *_turned(_by_splits(pattern.T))]
    if pattern.nnz <= FEW:
        tries.append(_by_star(pattern, forward_cost >= reverse_cost))
    return replace(min(tries, key=cost), lower_bound=bound)


def _turned(found: Iterator[Coloring]) -> Iterator[Coloring]:
    """Turn colourings of the transpose into those of the matrix."""
    for one in found:
        yield replace(one, columns=one.rows, rows=one.columns)


def _by_splits(pattern: Pattern) -> Iterator[Coloring]:
    """Set the densest rows apart for reverse sweeps; colour the rest by columns."""
    counts = pattern.counts()
    for limit in _limits(pattern, counts):
        dense = counts > limit
        across = color_columns(_part(pattern, ~dense))
        down = color_rows(_part(pattern, dense))
        order = f"rows of more than {limit} places apart"
        yield Coloring("both", across.columns, down.rows, 0, order)


def _limits(pattern: Pattern, counts: Index) -> list[int]:
    """Return the row counts whose split promises the fewest sweeps, and no split."""
    levels = np.unique(counts)
    if levels.size > SPLITS:
        levels = levels[np.linspace(0, levels.size - 1, SPLITS).astype(np.intp)]
    of_entry = counts[row_of(pattern.starts)]
    promised: list[tuple[int, int]] = []
    for level in levels.tolist():
        apart = pattern.columns[of_entry > level]
        down = int(np.bincount(apart).max()) if apart.size else 0
        promised.append((level + down, level))
    best = [level for _, level in sorted(promised)[:TRIED]]
    return list(dict.fromkeys([*best, int(counts.max(initial=0))]))


def _part(
    pattern: Pattern, rows: np.ndarray[tuple[int], np.dtype[np.bool_]]
) -> Pattern:
    """Empty the rows that are not wanted."""
    places, columns = pattern.places()
    kept = rows[places]
    return Pattern.at(places[kept], columns[kept], pattern.shape)


def _by_star(pattern: Pattern, forward_first: bool) -> Coloring:
    """Star-colour the graph of rows and columns, then leave out what is not read."""
    height, width = pattern.shape
    rows, columns = pattern.places()
    ends = np.concatenate([columns, rows + width])
    others = np.concatenate([rows + width, columns])
    graph = Pattern.at(ends, others, (width + height, width + height))
    order = np.argsort(-graph.counts(), kind="stable")
    colors = star_colors(Lists.of(graph), order.tolist())
    found = Coloring(
        "both",
        compacted(colors[:width]),
        compacted(colors[width:]),
        0,
        "star, largest first",
    )
    return _thinned(found, pattern, forward_first)


def _thinned(found: Coloring, pattern: Pattern, forward_first: bool) -> Coloring:
    """Leave out each sweep without which every entry can be read all the same."""
    sides = ("columns", "rows") if forward_first else ("rows", "columns")
    for side in sides:
        count = found.forward if side == "columns" else found.reverse
        for color in range(count - 1, -1, -1):
            colors: Index = getattr(found, side)
            fewer = np.where(colors == color, none_of(1), colors)
            without = replace(found, **{side: fewer})
            if without.is_valid(pattern):
                found = without
    return replace(found, columns=compacted(found.columns), rows=compacted(found.rows))
