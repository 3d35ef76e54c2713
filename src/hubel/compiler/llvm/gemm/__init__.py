"""Matrix products of our own, as machine code for the processor at hand.

A plan asks `choose` for a product and gets code of ours, or None where the library is
faster. ``HUBEL_GEMM=blas`` switches all of it off.
"""

from hubel.compiler.llvm.gemm.choice import VARIABLE, choose, same_choices
from hubel.compiler.llvm.gemm.parts import NEEDED, find_parts
from hubel.compiler.llvm.gemm.product import SCRATCH, OwnProduct, Shape, declarations
from hubel.compiler.llvm.gemm.proposal import has_few

__all__ = [
    "NEEDED",
    "SCRATCH",
    "VARIABLE",
    "OwnProduct",
    "Shape",
    "choose",
    "declarations",
    "find_parts",
    "has_few",
    "same_choices",
]
