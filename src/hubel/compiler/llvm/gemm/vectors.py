"""Vectors in the lines of a function: loads, stores, masks, squares of them."""

from __future__ import annotations

from collections.abc import Sequence

from hubel.compiler.llvm.gemm.kind import Kind
from hubel.compiler.llvm.gemm.rounded import multiply_pairs
from hubel.compiler.llvm.gemm.writer import Writer

_PART_BYTES = 16
"""Shuffles inside parts of this size are the cheapest, and there are two a cycle."""


def load(out: Writer, kind: Kind, place: str) -> str:
    """Load a vector."""
    return out.let(f"load {kind.vector}, ptr {place}, align {kind.size}", "x")


def store(out: Writer, kind: Kind, value: str, place: str) -> None:
    """Store a vector."""
    out.put(f"store {kind.vector} {value}, ptr {place}, align {kind.size}")


def mask(out: Writer, kind: Kind, count: str) -> str:
    """Return a mask of the first lanes; of none where the count is not positive."""
    at_least = out.let(f"call i64 @llvm.smax.i64(i64 {count}, i64 0)", "count")
    return out.let(
        f"call {kind.mask} @llvm.get.active.lane.mask.v{kind.lanes}i1.i64("
        f"i64 0, i64 {at_least})",
        "mask",
    )


def load_some(out: Writer, kind: Kind, place: str, some: str) -> str:
    """Load the lanes of a mask; the others are zero."""
    return out.let(
        f"call {kind.vector} @llvm.masked.load.{kind.suffix}.p0(ptr {place}, "
        f"i32 {kind.size}, {kind.mask} {some}, {kind.vector} zeroinitializer)",
        "x",
    )


def store_some(out: Writer, kind: Kind, value: str, place: str, some: str) -> None:
    """Store the lanes of a mask."""
    out.put(
        f"call void @llvm.masked.store.{kind.suffix}.p0({kind.vector} {value}, "
        f"ptr {place}, i32 {kind.size}, {kind.mask} {some})"
    )


def broadcast(out: Writer, kind: Kind, place: str) -> str:
    """Load a number into all lanes."""
    number = out.let(f"load {kind.real}, ptr {place}, align {kind.size}", "a")
    one = out.let(
        f"insertelement {kind.vector} poison, {kind.real} {number}, i32 0", "one"
    )
    return shuffle(out, kind, one, "poison", [0] * kind.lanes)


def multiply_add(kind: Kind, a: str, b: str, total: str) -> str:
    """Write a * b + total, in one instruction where there is one; of pairs, both."""
    if kind.steps == 2:
        return multiply_pairs(kind, a, b, total)
    v = kind.vector
    return f"call {v} @llvm.fmuladd.{kind.suffix}({v} {a}, {v} {b}, {v} {total})"


def shuffle(out: Writer, kind: Kind, a: str, b: str, lanes: Sequence[int]) -> str:
    """Choose lanes of two vectors."""
    chosen = ", ".join(f"i32 {each}" for each in lanes)
    return out.let(
        f"shufflevector {kind.vector} {a}, {kind.vector} {b}, "
        f"<{len(lanes)} x i32> <{chosen}>",
        "z",
    )


def transpose(out: Writer, kind: Kind, rows: Sequence[str]) -> list[str]:
    """Transpose a square of vectors: inside their parts first, then the parts."""
    part = _PART_BYTES // kind.size
    inside = [
        _transpose_inside(out, kind, rows[i : i + part], 1)
        for i in range(0, kind.lanes, part)
    ]
    across = [
        _transpose_parts(out, kind, column) for column in zip(*inside, strict=True)
    ]
    return [vector for turned in zip(*across, strict=True) for vector in turned]


def _transpose_inside(
    out: Writer, kind: Kind, rows: Sequence[str], chunk: int
) -> list[str]:
    """Transpose the squares that the parts of a few rows are, by chunks of lanes."""
    if len(rows) == 1:
        return list(rows)
    halves = [
        [
            shuffle(out, kind, a, b, side)
            for a, b in zip(rows[::2], rows[1::2], strict=True)
        ]
        for side in _halves(kind, chunk)
    ]
    return [
        each
        for half in halves
        for each in _transpose_inside(out, kind, half, 2 * chunk)
    ]


def _transpose_parts(out: Writer, kind: Kind, rows: Sequence[str]) -> list[str]:
    """Transpose rows whose elements are parts, as many as there are rows."""
    if len(rows) == 1:
        return list(rows)
    evens, odds = (
        [
            shuffle(out, kind, a, b, side)
            for a, b in zip(rows[::2], rows[1::2], strict=True)
        ]
        for side in _sides(kind)
    )
    both = zip(
        _transpose_parts(out, kind, evens),
        _transpose_parts(out, kind, odds),
        strict=True,
    )
    return [each for pair in both for each in pair]


def _halves(kind: Kind, chunk: int) -> tuple[list[int], list[int]]:
    """Choose chunks of two vectors in turn: of lower, and of upper halves of parts."""
    part = _PART_BYTES // kind.size
    low = [
        side + c
        for start in range(0, kind.lanes, part)
        for first in range(start, start + part // 2, chunk)
        for side in (0, kind.lanes)
        for c in range(first, first + chunk)
    ]
    return low, [each + part // 2 for each in low]


def _sides(kind: Kind) -> tuple[list[int], list[int]]:
    """Choose every second part of two vectors: the even ones, the odd ones."""
    part = _PART_BYTES // kind.size
    even = [
        lane
        for start in range(0, 2 * kind.lanes, 2 * part)
        for lane in range(start, start + part)
    ]
    return even, [lane + part for lane in even]


def add_lanes(out: Writer, kind: Kind, rows: Sequence[str]) -> str:
    """Return the vector of the sums through the lanes of as many vectors as lanes.

    The transposition of their square, whose rows are added as soon as they are there.
    """
    part = _PART_BYTES // kind.size
    sums = [
        _add_inside(out, kind, rows[i : i + part], 1)
        for i in range(0, kind.lanes, part)
    ]
    while len(sums) > 1:
        pairs = zip(sums[::2], sums[1::2], strict=True)
        halves = [
            [shuffle(out, kind, a, b, side) for side in _sides(kind)] for a, b in pairs
        ]
        sums = [_add(out, kind, *each) for each in halves]
    return sums[0]


def _add_inside(out: Writer, kind: Kind, rows: Sequence[str], chunk: int) -> str:
    """Do the same in the parts of a few rows."""
    if len(rows) == 1:
        return rows[0]
    low, high = (
        [
            shuffle(out, kind, a, b, side)
            for a, b in zip(rows[::2], rows[1::2], strict=True)
        ]
        for side in _halves(kind, chunk)
    )
    both = [_add(out, kind, a, b) for a, b in zip(low, high, strict=True)]
    return _add_inside(out, kind, both, 2 * chunk)


def _add(out: Writer, kind: Kind, a: str, b: str) -> str:
    return out.let(f"fadd {kind.vector} {a}, {b}", "s")
