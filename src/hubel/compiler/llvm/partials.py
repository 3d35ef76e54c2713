"""Totals of a kernel that is cut: each block has its own, which are joined at the end.

The blocks are the same for every number of threads, and their totals are joined in
their order, so that the bits of a total do not depend on who did what.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from hubel.compiler.coords import strides_of
from hubel.compiler.llvm.casts import cast
from hubel.compiler.llvm.reduce import combine
from hubel.compiler.llvm.scalar import MEMORY, TYPES, Code, kind
from hubel.compiler.lower import KernelCall

MOST_BLOCKS = 64
MOST_BYTES = 1 << 18
"""Totals of all blocks take no more memory than this."""

_LINE = 64


@dataclass(frozen=True, slots=True)
class Partial:
    """An operand that a block accumulates in a place of its own.

    Attributes
    ----------
    operand : int
    how : str
        What accumulates.
    size : int
        How many elements it has.
    place : int
        Where they are, in bytes from the start of the block's memory.
    """

    operand: int
    how: str
    size: int
    place: int


@dataclass(frozen=True, slots=True)
class Totals:
    """The totals of a kernel's blocks.

    Attributes
    ----------
    partials : tuple of Partial
        One for each operand that the points of the first axis have in common.
    bytes : int
        How much memory a block needs for them.
    """

    partials: tuple[Partial, ...]
    bytes: int


def find_totals(call: KernelCall) -> Totals | None:
    """Return what blocks have to accumulate apart; None where they cannot."""
    found: dict[int, Partial] = {}
    place = 0
    touched = {s.operand for s in call.kernel.body if s.op in ("load", "store")}
    for each in call.kernel.body:
        array = call.arrays[each.operand]
        if each.op != "accumulate" or array.strides[0]:
            continue
        pairs = zip(call.space, array.strides, strict=True)
        axes = [(extent, step) for extent, step in pairs if step and extent > 1]
        dense = strides_of(tuple(extent for extent, _ in axes))
        again = each.operand in found or each.operand in touched
        if again or dense != tuple(step for _, step in axes):
            return None
        size = math.prod(extent for extent, _ in axes)
        found[each.operand] = Partial(each.operand, str(each.value), size, place)
        place += -(-size * array.root.dtype.itemsize // _LINE) * _LINE
    if place * MOST_BLOCKS > MOST_BYTES:
        return None
    return Totals(tuple(found.values()), place)


def blocks_text(name: str, points: int, block: int, totals: Totals) -> str:
    """Write the function that does some of the blocks of a kernel.

    Parameters
    ----------
    name : str
        Of the function. ``@{name}.block``, which does one, has the first point, the one
        after the last, scratch memory and the block's own totals as parameters.
    points, block : int
        How many points there are, and how many of them make a block.
    totals : Totals
    """
    count = -(-points // block)
    return f"""@{name}.sums = internal global [{count * totals.bytes} x i8] \
zeroinitializer, align {_LINE}

define internal void @{name}(i64 %begin, i64 %end, ptr %scratch) {{
start:
  br label %block
block:
  %i = phi i64 [ %begin, %start ], [ %next, %block ]
  %first = mul i64 %i, {block}
  %far = add i64 %first, {block}
  %short = icmp slt i64 %far, {points}
  %last = select i1 %short, i64 %far, i64 {points}
  %at = mul i64 %i, {totals.bytes}
  %sums = getelementptr i8, ptr @{name}.sums, i64 %at
  call void @{name}.block(i64 %first, i64 %last, ptr %scratch, ptr %sums)
  %next = add i64 %i, 1
  %more = icmp slt i64 %next, %end
  br i1 %more, label %block, label %done
done:
  ret void
}}
"""


def join_text(
    name: str, count: int, totals: Totals, dtypes: Sequence[str], code: Code
) -> str:
    """Write the function that joins the totals of all blocks.

    Parameters
    ----------
    name : str
        As of `blocks_text`; this one is ``@{name}.join``, whose parameters are the
        addresses of the totals.
    count : int
        How many blocks there are.
    totals : Totals
    dtypes : sequence of str
        Of the partials.
    code : Code
        Empty.
    """
    for i, (each, dtype) in enumerate(zip(totals.partials, dtypes, strict=True)):
        _join(name, count, totals.bytes, each, dtype, f"%t.{i}", code)
    given = ", ".join(f"ptr %t.{i}" for i in range(len(totals.partials)))
    head = f"define internal void @{name}.join({given}) noinline nounwind"
    return f"{head} {{\n{code.text}\n}}\n"


def _join(
    name: str,
    count: int,
    stride: int,
    each: Partial,
    dtype: str,
    target: str,
    code: Code,
) -> None:
    """Join the blocks' values of each element; sums of floats in float64."""
    wide = "float64" if each.how == "add" and kind(dtype) == "float" else dtype
    slot = code.slot(TYPES[wide])
    element = MEMORY[dtype]
    with code.loop(str(each.size)) as k:

        def value(start: str) -> str:
            place = code.value(f"getelementptr {element}, ptr {start}, i64 {k}")
            return cast(code, code.load(place, dtype), dtype, wide)

        start = f"@{name}.sums"
        first = code.value(f"getelementptr i8, ptr {start}, i64 {each.place}")
        code.do(f"store {TYPES[wide]} {value(first)}, ptr {slot}")
        with code.loop(str(count), start="1") as b:
            far = code.value(f"mul i64 {b}, {stride}")
            there = code.value(f"getelementptr i8, ptr {first}, i64 {far}")
            before = code.value(f"load {TYPES[wide]}, ptr {slot}")
            after = combine(code, each.how, before, value(there), wide)
            code.do(f"store {TYPES[wide]} {after}, ptr {slot}")
        found = code.value(f"load {TYPES[wide]}, ptr {slot}")
        place = code.value(f"getelementptr {element}, ptr {target}, i64 {k}")
        code.store(cast(code, found, wide, dtype), place, dtype)
