"""The order in which a chain of products takes the fewest multiplications."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, TypeAlias

from hubel.structure.operator import Operator

Tree: TypeAlias = "int | tuple[Tree, Tree]"
"""A factor's position, or the product of two trees."""


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

    Source: dynamic programming over the intervals of the chain, Godbole, On Efficient
    Computation of Matrix Chain Products, IEEE Trans. Computers C-22(9), 1973.

    Examples
    --------
    >>> sizes = [(1, 9), (9, 9), (9, 1)]
    >>> factors = [Estimate(m, n, m * n, min(m, n)) for m, n in sizes]
    >>> best_order(factors)
    (90.0, (0, (1, 2)))
    """
    # Keys are intervals (first, last) of the chain.
    best: dict[tuple[int, int], tuple[float, Estimate, Tree]] = {
        (i, i): (0.0, factor, i) for i, factor in enumerate(factors)
    }
    count = len(factors)
    for length in range(1, count):
        for first in range(count - length):
            last = first + length
            best[first, last] = min(
                (
                    _joined(best[first, cut], best[cut + 1, last])
                    for cut in range(first, last)
                ),
                key=lambda found: found[0],
            )
    cost, _, tree = best[0, count - 1]
    return cost, tree


def _joined(
    left: tuple[float, Estimate, Tree], right: tuple[float, Estimate, Tree]
) -> tuple[float, Estimate, Tree]:
    """Return the product of two intervals."""
    cost, product = left[1].times(right[1])
    return left[0] + right[0] + cost, product, (left[2], right[2])
