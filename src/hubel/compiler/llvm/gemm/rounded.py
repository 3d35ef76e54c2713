"""Numbers rounded to bfloat16, those of two steps of k side by side in a lane."""

from __future__ import annotations

from hubel.compiler.llvm.gemm.kind import Kind
from hubel.compiler.llvm.gemm.writer import Writer

FACTORS = "<32 x bfloat>"
"""The type of a vector of pairs as it is multiplied."""


def declare_rounding() -> str:
    """Declare the processor's instructions that round, and that multiply pairs."""
    return (
        f"declare {FACTORS} @llvm.x86.avx512bf16.cvtne2ps2bf16.512("
        "<16 x float>, <16 x float>)\n"
        "declare <16 x float> @llvm.x86.avx512bf16.dpbf16ps.512("
        f"<16 x float>, {FACTORS}, {FACTORS})\n"
    )


def round_neighbours(out: Writer, kind: Kind, first: str, second: str) -> str:
    """Round 32 numbers in a row: lanes hold the first two, the next two, and so on."""
    return _as_lanes(out, kind, _round(out, kind, first, second))


def round_pairs(out: Writer, kind: Kind, first: str, second: str) -> str:
    """Round two rows: each lane holds a number of the first, and the one below it."""
    both = _round(out, kind, first, second)
    order = ", ".join(f"i32 {i // 2 + i % 2 * kind.lanes}" for i in range(32))
    mixed = f"shufflevector {FACTORS} {both}, {FACTORS} poison, <32 x i32> <{order}>"
    return _as_lanes(out, kind, out.let(mixed, "mixed"))


def factor(out: Writer, kind: Kind, value: str) -> str:
    """Return a vector as multiplications take it."""
    if kind.steps == 1:
        return value
    return out.let(f"bitcast {kind.vector} {value} to {FACTORS}", "factor")


def multiply_pairs(kind: Kind, a: str, b: str, total: str) -> str:
    """Write what adds both products of the pairs in each lane to a total."""
    return (
        f"call {kind.vector} @llvm.x86.avx512bf16.dpbf16ps.512("
        f"{kind.vector} {total}, {FACTORS} {a}, {FACTORS} {b})"
    )


def _round(out: Writer, kind: Kind, first: str, second: str) -> str:
    v = kind.vector
    return out.let(
        f"call {FACTORS} @llvm.x86.avx512bf16.cvtne2ps2bf16.512("
        f"{v} {second}, {v} {first})",
        "rounded",
    )


def _as_lanes(out: Writer, kind: Kind, value: str) -> str:
    return out.let(f"bitcast {FACTORS} {value} to {kind.vector}", "lanes")
