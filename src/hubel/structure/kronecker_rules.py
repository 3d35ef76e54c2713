"""What Kronecker products of two operators are, where they are simpler than that."""

from __future__ import annotations

import numpy as np

from hubel.structure.arithmetic import Array, times
from hubel.structure.diagonal import Diagonal
from hubel.structure.kronecker import Kronecker
from hubel.structure.operator import Operator
from hubel.structure.scaled import Scaled
from hubel.structure.selection import Selection
from hubel.structure.zero import Zero


def annihilate(left: Operator, right: Operator) -> Zero:
    """Return zero: nothing flows."""
    (m, n), (p, q) = left.shape, right.shape
    return Zero((m * p,), (n * q,), np.result_type(left.dtype, right.dtype))


def numbers(left: Scaled, right: Scaled) -> Scaled:
    """Multiply two numbers."""
    count = left.shape[0] * right.shape[0]
    return Scaled(times(left.factor, right.factor), (count,))


def diagonals(left: Diagonal | Scaled, right: Diagonal | Scaled) -> Diagonal:
    """Multiply diagonals, one of which may be a number."""
    product = times(left.diagonal()[:, None], right.diagonal())
    return Diagonal(product.reshape(-1))


def selections(left: Selection | Scaled, right: Selection | Scaled) -> Selection:
    """Pick along both axes; a number picks everything."""
    (first, scale), (second, other) = _picked(left), _picked(right)
    columns, width = left.shape[1], right.shape[1]
    index = np.where(
        (first[:, None] >= 0) & (second >= 0), first[:, None] * width + second, -1
    )
    if scale.ndim or other.ndim:
        scale = np.broadcast_to(scale, first.shape)[:, None]
        other = np.broadcast_to(other, second.shape)
    scales = times(scale, other).reshape(-1 if scale.ndim else ())
    return Selection(index.reshape(-1), (columns * width,), scales)


def _picked(operator: Selection | Scaled) -> tuple[Array, Array]:
    """Return which elements are picked, and their scale."""
    if isinstance(operator, Scaled):
        return np.arange(operator.shape[0]), operator.factor
    return operator.index, operator.values


def factors(left: Operator, right: Operator) -> Operator:
    """Keep both operators, unless one is a single number."""
    if isinstance(left, Scaled) and left.shape == (1, 1):
        return right.scaled(left.factor)
    if isinstance(right, Scaled) and right.shape == (1, 1):
        return left.scaled(right.factor)
    return Kronecker(left, right)
