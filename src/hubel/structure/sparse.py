"""Sparse: entries in any places, in compressed rows."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from hubel.errors import ShapeError
from hubel.structure.arithmetic import Array, frozen, times
from hubel.structure.pattern import Pattern, checked_places
from hubel.structure.rows import expand, row_of, sum_rows
from hubel.structure.stored import Entrywise

_CHUNK = 2**21
"""The terms of a product that are held at once."""


class Sparse(Entrywise):
    """A sparse matrix in compressed rows.

    Parameters
    ----------
    pattern : Pattern
        The places of its entries.
    values : array
        The number at each place, in the pattern's order.

    Raises
    ------
    ShapeError
        When there is not one number a place.

    Examples
    --------
    >>> import numpy as np
    >>> J = Sparse.at([0, 1, 1], [0, 0, 2], [5.0, 6.0, 7.0], (2, 3))
    >>> J @ np.array([1.0, 2.0, 3.0])
    array([ 5., 27.])
    """

    __slots__ = ("_pattern",)

    _pattern: Pattern

    def __init__(self, pattern: Pattern, values: ArrayLike) -> None:
        super().__init__((pattern.shape[0],), (pattern.shape[1],), values)
        self._pattern = pattern
        if self.values.shape != (pattern.nnz,):
            raise ShapeError(
                f"{pattern!r} needs values of shape ({pattern.nnz},), not "
                f"{self.values.shape}."
            )

    @classmethod
    def at(
        cls,
        rows: ArrayLike,
        columns: ArrayLike,
        values: ArrayLike,
        shape: tuple[int, int],
    ) -> Sparse:
        """Return a matrix from its entries in any order; equal places are added.

        Raises
        ------
        ShapeError
            When places lie outside the matrix or have not one number each.
        """
        places, numbers = checked_places(rows, columns, shape), frozen(values)
        if numbers.shape != places[0].shape:
            raise ShapeError(
                f"{places[0].size} places need as many numbers, not an array of shape "
                f"{numbers.shape}."
            )
        pattern, placed = Pattern.placed(*places, shape)
        return cls(pattern, placed.gather(numbers))

    @property
    def pattern(self) -> Pattern:
        """The places of its entries."""
        return self._pattern

    @property
    def nbytes(self) -> int:
        """The bytes that its numbers and indices take."""
        return self.values.nbytes + self._pattern.nbytes

    def multiply(self, columns: Array) -> Array:
        """Add each row's terms, as many columns at once as there is room for."""
        rows, width = self.shape[0], columns.shape[1]
        step = max(1, _CHUNK // max(self.nnz, 1))
        if width <= step:
            return self._multiply(columns)
        total = np.empty((rows, width), np.result_type(self.dtype, columns))
        for k in range(0, width, step):
            total[:, k : k + step] = self._multiply(columns[:, k : k + step])
        return total

    def _multiply(self, columns: Array) -> Array:
        terms = times(self.values[:, None], columns[self._pattern.columns])
        return sum_rows(terms, self._pattern.starts)

    def transposed(self) -> Sparse:
        """Return the transpose, its entries put in order again."""
        pattern, order = self._pattern.transposed()
        return Sparse(pattern, self.values if order is None else self.values[order])

    def entries(self) -> tuple[Pattern, Array]:
        """Return the places and the number at each of them."""
        return self._pattern, self.values


def sparse(operator: Entrywise) -> Sparse:
    """Return an operator with few entries in compressed rows."""
    return operator if isinstance(operator, Sparse) else Sparse(*operator.entries())


def terms_of_product(left: Pattern, right: Pattern) -> int:
    """Return how many products of two entries a sparse product adds."""
    return int(right.counts()[left.columns].sum())


def multiply_sparse(left: Entrywise, right: Entrywise) -> Sparse:
    """Multiply two sparse matrices: all terms, put in order, those that meet added.

    Source: the expand, sort, compress algorithm of Bell, Dalton and Olson, Exposing
    Fine-Grained Parallelism in Algebraic Multigrid Methods, SIAM J. Sci. Comput. 34(4),
    2012, section 3.2.
    """
    (first, values), (second, others) = left.entries(), right.entries()
    shape = (first.shape[0], second.shape[1])
    entries, counts = expand(second.starts, first.columns)
    rows = np.repeat(row_of(first.starts), counts)
    pattern, placed = Pattern.placed(rows, second.columns[entries], shape)
    terms = times(np.repeat(values, counts), others[entries])
    return Sparse(pattern, placed.gather(terms))


def add_sparse(left: Entrywise, right: Entrywise) -> Sparse:
    """Add two sparse matrices."""
    (first, values), (second, others) = left.entries(), right.entries()
    if first is second:
        return Sparse(first, values + others)
    rows, columns = zip(first.places(), second.places(), strict=True)
    both = np.concatenate(rows), np.concatenate(columns)
    pattern, placed = Pattern.placed(*both, first.shape)
    return Sparse(pattern, placed.gather(np.concatenate([values, others])))


def kron_sparse(left: Entrywise, right: Entrywise) -> Sparse:
    """Return the Kronecker product of two sparse matrices."""
    (first, values), (second, others) = left.entries(), right.entries()
    (m, n), (p, q) = first.shape, second.shape
    (rows, columns), (below, beside) = first.places(), second.places()
    return Sparse.at(
        (rows[:, None] * p + below).reshape(-1),
        (columns[:, None] * q + beside).reshape(-1),
        times(values[:, None], others).reshape(-1),
        (m * p, n * q),
    )
