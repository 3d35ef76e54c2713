"""Sum: terms of different structure, kept side by side."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from operator import add
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from hubel.errors import ShapeError
from hubel.structure.arithmetic import Array
from hubel.structure.operator import SUMS, DType, Operator
from hubel.structure.pattern import Pattern


class Sum(Operator):
    """The sum of operators, kept as its terms.

    Use ``A + B``, which makes one where no class holds both: a softmax's Jacobian is
    diagonal plus low rank.

    Parameters
    ----------
    terms : sequence of Operator
        Of the same sizes.

    Raises
    ------
    ShapeError
        When there is no term, or sizes differ.

    Examples
    --------
    >>> import numpy as np
    >>> from hubel.structure import Diagonal, LowRank
    >>> p = np.array([0.5, 0.25, 0.25])
    >>> J = Diagonal(p) - LowRank(p, p)
    >>> J
    Sum(3 x 3, float64, 72 B: Diagonal + LowRank)
    >>> J @ np.ones(3)
    array([0., 0., 0.])
    """

    __slots__ = ("terms",)

    terms: tuple[Operator, ...]

    def __init__(self, terms: Sequence[Operator]) -> None:
        sizes = [term.shape for term in terms]
        if len(set(sizes)) != 1:
            raise ShapeError(f"operators of shapes {sizes} do not form a sum.")
        super().__init__(terms[0].output_shape, terms[0].input_shape)
        self.terms = tuple(terms)

    @property
    def dtype(self) -> DType:
        """The dtype of its entries."""
        return np.result_type(*[term.dtype for term in self.terms])

    @property
    def nbytes(self) -> int:
        """The bytes that its terms take."""
        return sum(term.nbytes for term in self.terms)

    @property
    def work(self) -> int:
        """The multiplications that a product with one vector takes."""
        return sum(term.work for term in self.terms)

    @property
    def rank_bound(self) -> int:
        """The sum of the terms' bounds."""
        return min(*self.shape, sum(term.rank_bound for term in self.terms))

    @property
    def pattern(self) -> Pattern:
        """The union of the terms' patterns."""
        first, *rest = [term.pattern for term in self.terms]
        return reduce(lambda union, pattern: union | pattern, rest, first)

    def multiply(self, columns: Array) -> Array:
        """Add the terms' products."""
        return reduce(add, [term.multiply(columns) for term in self.terms])

    def transposed(self) -> Operator:
        """Return the sum of the transposed terms."""
        return reduce(add, [term.T for term in self.terms])

    def scaled(self, factor: Any) -> Sum:
        """Return the sum of the scaled terms."""
        return self._replace(terms=tuple(term.scaled(factor) for term in self.terms))

    def conj(self) -> Sum:
        """Return the sum of the conjugates."""
        return self._replace(terms=tuple(term.conj() for term in self.terms))

    def astype(self, dtype: DTypeLike) -> Sum:
        """Return the sum with its numbers in another dtype."""
        return self._replace(terms=tuple(term.astype(dtype) for term in self.terms))

    def explicit(self) -> Operator:
        """Add the terms' entries."""
        total = reduce(add, [term.explicit() for term in self.terms])
        return total.reshaped(self.output_shape, self.input_shape)

    def diagonal(self) -> Array:
        """Return the entries (0, 0), (1, 1), ... of the matrix."""
        return reduce(add, [term.diagonal() for term in self.terms])

    def __repr__(self) -> str:
        terms = " + ".join(type(term).__name__ for term in self.terms)
        return f"{super().__repr__()[:-1]}: {terms})"


def keep_terms(left: Operator, right: Operator) -> Operator:
    """Return a sum as its terms, each joined with one that it fits.

    This is the rule for pairs that have none of their own.
    """
    terms = [*left.terms] if isinstance(left, Sum) else [left]
    if not isinstance(left, Sum) and not isinstance(right, Sum):
        return Sum((left, right))
    for term in right.terms if isinstance(right, Sum) else (right,):
        _join(terms, term)
    return terms[0] if len(terms) == 1 else Sum(terms)


def _join(terms: list[Operator], term: Operator) -> None:
    """Add a term to one of the terms, or else to the list."""
    for i, known in enumerate(terms):
        joined = SUMS(known, term)
        if not isinstance(joined, Sum):
            # What they make may fit another term, so that the order does not matter.
            terms.pop(i)
            _join(terms, joined)
            return
    terms.append(term)
