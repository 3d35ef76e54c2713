"""The structure of Jacobians, as plain NumPy objects closed under products and sums.

``A @ B``, ``A + B`` and ``A.T`` are as structured as their operands allow; the module
`tables` says what each pair of classes makes.
"""

from hubel.structure.applied import Applied
from hubel.structure.banded import Banded
from hubel.structure.block import Block
from hubel.structure.block_diagonal import BlockDiagonal
from hubel.structure.chain import Estimate, best_order
from hubel.structure.composed import Composed, compose
from hubel.structure.dense import Dense
from hubel.structure.diagonal import Diagonal
from hubel.structure.kronecker import Kronecker, kronecker
from hubel.structure.low_rank import LowRank
from hubel.structure.operator import Operator
from hubel.structure.pattern import Pattern
from hubel.structure.scaled import Scaled, identity
from hubel.structure.selection import Scatter, Selection
from hubel.structure.sparse import Sparse
from hubel.structure.stored import Entrywise
from hubel.structure.sum import Sum
from hubel.structure.tables import PRODUCTS, SUMS
from hubel.structure.zero import Zero

__all__ = [
    "PRODUCTS",
    "SUMS",
    "Applied",
    "Banded",
    "Block",
    "BlockDiagonal",
    "Composed",
    "Dense",
    "Diagonal",
    "Entrywise",
    "Estimate",
    "Kronecker",
    "LowRank",
    "Operator",
    "Pattern",
    "Scaled",
    "Scatter",
    "Selection",
    "Sparse",
    "Sum",
    "Zero",
    "best_order",
    "compose",
    "identity",
    "kronecker",
]
