"""What is known of machines: tiles for their registers, blocks for their caches."""

from __future__ import annotations

from dataclasses import dataclass

from hubel.compiler.llvm.gemm.kind import Kind
from hubel.compiler.llvm.target import Target


@dataclass(frozen=True)
class Machine:
    """A row of the table.

    Attributes
    ----------
    vector_bytes : int
        Of what is multiplied at once.
    tiles : tuple of (int, int)
        Rows and vectors of the tiles that have enough sums to hide the time of a
        multiplication, and leave registers for what is multiplied.
    sums : int
        Vectors of sums that the dots may have.
    depth : int
        Bytes of a row or column in a block; twice as many where little is packed.
    high : int
        Rows in a block.
    wide : int
        Bytes of a row of packed vectors in a block.
    near : int
        Bytes of what stays in the cache next to the registers, for dots.
    """

    vector_bytes: int
    tiles: tuple[tuple[int, int], ...]
    sums: int
    depth: int = 1536
    high: int = 240
    wide: int = 1024
    near: int = 30720


AVX512 = Machine(64, ((13, 2), (12, 2), (10, 2), (8, 3), (6, 4)), 24)
AVX2 = Machine(32, ((6, 2), (5, 2), (4, 3)), 10)
NEON = Machine(16, ((6, 4), (5, 4), (8, 3)), 20)


def find_machine(target: Target) -> Machine | None:
    """Return the row for a target; None where there is none.

    Examples
    --------
    >>> find_machine(Target("x86_64-unknown-linux-gnu", "x", "+avx2,+fma")).tiles[0]
    (6, 2)
    """
    if target.triple.startswith("x86_64"):
        if target.has("avx512f") and target.has("avx512vl"):
            return AVX512
        return AVX2 if target.has("avx2") and target.has("fma") else None
    return NEON if target.triple.startswith(("aarch64", "arm64")) else None


def has_bfloat16(target: Target) -> bool:
    """Say whether a processor multiplies numbers that are rounded to bfloat16.

    Examples
    --------
    >>> has_bfloat16(Target("x86_64-unknown-linux-gnu", "x", "+avx512f,-avx512bf16"))
    False
    """
    return find_machine(target) is AVX512 and target.has("avx512bf16")


def kind_of(machine: Machine, dtype: str) -> Kind:
    """Return the vectors of a dtype."""
    return Kind(dtype, machine.vector_bytes)
