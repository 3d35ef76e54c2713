"""The order in which a chain of products takes the fewest multiplications."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, TypeAlias

from hubel.structure.operator import Operator

Tree: TypeAlias = "int | tuple[Tree, Tree]"
"""A factor's position, or the product of two trees."""

_Part: TypeAlias = "tuple[float, Estimate, Tree]"
"""What a product costs, what is known of it, and its order."""

_RUN = 32


class Estimate(NamedTuple):
    """What is known of a product before it is worked out.

    Attributes
    ----------
    rows, columns : int
        Its shape.
    work : float
        Multiplications for a product with one vector: its entries, or fewer.
    rank : int
        A number that the rank does not exceed.
    """

    rows: int
    columns: int
    work: float
    rank: int

    @classmethod
    def of(cls, operator: Operator) -> Estimate:
        """Return what is known of an operator."""
        return cls(*operator.shape, operator.work, operator.rank_bound)

    def times(self, other: Estimate) -> tuple[float, Estimate]:
        """Return the multiplications of a product, and what is known of it.

        Each entry of the left factor meets one row of the right one; rows are taken to
        be equally full.
        """
        terms = self.work * other.work / max(self.columns, 1)
        rows, columns = self.rows, other.columns
        rank = min(self.rank, other.rank)
        work = min(terms, rows * columns, rank * (rows + columns))
        return terms, Estimate(rows, columns, work, rank)


def best_order(factors: Sequence[Estimate]) -> tuple[float, Tree]:
    """Return the least multiplications for a chain, and the order that takes them.

    Of more than 32 factors each run of 32 is ordered by itself, and then the runs.

    Source: dynamic programming over the intervals of the chain, Godbole, On Efficient
    Computation of Matrix Chain Products, IEEE Trans. Computers C-22(9), 1973.

    Examples
    --------
    >>> sizes = [(1, 9), (9, 9), (9, 2)]
    >>> factors = [Estimate(m, n, m * n, min(m, n)) for m, n in sizes]
    >>> best_order(factors)
    (99.0, ((0, 1), 2))
    """
    parts: list[_Part] = [(0.0, factor, i) for i, factor in enumerate(factors)]
    while len(parts) > _RUN:
        runs = range(0, len(parts), _RUN)
        parts = [_best(parts[first : first + _RUN]) for first in runs]
    cost, _, tree = _best(parts)
    return cost, tree


def _best(parts: Sequence[_Part]) -> _Part:
    """Return the product of all parts in the best order."""
    # Keys are intervals (first, last) of the parts.
    best = {(i, i): part for i, part in enumerate(parts)}
    for length in range(1, len(parts)):
        for first in range(len(parts) - length):
            last = first + length
            cuts = range(first, last)
            best[first, last] = min(
                [_joined(best[first, cut], best[cut + 1, last]) for cut in cuts],
                key=_cost,
            )
    return best[0, len(parts) - 1]


def _cost(part: _Part) -> float:
    return part[0]


def _joined(left: _Part, right: _Part) -> _Part:
    """Return the product of two parts."""
    cost, product = left[1].times(right[1])
    return left[0] + right[0] + cost, product, (left[2], right[2])
