"""What products multiply: the numbers, and the vectors of a machine that hold them."""

from __future__ import annotations

from dataclasses import dataclass

_IR = {"float32": "float", "float64": "double"}
_SHORT = {"float32": "f32", "float64": "f64"}
_SIZE = {"float32": 4, "float64": 8}

BFLOAT16 = "bfloat16"
"""Numbers are float32 in memory and in sums; what is multiplied is rounded to 8 bits.

The numbers for two steps of k lie side by side where one of float32 would.
"""


def memory_of(dtype: str) -> str:
    """Return the dtype that the operands and the result have in memory."""
    return "float32" if dtype == BFLOAT16 else dtype


@dataclass(frozen=True)
class Kind:
    """Numbers of a dtype in vectors of so many bytes.

    Examples
    --------
    >>> kind = Kind("float32", 64)
    >>> kind.vector, kind.mask
    ('<16 x float>', '<16 x i1>')
    """

    dtype: str
    vector_bytes: int

    @property
    def memory(self) -> str:
        """The dtype of the numbers in memory."""
        return memory_of(self.dtype)

    @property
    def sums(self) -> Kind:
        """What sums are."""
        return Kind(self.memory, self.vector_bytes)

    @property
    def steps(self) -> int:
        """How many steps of k a multiplication takes at once, in each lane."""
        return 2 if self.dtype == BFLOAT16 else 1

    @property
    def real(self) -> str:
        """The type of a number."""
        return _IR[self.memory]

    @property
    def size(self) -> int:
        """The bytes of a number."""
        return _SIZE[self.memory]

    @property
    def lanes(self) -> int:
        """The numbers of a vector."""
        return self.vector_bytes // self.size

    @property
    def vector(self) -> str:
        """The type of a vector."""
        return f"<{self.lanes} x {self.real}>"

    @property
    def mask(self) -> str:
        """The type of a mask."""
        return f"<{self.lanes} x i1>"

    @property
    def suffix(self) -> str:
        """What stands at the end of the names of LLVM's functions on vectors."""
        return f"v{self.lanes}{_SHORT[self.memory]}"

    def declarations(self) -> str:
        """Declare the functions of LLVM that products call."""
        v, s, m = self.vector, self.suffix, self.mask
        return (
            f"declare {v} @llvm.fmuladd.{s}({v}, {v}, {v})\n"
            f"declare {v} @llvm.masked.load.{s}.p0(ptr, i32, {m}, {v})\n"
            f"declare void @llvm.masked.store.{s}.p0({v}, ptr, i32, {m})\n"
            f"declare {m} @llvm.get.active.lane.mask.v{self.lanes}i1.i64(i64, i64)\n"
            "declare i64 @llvm.smin.i64(i64, i64)\n"
            "declare i64 @llvm.smax.i64(i64, i64)\n"
            "declare void @llvm.prefetch.p0(ptr, i32, i32, i32)\n"
        )
