"""Composed: a chain of products that is not multiplied out before it has to be."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from hubel.errors import ShapeError
from hubel.structure.arithmetic import Array
from hubel.structure.chain import Estimate, Tree, best_order
from hubel.structure.dense import Dense
from hubel.structure.operator import PRODUCTS, DType, Operator
from hubel.structure.pattern import Pattern


class Composed(Operator):
    """The product of operators, kept as its factors.

    Use ``A @ B``, which makes one where the product would take more room than its
    factors, or nothing is known of them.

    Parameters
    ----------
    factors : sequence of Operator
        From the left, which is applied last, to the right.

    Raises
    ------
    ShapeError
        When there is no factor, or neighbours do not fit.

    Examples
    --------
    >>> import numpy as np
    >>> from hubel.structure import Applied
    >>> double = Applied((2,), (2,), lambda t: 2 * t, lambda u: 2 * u)
    >>> J = double @ Dense(np.array([[1.0, 2.0], [3.0, 4.0]]))
    >>> J
    Composed(2 x 2, float64, 32 B: Applied @ Dense)
    >>> np.asarray(J)
    array([[2., 4.],
           [6., 8.]])
    """

    __slots__ = ("factors",)

    factors: tuple[Operator, ...]

    def __init__(self, factors: Sequence[Operator]) -> None:
        sizes = [factor.shape for factor in factors]
        apart = any(left[1] != right[0] for left, right in pairwise(sizes))
        if not sizes or apart:
            raise ShapeError(f"operators of shapes {sizes} do not form a chain.")
        super().__init__(factors[0].output_shape, factors[-1].input_shape)
        self.factors = tuple(factors)

    @property
    def dtype(self) -> DType:
        """The dtype of its entries."""
        return np.result_type(*[factor.dtype for factor in self.factors])

    @property
    def nbytes(self) -> int:
        """The bytes that its factors take."""
        return sum(factor.nbytes for factor in self.factors)

    @property
    def work(self) -> int:
        """The multiplications that a product with one vector takes."""
        return sum(factor.work for factor in self.factors)

    @property
    def rank_bound(self) -> int:
        """The least of the factors' bounds."""
        return min(factor.rank_bound for factor in self.factors)

    @property
    def pattern(self) -> Pattern:
        """The product of the factors' patterns, multiplied in the best order."""
        _, tree = best_order([Estimate.of(factor) for factor in self.factors])
        return self._pattern(tree)

    def _pattern(self, tree: Tree) -> Pattern:
        if isinstance(tree, int):
            return self.factors[tree].pattern
        return self._pattern(tree[0]) @ self._pattern(tree[1])

    def multiply(self, columns: Array) -> Array:
        """Multiply a vector factor by factor, many columns in the best order."""
        if columns.shape[1] > 1:
            return _multiplied_out([*self.factors, Dense(columns)]).matrix()
        for factor in reversed(self.factors):
            columns = factor.multiply(columns)
        return columns

    def transposed(self) -> Operator:
        """Return the transposed factors from right to left."""
        return compose([factor.T for factor in reversed(self.factors)])

    def scaled(self, factor: Any) -> Composed:
        """Return the chain with its smallest factor scaled."""
        sizes = [part.nbytes for part in self.factors]
        least = sizes.index(min(sizes))
        parts = list(self.factors)
        parts[least] = parts[least].scaled(factor)
        return self._replace(factors=tuple(parts))

    def conj(self) -> Composed:
        """Return the chain of the conjugates."""
        return self._replace(factors=tuple(part.conj() for part in self.factors))

    def astype(self, dtype: DTypeLike) -> Composed:
        """Return the chain with its numbers in another dtype."""
        return self._replace(factors=tuple(part.astype(dtype) for part in self.factors))

    def explicit(self) -> Operator:
        """Multiply out, in the order that takes the fewest multiplications."""
        product = _multiplied_out(self.factors).explicit()
        return product.reshaped(self.output_shape, self.input_shape)

    def __repr__(self) -> str:
        chain = " @ ".join(type(factor).__name__ for factor in self.factors)
        return f"{super().__repr__()[:-1]}: {chain})"


def compose(factors: Sequence[Operator]) -> Operator:
    """Multiply a chain as far as no product takes more room than its factors."""
    chain: list[Operator] = []
    for factor in factors:
        chain.append(factor)
        while len(chain) > 1:
            product = PRODUCTS(chain[-2], chain[-1])
            if isinstance(product, Composed):
                break
            chain[-2:] = [product]
    return chain[0] if len(chain) == 1 else Composed(chain)


def keep_apart(left: Operator, right: Operator) -> Operator:
    """Return a product as the chain of its factors, joined where they meet.

    This is the rule for pairs that have none of their own.
    """
    first = left.factors if isinstance(left, Composed) else (left,)
    second = right.factors if isinstance(right, Composed) else (right,)
    if len(first) == len(second) == 1:
        return Composed((left, right))
    return compose([*first, *second])


def _multiplied_out(factors: Sequence[Operator]) -> Operator:
    """Multiply a chain in the best order into an operator that is no chain."""
    _, tree = best_order([Estimate.of(factor) for factor in factors])
    return _worked_out(tree, factors)


def _worked_out(tree: Tree, factors: Sequence[Operator]) -> Operator:
    if isinstance(tree, int):
        return factors[tree]
    return formed(_worked_out(tree[0], factors), _worked_out(tree[1], factors))


def formed(left: Operator, right: Operator) -> Operator:
    """Multiply two operators, whatever room the product takes."""
    product = left @ right
    if not isinstance(product, Composed):
        return product
    if isinstance(right, Dense):
        return _as_matrix(left, right)
    if isinstance(left, Dense):
        return _as_matrix(right.T, left.transposed()).transposed()
    left, right = left.explicit(), right.explicit()
    product = left @ right
    return _as_matrix(left, right) if isinstance(product, Composed) else product


def _as_matrix(left: Operator, right: Operator) -> Dense:
    """Multiply into a matrix, by the left operator's own product."""
    Composed((left, right)).require_room()
    return Dense(left.multiply(right.matrix()))
