"""Colouring: which columns or rows of a sparse Jacobian one sweep brings together.

Columns of one colour share no row, so one forward sweep with their sum as its seed
brings all their entries, each in a place of its own; rows of one colour share no column
and come with one reverse sweep. Source: Curtis, Powell & Reid (1974); Gebremedhin,
Manne & Pothen, What Color Is Your Jacobian?, SIAM Review 47(4), 2005.
"""

from __future__ import annotations

from functools import partial

import numpy as np

from hubel.derive.greedy import Tries, distinct_in_rows, fewest, line_lengths, periods
from hubel.derive.groups import Coloring, alone, compacted, none_of
from hubel.derive.orders import Lists, degrees_of, orders, without_diagonal
from hubel.derive.star import star_colors
from hubel.errors import ShapeError
from hubel.structure.arithmetic import Index
from hubel.structure.pattern import Pattern

MEETINGS = 400_000
"""The most pairs of columns in one row, counted in all rows, that are listed."""


def color_columns(pattern: Pattern) -> Coloring:
    """Group columns that share no row, for forward sweeps.

    Colours that repeat along the columns are tried first, then greedy colourings in
    several orders; the one with the fewest colours is kept.

    Parameters
    ----------
    pattern : Pattern
        The places of the Jacobian.

    Returns
    -------
    Coloring
        Its ``lower_bound`` is the most places of a row: those columns all differ.

    Notes
    -----
    The bound is not always reached. In the periodic stencil of Burgers' equation row i
    holds columns i - 1, i and i + 1, all modulo n. Any three neighbouring columns share
    a row, so with three colours column i + 3 has to have the colour of column i, all
    the way round. Then column n has that of column n mod 3, and it is column 0: unless
    3 divides n, two of the columns 0, 1 and 2 have one colour, and they share a row. So
    n = 10,000 takes 4 colours, one block of four among blocks of three.

    Examples
    --------
    >>> ring = (
    ...     np.eye(7) + np.roll(np.eye(7), 1, axis=1) + np.roll(np.eye(7), -1, axis=1)
    ... )
    >>> coloring = color_columns(Pattern.of(ring))
    >>> coloring.forward, coloring.lower_bound
    (4, 3)
    """
    bound = int(pattern.counts().max(initial=0))
    colors, order = _column_colors(pattern, bound)
    return Coloring("forward", colors, none_of(pattern.shape[0]), bound, order)


def color_rows(pattern: Pattern) -> Coloring:
    """Group rows that share no column, for reverse sweeps; see `color_columns`."""
    found = color_columns(pattern.T)
    none = none_of(pattern.width)
    return Coloring("reverse", none, found.columns, found.lower_bound, found.order)


def _column_colors(pattern: Pattern, bound: int) -> tuple[Index, str]:
    """Return the colours of the columns, -1 for empty ones, and how they were found."""
    flipped = pattern.T
    empty = flipped.counts() == 0
    if bound == pattern.width:  # a full row: all columns differ
        return np.arange(bound), "one by one"
    rows = pattern.places()[0]

    def fits(colors: Index) -> bool:
        colors = colors[pattern.columns]
        return bool(alone(rows, colors, int(colors.max(initial=0)) + 1).all())

    def tries() -> Tries:
        lines = line_lengths(pattern.columns - rows, bound, pattern.width)
        yield "period", partial(periods, pattern.width, bound, lines, fits)
        lists, height = Lists.of(flipped), pattern.shape[0]
        degrees = degrees_of(pattern)
        few = int(degrees.sum()) <= MEETINGS
        graph = partial(_graph, flipped, pattern) if few else None
        for name, order in orders(degrees, pattern.nnz, graph):
            yield name, partial(distinct_in_rows, lists, order, height)

    colors, name = fewest(tries(), bound, pattern.nnz)
    return compacted(np.where(empty, -1, colors)), name


def _graph(flipped: Pattern, pattern: Pattern) -> Lists:
    """List, for each column, those that share a row with it."""
    return Lists.of(without_diagonal(flipped @ pattern))


def color_symmetric(pattern: Pattern) -> Coloring:
    """Group the columns of a symmetric matrix: each entry or its mirror can be read.

    Parameters
    ----------
    pattern : Pattern
        The places of a Hessian.

    Returns
    -------
    Coloring
        A star colouring. Its ``lower_bound`` counts the numbers to be found.

    Raises
    ------
    ShapeError
        When the pattern is not symmetric.

    Examples
    --------
    >>> arrow = np.eye(5)
    >>> arrow[0] = arrow[:, 0] = 1
    >>> pattern = Pattern.of(arrow)
    >>> color_symmetric(pattern).sweeps, color_columns(pattern).sweeps
    (2, 5)
    """
    if pattern.shape[0] != pattern.width or pattern != pattern.T:
        raise ShapeError(
            f"{pattern!r} is not symmetric.",
            remedy="Use color_columns, or pattern | pattern.T.",
        )
    size, bound = pattern.width, _symmetric_bound(pattern)
    edges = without_diagonal(pattern)
    empty = pattern.counts() == 0

    def made(colors: Index, order: str = "") -> Coloring:
        colors = compacted(np.where(empty, -1, colors))
        return Coloring("symmetric", colors, colors, bound, order)

    def fits(colors: Index) -> bool:
        return made(colors).is_valid(pattern)

    def tries() -> Tries:
        rows, columns = edges.places()
        lines = line_lengths(columns - rows, bound, size)
        yield "period", partial(periods, size, bound, lines, fits)
        lists = Lists.of(edges)
        for name, order in orders(edges.counts(), 2 * pattern.nnz, lambda: lists):
            yield name, partial(star_colors, lists, order)

    return made(*fewest(tries(), bound, pattern.nnz))


def _symmetric_bound(pattern: Pattern) -> int:
    """Bound the sweeps by the numbers that they have to bring."""
    rows, columns = pattern.places()
    diagonal = int(np.count_nonzero(rows == columns))
    numbers = (pattern.nnz + diagonal) // 2
    joined = 1 + (pattern.nnz > diagonal) if pattern.nnz else 0
    return max(-(-numbers // max(pattern.width, 1)), joined)
