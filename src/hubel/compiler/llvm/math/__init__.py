"""Elementary functions as LLVM text: branch-free, inlined, turned into vector code.

`source` gives the definitions of functions such as ``@hubel.exp.f32``, `needs` the
declarations of the intrinsics that they call. The functions treat infinities, NaN,
signed zeros and subnormal numbers as NumPy does and are within 5 units in the last
place everywhere, mostly within 2. They need no fast-math flag to become vector code.
"""

from hubel.compiler.llvm.math.library import FUNCTIONS, needs, source

__all__ = ["FUNCTIONS", "needs", "source"]
