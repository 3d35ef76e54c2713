"""The tables of the algebra: what two classes of operators make together.

In each table the first row that fits decides, so the special comes before the general;
the last row keeps both operands side by side. A rule returns the most structured class
that is exactly right, and never one that takes much more room than its operands.
"""

from __future__ import annotations

import hubel.structure.kronecker_rules as kron
import hubel.structure.product_rules as product
import hubel.structure.sum_rules as total
from hubel.structure.banded import Banded
from hubel.structure.block import Block
from hubel.structure.block_diagonal import BlockDiagonal
from hubel.structure.composed import keep_apart
from hubel.structure.dense import Dense
from hubel.structure.diagonal import Diagonal
from hubel.structure.kronecker import KRONECKERS, Kronecker
from hubel.structure.low_rank import LowRank
from hubel.structure.operator import PRODUCTS, SUMS, Operator
from hubel.structure.scaled import Scaled
from hubel.structure.selection import Scatter, Selection
from hubel.structure.sparse import Sparse
from hubel.structure.stored import Entrywise
from hubel.structure.sum import Sum, keep_terms
from hubel.structure.zero import Zero

PRODUCTS.fill(
    [
        (Zero, Operator, product.annihilate),
        (Operator, Zero, product.annihilate),
        (Scaled, Operator, product.scale_right),
        (Operator, Scaled, product.scale_left),
        (Block, Block, product.leaves),
        (Operator, Block, product.each_column),
        (Block, Operator, product.each_row),
        (LowRank, LowRank, product.outer_both),
        (LowRank, Operator, product.outer_first),
        (Operator, LowRank, product.outer_last),
        (Diagonal, Diagonal, product.diagonals),
        (Diagonal, Selection, product.scale_picked),
        (Selection, Diagonal, product.pick_scaled),
        (Selection, Selection, product.pick_picked),
        (Diagonal, Scatter, product.by_transposing),
        (Scatter, Diagonal, product.by_transposing),
        (Scatter, Scatter, product.by_transposing),
        (Diagonal, Banded, product.scale_band_rows),
        (Diagonal, Sparse, product.scale_rows),
        (Sparse, Diagonal, product.scale_columns),
        (Diagonal, BlockDiagonal, product.scale_block_rows),
        (BlockDiagonal, Diagonal, product.scale_block_columns),
        (BlockDiagonal, BlockDiagonal, product.blocks),
        (Entrywise, Entrywise, product.entries),
        (Kronecker, Kronecker, product.factors),
        (BlockDiagonal, Kronecker, product.meet_blocks),
        (Kronecker, BlockDiagonal, product.meet_blocks),
        (Diagonal, Kronecker, product.scale_equal_rows),
        (Kronecker, Diagonal, product.scale_equal_columns),
        (Dense, Dense, product.matrices),
        (Entrywise, Dense, product.push_matrix),
        (Kronecker, Dense, product.push_matrix),
        (Dense, Entrywise, product.pull_matrix),
        (Dense, Kronecker, product.pull_matrix),
        (Sum, Diagonal, product.distribute_left),
        (Diagonal, Sum, product.distribute_right),
        (Operator, Operator, keep_apart),
    ]
)

SUMS.fill(
    [
        (Zero, Operator, total.neutral),
        (Block, Block, total.leaves),
        (Scaled, Scaled, total.numbers),
        (Diagonal, Scaled, total.diagonals),
        (Diagonal, Diagonal, total.diagonals),
        (Selection, Selection, total.selections),
        (Scatter, Scatter, total.scatters),
        (BlockDiagonal, BlockDiagonal, total.blocks),
        (BlockDiagonal, Diagonal, total.block_and_diagonal),
        (BlockDiagonal, Scaled, total.block_and_diagonal),
        (BlockDiagonal, Kronecker, total.block_and_factors),
        (Entrywise, Entrywise, total.entries),
        (Kronecker, Kronecker, total.factors),
        (LowRank, LowRank, total.outer),
        (Dense, Dense, total.matrix),
        (Dense, Entrywise, total.matrix),
        (Dense, LowRank, total.matrix),
        (Dense, Kronecker, total.matrix),
        (Operator, Operator, keep_terms),
    ]
)

KRONECKERS.fill(
    [
        (Zero, Operator, kron.annihilate),
        (Operator, Zero, kron.annihilate),
        (Scaled, Scaled, kron.numbers),
        (Diagonal, Diagonal, kron.diagonals),
        (Diagonal, Scaled, kron.diagonals),
        (Scaled, Diagonal, kron.diagonals),
        (Selection, Selection, kron.selections),
        (Selection, Scaled, kron.selections),
        (Scaled, Selection, kron.selections),
        (Operator, Operator, kron.factors),
    ]
)
