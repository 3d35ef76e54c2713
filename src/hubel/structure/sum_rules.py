"""What sums of two operators are: one function for each rule of the table."""

from __future__ import annotations

import numpy as np

from hubel.structure.block import Block
from hubel.structure.block_diagonal import BlockDiagonal
from hubel.structure.dense import Dense
from hubel.structure.diagonal import Diagonal
from hubel.structure.kronecker import Kronecker, equal_blocks, kronecker
from hubel.structure.low_rank import LowRank
from hubel.structure.operator import Operator
from hubel.structure.scaled import Scaled, identity
from hubel.structure.selection import Scatter, Selection
from hubel.structure.shifts import add_bands, as_banded
from hubel.structure.sparse import add_sparse
from hubel.structure.stored import Entrywise
from hubel.structure.sum import keep_terms
from hubel.structure.zero import Zero


def neutral(left: Zero, right: Operator) -> Operator:
    """Return what is added to zero."""
    return right.astype(np.result_type(left.dtype, right.dtype))


def numbers(left: Scaled, right: Scaled) -> Scaled:
    """Add two numbers."""
    return Scaled(np.asarray(left.factor + right.factor), left.input_shape)


def diagonals(left: Diagonal | Scaled, right: Diagonal | Scaled) -> Diagonal:
    """Add two diagonals, or a diagonal and a number."""
    return Diagonal(left.values + right.values)


def selections(left: Selection, right: Selection) -> Operator:
    """Add the same selection twice, or two shifts, or general entries."""
    if np.array_equal(left.index, right.index):
        return left.with_scale(left.values + right.values)
    return entries(left, right)


def scatters(left: Scatter, right: Scatter) -> Operator:
    """Add the same scatter twice, or two shifts, or general entries."""
    if np.array_equal(left.index, right.index):
        return left.with_scale(left.values + right.values)
    return entries(left, right)


def entries(left: Entrywise, right: Entrywise) -> Operator:
    """Return diagonals where both have few of them, else general entries."""
    bands = add_bands(as_banded(left), as_banded(right))
    return add_sparse(left, right) if bands is None else bands


def blocks(left: BlockDiagonal, right: BlockDiagonal) -> Operator:
    """Add blocks of equal shape, or general entries."""
    if left.blocks.shape != right.blocks.shape:
        return entries(left, right)
    return BlockDiagonal(left.blocks + right.blocks)


def block_and_diagonal(left: BlockDiagonal, right: Diagonal | Scaled) -> Operator:
    """Add to the diagonals of square blocks, or else general entries."""
    k, m, n = left.blocks.shape
    if m != n:
        return entries(left, right)
    total = np.array(left.blocks, np.result_type(left.dtype, right.dtype))
    total[:, np.arange(m), np.arange(m)] += right.diagonal().reshape(k, m)
    return BlockDiagonal(total)


def block_and_factors(left: BlockDiagonal, right: Kronecker) -> Operator:
    """Add equal blocks to blocks of the same shape."""
    equal = equal_blocks(right)
    if equal is None or equal.blocks.shape != left.blocks.shape:
        return keep_terms(left, right)
    return blocks(left, equal)


def factors(left: Kronecker, right: Kronecker) -> Operator:
    """Add products that share a factor: A x B + A x C = A x (B + C)."""
    if left.left.shape != right.left.shape or left.right.shape != right.right.shape:
        return keep_terms(left, right)
    if left.left is right.left:
        return kronecker(left.left, left.right + right.right)
    if left.right is right.right:
        return kronecker(left.left + right.left, left.right)
    if isinstance(left.left, Scaled) and isinstance(right.left, Scaled):
        inner = _moved(left.left, left.right) + _moved(right.left, right.right)
        return kronecker(identity(left.left.input_shape, left.left.dtype), inner)
    if isinstance(left.right, Scaled) and isinstance(right.right, Scaled):
        outer = _moved(left.right, left.left) + _moved(right.right, right.left)
        return kronecker(outer, identity(left.right.input_shape, left.right.dtype))
    return keep_terms(left, right)


def _moved(number: Scaled, factor: Operator) -> Operator:
    """Return one factor times the number that the other one is."""
    return factor if number.is_identity else factor.scaled(number.factor)


def outer(left: LowRank, right: LowRank) -> Operator:
    """Put outer products side by side, or make a matrix that takes less room."""
    m, n = left.shape
    if (left.left.shape[1] + right.left.shape[1]) * (m + n) > m * n:
        return matrix(left.explicit(), right)
    return LowRank(
        np.concatenate([left.left, right.left], axis=1),
        np.concatenate([left.right, right.right], axis=1),
    )


def matrix(left: Operator, right: Operator) -> Dense:
    """Add a matrix and something of the same or less room."""
    total = left.matrix().astype(np.result_type(left.dtype, right.dtype), copy=False)
    total += right.matrix()
    return Dense(total)


def leaves(left: Block, right: Block) -> Operator:
    """Add block by block, where rows and columns are the same."""
    if left.rows != right.rows or left.columns != right.columns:
        return keep_terms(left, right)
    total = {key: block + right.blocks[key] for key, block in left.blocks.items()}
    return Block(total, left.rows, left.columns)
