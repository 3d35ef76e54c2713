"""What products of two operators are: one function for each rule of the table."""

from __future__ import annotations

from functools import reduce
from operator import add

import numpy as np

from hubel.structure.arithmetic import matmul, size_of, times
from hubel.structure.banded import Banded
from hubel.structure.block import Block
from hubel.structure.block_diagonal import BlockDiagonal
from hubel.structure.composed import keep_apart
from hubel.structure.dense import Dense
from hubel.structure.diagonal import Diagonal
from hubel.structure.kronecker import Kronecker, equal_blocks, kronecker
from hubel.structure.low_rank import LowRank
from hubel.structure.operator import Operator
from hubel.structure.scaled import Scaled
from hubel.structure.selection import Selection
from hubel.structure.shifts import as_banded, multiply_bands
from hubel.structure.sparse import Sparse, multiply_sparse, sparse, terms_of_product
from hubel.structure.stored import Entrywise
from hubel.structure.sum import Sum
from hubel.structure.zero import Zero

_GROWTH = 16
"""A sparse product with more terms than this times its factors' entries is kept as its
factors: the sum of everything, given to everything, has n of each and n^2 terms."""


def annihilate(left: Operator, right: Operator) -> Zero:
    """Return zero: nothing flows."""
    dtype = np.result_type(left.dtype, right.dtype)
    return Zero(left.output_shape, right.input_shape, dtype)


def scale_right(left: Scaled, right: Operator) -> Operator:
    """Scale an operator by a number on its left."""
    if left.is_identity:
        return right.astype(np.result_type(left.dtype, right.dtype))
    return right.scaled(left.factor)


def scale_left(left: Operator, right: Scaled) -> Operator:
    """Scale an operator by a number on its right."""
    return scale_right(right, left)


def diagonals(left: Diagonal, right: Diagonal) -> Diagonal:
    """Multiply partials along a path."""
    return Diagonal(times(left.values, right.values))


def scale_picked(left: Diagonal, right: Selection) -> Selection:
    """Pick, then multiply."""
    return right.with_scale(times(left.values, right.values))


def pick_scaled(left: Selection, right: Diagonal) -> Selection:
    """Multiply, then pick."""
    if not right.values.size:
        return left
    return left.with_scale(times(left.values, right.values[left.index]))


def pick_picked(left: Selection, right: Selection) -> Selection:
    """Pick from what was picked."""
    if not right.index.size:
        return Selection(left.index, right.input_shape, left.values)
    index = np.where(left.index >= 0, right.index[left.index], -1)
    scale = times(left.values, right.scale_at(left.index))
    return Selection(index, right.input_shape, scale)


def by_transposing(left: Operator, right: Operator) -> Operator:
    """Multiply the transposes, the other way round."""
    return (right.T @ left.T).T


def entries(left: Entrywise, right: Entrywise) -> Operator:
    """Return diagonals where both have few of them, else general entries."""
    bands = multiply_bands(as_banded(left), as_banded(right))
    if bands is not None:
        return bands
    first, second = sparse(left), sparse(right)
    terms = terms_of_product(first.pattern, second.pattern)
    if terms > _GROWTH * (first.nnz + second.nnz):
        return keep_apart(left, right)
    return multiply_sparse(first, second)


def scale_rows(left: Diagonal, right: Sparse) -> Sparse:
    """Multiply the rows of a sparse matrix."""
    factors = np.repeat(left.values, right.pattern.counts())
    return Sparse(right.pattern, times(factors, right.values))


def scale_columns(left: Sparse, right: Diagonal) -> Sparse:
    """Multiply the columns of a sparse matrix."""
    factors = right.values[left.pattern.columns]
    return Sparse(left.pattern, times(left.values, factors))


def scale_band_rows(left: Diagonal, right: Banded) -> Banded:
    """Multiply the rows of a banded matrix."""
    return right.with_values(times(left.values, right.values))


def blocks(left: BlockDiagonal, right: BlockDiagonal) -> Operator:
    """Multiply blocks with blocks, where they meet."""
    (k, _, n), (count, m, _) = left.blocks.shape, right.blocks.shape
    if (k, n) != (count, m):
        return entries(left, right)
    return BlockDiagonal(matmul(left.blocks, right.blocks))


def scale_block_rows(left: Diagonal, right: BlockDiagonal) -> BlockDiagonal:
    """Multiply the rows of the blocks."""
    k, m, _ = right.blocks.shape
    return BlockDiagonal(times(left.values.reshape(k, m, 1), right.blocks))


def scale_block_columns(left: BlockDiagonal, right: Diagonal) -> BlockDiagonal:
    """Multiply the columns of the blocks."""
    k, _, n = left.blocks.shape
    return BlockDiagonal(times(left.blocks, right.values.reshape(k, 1, n)))


def factors(left: Kronecker, right: Kronecker) -> Operator:
    """Multiply the factors, where their axes meet: (A x B)(C x D) = AC x BD."""
    if left.left.shape[1] != right.left.shape[0]:
        return keep_apart(left, right)
    return kronecker(left.left @ right.left, left.right @ right.right)


def meet_blocks(left: Operator, right: Operator) -> Operator:
    """Return blocks for equal blocks and others, where they take no more room."""
    first, second = _blocks_of(left), _blocks_of(right)
    if first is None or second is None:
        return keep_apart(left, right)
    (k, m, inner), (count, rows, n) = first.blocks.shape, second.blocks.shape
    if (k, inner) != (count, rows) or not _is_small(k * m * n, left, right):
        return keep_apart(left, right)
    return blocks(first, second)


def scale_equal_rows(left: Diagonal, right: Kronecker) -> Operator:
    """Return blocks for equal blocks with other rows, where that takes no more room."""
    equal = equal_blocks(right)
    if equal is None or not _is_small(equal.blocks.size, left, right):
        return keep_apart(left, right)
    return scale_block_rows(left, equal)


def scale_equal_columns(left: Kronecker, right: Diagonal) -> Operator:
    """Return blocks for equal blocks with other columns, in no more room."""
    equal = equal_blocks(left)
    if equal is None or not _is_small(equal.blocks.size, left, right):
        return keep_apart(left, right)
    return scale_block_columns(equal, right)


def _blocks_of(operator: Operator) -> BlockDiagonal | None:
    """Return an operator as blocks, where it has that form."""
    if isinstance(operator, Kronecker):
        return equal_blocks(operator)
    return operator if isinstance(operator, BlockDiagonal) else None


def outer_first(left: LowRank, right: Operator) -> LowRank:
    """Pull the right factor of the outer products back."""
    return LowRank(left.left, right.T.multiply(left.right))


def outer_last(left: Operator, right: LowRank) -> LowRank:
    """Push the left factor of the outer products forward."""
    return LowRank(left.multiply(right.left), right.right)


def outer_both(left: LowRank, right: LowRank) -> LowRank:
    """Return as many outer products as the one with fewer has."""
    if left.left.shape[1] <= right.left.shape[1]:
        return outer_first(left, right)
    return outer_last(left, right)


def matrices(left: Dense, right: Dense) -> Operator:
    """Return a matrix, or its two thin factors where they take less room."""
    (m, k), n = left.shape, right.shape[1]
    if k * (m + n) < m * n:
        return LowRank(left.values, right.values.T)
    return Dense(matmul(left.values, right.values))


def push_matrix(left: Operator, right: Dense) -> Operator:
    """Return a matrix, where it takes no more room than its factors."""
    if not _is_small(left.shape[0] * right.shape[1], left, right):
        return keep_apart(left, right)
    return Dense(left.multiply(right.values))


def pull_matrix(left: Dense, right: Operator) -> Operator:
    """Return a matrix, where it takes no more room than its factors."""
    if not _is_small(left.shape[0] * right.shape[1], left, right):
        return keep_apart(left, right)
    return Dense(right.T.multiply(left.values.T).T)


def _is_small(count: int, left: Operator, right: Operator) -> bool:
    """Whether so many numbers take no more room than two operators."""
    itemsize = np.result_type(left.dtype, right.dtype).itemsize
    return count * itemsize <= left.nbytes + right.nbytes


def distribute_left(left: Sum, right: Operator) -> Operator:
    """Multiply term by term."""
    return reduce(add, [term @ right for term in left.terms])


def distribute_right(left: Operator, right: Sum) -> Operator:
    """Multiply term by term."""
    return reduce(add, [left @ term for term in right.terms])


def leaves(left: Block, right: Block) -> Operator:
    """Multiply block by block, where the leaves between them have the same sizes."""
    sizes = [*map(size_of, left.columns.values())]
    if sizes != [*map(size_of, right.rows.values())]:
        return keep_apart(left, right)
    between = [*zip(left.columns, right.rows, strict=True)]
    found = {
        (row, column): reduce(
            add,
            [left.blocks[row, a] @ right.blocks[b, column] for a, b in between],
        )
        for row in left.rows
        for column in right.columns
    }
    return Block(found, left.rows, right.columns)


def each_column(left: Operator, right: Block) -> Operator:
    """Multiply the blocks of a single row."""
    if len(right.rows) > 1:
        return keep_apart(left, right)
    found = {("", column): left @ block for (_, column), block in right.blocks.items()}
    return Block(found, {"": left.output_shape}, right.columns)


def each_row(left: Block, right: Operator) -> Operator:
    """Multiply the blocks of a single column."""
    if len(left.columns) > 1:
        return keep_apart(left, right)
    found = {(row, ""): block @ right for (row, _), block in left.blocks.items()}
    return Block(found, left.rows, {"": right.input_shape})
