"""Transposition of a matrix as native code: squares of vectors, loops at the rim.

The code for matrices that are narrower or lower than a square has loops alone.
"""

from __future__ import annotations

from hubel.compiler.llvm.gemm.kind import Kind
from hubel.compiler.llvm.gemm.packs import call_square, declare_square, require_square
from hubel.compiler.llvm.gemm.writer import METADATA, Writer
from hubel.compiler.llvm.provided import provide


def transpose_name(kind: Kind, *, narrow: bool) -> str:
    """Return what the function is called."""
    width = "narrow" if narrow else "wide"
    return f"hubel.transpose.{kind.dtype}.{kind.vector_bytes}.{width}"


def require_transpose(kind: Kind, *, narrow: bool) -> None:
    """See that modules can call a function that copies a matrix transposed.

    It is ``void @NAME(ptr noalias %to, ptr noalias readonly %from, i64 %rows, i64
    %columns)``; both matrices are contiguous.
    """
    if not narrow:
        require_square(kind)
    provide(transpose_name(kind, narrow=narrow), _text(kind, narrow))


def declare_transpose(kind: Kind, *, narrow: bool) -> str:
    """Return the text that a module needs once before it can call this."""
    name = transpose_name(kind, narrow=narrow)
    return f"declare void @{name}(ptr, ptr, i64, i64) nounwind\n"


def _text(kind: Kind, narrow: bool) -> str:
    real = kind.real
    out = Writer(
        f"define void @{transpose_name(kind, narrow=narrow)}(ptr noalias %to, "
        "ptr noalias readonly %from, i64 %rows, i64 %columns)"
    )
    high = wide = "0"
    if not narrow:
        high, wide = _squares(out, kind)
    with out.loop(0, "%rows", 1, "rim") as i:
        is_high = out.test("slt", i, high)
        start = out.let(f"select i1 {is_high}, i64 {wide}, i64 0", "start")
        with out.loop(start, "%columns", 1, "column") as j:
            source = out.position("%from", i, "%columns", j, real)
            target = out.position("%to", j, "%rows", i, real)
            value = out.let(f"load {real}, ptr {source}")
            out.put(f"store {real} {value}, ptr {target}")
    parts = [out.text(), METADATA]
    return "\n".join(parts if narrow else [declare_square(kind), *parts])


def _squares(out: Writer, kind: Kind) -> tuple[str, str]:
    """Transpose whole squares; return how many rows and columns these are."""
    lanes, real = kind.lanes, kind.real
    high = out.let(f"and i64 %rows, {-lanes}", "high")
    wide = out.let(f"and i64 %columns, {-lanes}", "wide")
    with out.loop(0, high, lanes, "row") as i, out.loop(0, wide, lanes, "column") as j:
        source = out.position("%from", i, "%columns", j, real)
        target = out.position("%to", j, "%rows", i, real)
        call_square(out, kind, (target, "%rows"), (source, "%columns"), lanes)
    return high, wide
