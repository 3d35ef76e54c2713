"""Transposition of a matrix as native code: squares of vectors, loops at the rim."""

from __future__ import annotations

_IR = {"float32": "float", "float64": "double"}
_SIZE = {"float32": 4, "float64": 8}


_LOOP = {"float32": 4_000_001, "float64": 4_000_011}
"""The numbers of metadata nodes, beyond those that a module counts up to."""


def keep_loop(dtype: str) -> str:
    """Return what follows the branch of a loop that is no faster unrolled."""
    return f"!llvm.loop !{_LOOP[dtype]}"


def transpose_name(dtype: str) -> str:
    """Return what the function is called."""
    return f"hubel.transpose.{dtype}"


def transpose_text(dtype: str, vector_bytes: int) -> str:
    """Write the function that copies a matrix transposed, and what `keep_loop` names.

    It is ``define internal void @NAME(ptr noalias %to, ptr noalias readonly %from, i64
    %rows, i64 %columns)``; both matrices are contiguous.
    """
    lanes = vector_bytes // _SIZE[dtype]
    return _TEXT.format(
        name=transpose_name(dtype),
        real=_IR[dtype],
        lanes=lanes,
        block="\n".join(_block(lanes, _IR[dtype])),
        loop=_LOOP[dtype],
        advice=_LOOP[dtype] + 1,
        rim=_LOOP[dtype] + 2,
        scalar=_LOOP[dtype] + 3,
    )


def _block(lanes: int, real: str) -> list[str]:
    """Write the transposition of a square of vectors.

    Interleaving the first half of the rows with the second, as often as the number of
    rows can be halved, transposes the square.
    """
    kind = f"<{lanes} x {real}>"
    size = _SIZE["float32" if real == "float" else "float64"]
    lines: list[str] = []
    for i in range(lanes):
        lines += [
            f"  %f.{i} = mul i64 %columns, {i}",
            f"  %g.{i} = getelementptr {real}, ptr %source, i64 %f.{i}",
            f"  %x.0.{i} = load {kind}, ptr %g.{i}, align {size}",
        ]
    stage, half = 0, lanes // 2
    low = ", ".join(f"i32 {j // 2 + lanes * (j % 2)}" for j in range(lanes))
    high = ", ".join(f"i32 {half + j // 2 + lanes * (j % 2)}" for j in range(lanes))
    while 1 << stage < lanes:
        for i in range(half):
            pair = f"{kind} %x.{stage}.{i}, {kind} %x.{stage}.{i + half}"
            for side, mask in enumerate((low, high)):
                lines.append(
                    f"  %x.{stage + 1}.{2 * i + side} = shufflevector {pair}, "
                    f"<{lanes} x i32> <{mask}>"
                )
        stage += 1
    for i in range(lanes):
        lines += [
            f"  %t.{i} = mul i64 %rows, {i}",
            f"  %u.{i} = getelementptr {real}, ptr %target, i64 %t.{i}",
            f"  store {kind} %x.{stage}.{i}, ptr %u.{i}, align {size}",
        ]
    return lines


_TEXT = """\
define internal void @{name}(ptr noalias %to, ptr noalias readonly %from, i64 %rows, \
i64 %columns) {{
entry:
  %rows.left = urem i64 %rows, {lanes}
  %columns.left = urem i64 %columns, {lanes}
  %rows.whole = sub i64 %rows, %rows.left
  %columns.whole = sub i64 %columns, %columns.left
  br label %row.block
row.block:
  %i = phi i64 [ 0, %entry ], [ %i.next, %row.block.end ]
  %i.more = icmp ult i64 %i, %rows.whole
  br i1 %i.more, label %column.block, label %below
column.block:
  %j = phi i64 [ 0, %row.block ], [ %j.next, %square ]
  %j.more = icmp ult i64 %j, %columns.whole
  br i1 %j.more, label %square, label %right
square:
  %source.row = mul i64 %i, %columns
  %source.at = add i64 %source.row, %j
  %source = getelementptr {real}, ptr %from, i64 %source.at
  %target.row = mul i64 %j, %rows
  %target.at = add i64 %target.row, %i
  %target = getelementptr {real}, ptr %to, i64 %target.at
{block}
  %j.next = add i64 %j, {lanes}
  br label %column.block
right:
  %i.end = add i64 %i, {lanes}
  call void @{name}.rim(ptr %to, ptr %from, i64 %rows, i64 %columns, i64 %i, \
i64 %i.end, i64 %columns.whole)
  br label %row.block.end
row.block.end:
  %i.next = add i64 %i, {lanes}
  br label %row.block
below:
  call void @{name}.rim(ptr %to, ptr %from, i64 %rows, i64 %columns, i64 %rows.whole, \
i64 %rows, i64 0)
  ret void
}}

define internal void @{name}.rim(ptr noalias %to, ptr noalias readonly %from, \
i64 %rows, i64 %columns, i64 %first, i64 %last, i64 %start) noinline {{
entry:
  %wide = icmp ult i64 %start, %columns
  br i1 %wide, label %row, label %end
row:
  %i = phi i64 [ %first, %entry ], [ %i.next, %row.end ]
  %i.more = icmp ult i64 %i, %last
  br i1 %i.more, label %body, label %end
body:
  %source.row = mul i64 %i, %columns
  br label %column
column:
  %j = phi i64 [ %start, %body ], [ %j.next, %column ]
  %source.at = add i64 %source.row, %j
  %source = getelementptr {real}, ptr %from, i64 %source.at
  %value = load {real}, ptr %source
  %target.row = mul i64 %j, %rows
  %target.at = add i64 %target.row, %i
  %target = getelementptr {real}, ptr %to, i64 %target.at
  store {real} %value, ptr %target
  %j.next = add i64 %j, 1
  %j.more = icmp ult i64 %j.next, %columns
  br i1 %j.more, label %column, label %row.end, !llvm.loop !{rim}
row.end:
  %i.next = add i64 %i, 1
  br label %row
end:
  ret void
}}

!{loop} = distinct !{{!{loop}, !{advice}}}
!{advice} = !{{!"llvm.loop.unroll.disable"}}
!{rim} = distinct !{{!{rim}, !{scalar}}}
!{scalar} = !{{!"llvm.loop.vectorize.enable", i1 false}}
"""
