"""Packing: a block of a matrix as panels, in which the innermost loop walks forward.

A panel holds, for each step of k, the numbers of ``width`` rows (or columns) side by
side; those of bfloat16 for two steps, in pairs. Panels lie one after the other, `SPARE`
vectors apart.
"""

from __future__ import annotations

from hubel.compiler.llvm.gemm.kind import Kind
from hubel.compiler.llvm.gemm.rounded import (
    declare_rounding,
    round_neighbours,
    round_pairs,
)
from hubel.compiler.llvm.gemm.vectors import load, load_some, mask, store, transpose
from hubel.compiler.llvm.gemm.writer import Writer
from hubel.compiler.llvm.provided import provide

SPARE = 1
"""Vectors between panels: the last store of one may reach beyond its end."""

_GROUP = 8
"""Steps of k that are copied before the next panel's: rows may be far apart."""


def declarations(kind: Kind) -> str:
    """Declare what packing and multiplying call."""
    return kind.declarations() + declare_rounding() * (kind.steps == 2)


def pack_name(width: int, turned: bool) -> str:
    """Return what a packing function is called in its module."""
    return f"@pack.{'turned' if turned else 'plain'}.{width}"


def pack_text(kind: Kind, width: int, turned: bool) -> str:
    """Write a packing function for panels of a width.

    It is ``define internal void @NAME(ptr noalias %to, ptr noalias %from, ptr noalias
    %room, i64 %ld, i64 %width, i64 %k)``. The matrix is (k, width), or (width, k) when
    it is to be turned, with rows ``ld`` apart. Lanes beyond its width mean nothing.
    """
    out = Writer(
        f"define internal void {pack_name(width, turned)}(ptr noalias %to, "
        "ptr noalias readonly %from, ptr noalias %room, i64 %ld, i64 %width, i64 %k) "
        "noinline"
    )
    size = panel_size(out, kind, "%k", width)
    if turned:
        _turned(out, kind, width, size)
    else:
        _plain(out, kind, width, size)
    return out.text()


def panel_size(out: Writer, kind: Kind, depth: str, width: int) -> str:
    """Return how far apart panels are."""
    return out.add(out.times(steps_of(out, kind, depth), width), SPARE * kind.lanes)


def steps_of(out: Writer, kind: Kind, depth: str) -> str:
    """Return how many multiplications it takes to go through so many steps of k."""
    if kind.steps == 1:
        return depth
    return out.let(f"lshr i64 {out.add(depth, kind.steps - 1)}, 1", "steps")


def _plain(out: Writer, kind: Kind, width: int, size: str) -> None:
    """Copy short rows."""
    count = -(-width // kind.lanes)
    with out.loop(0, "%k", _GROUP, "group") as group:
        last = out.least(out.add(group, _GROUP), "%k")
        with out.loop(0, "%width", width, "panel") as first:
            left = out.subtract("%width", first)
            panel = out.let(f"sdiv i64 {first}, {width}", "panel")
            to = out.at("%to", out.times(panel, size), kind.real)
            is_full = out.test("sge", left, count * kind.lanes)
            if kind.steps == 2:
                is_full = _and_even(out, is_full, last)
            with out.either(is_full, "full") as other:
                for each in (None, left):
                    if each is not None:
                        next(other)
                    with out.loop(group, last, kind.steps, "step") as p:
                        source = out.position("%from", p, "%ld", first, kind.real)
                        _copy(out, kind, (to, width), (source, p, each))


def _copy(
    out: Writer, kind: Kind, panel: tuple[str, int], row: tuple[str, str, str | None]
) -> None:
    """Copy a row to a panel: from where, which one it is, how much may be read."""
    (to, width), (source, p, left) = panel, row
    values = _row(out, kind, -(-width // kind.lanes), source, left)
    if kind.steps == 2:
        values = _with_next(out, kind, values, row)
    place = out.at(to, out.times(steps_of(out, kind, p), width), kind.real)
    for i, value in enumerate(values):
        store(out, kind, value, out.at(place, i * kind.lanes, kind.real))


def _and_even(out: Writer, is_full: str, last: str) -> str:
    """Return whether this holds and the last row has another one beside it."""
    odd = out.let(f"trunc i64 {last} to i1", "odd")
    return out.let(f"select i1 {odd}, i1 false, i1 {is_full}", "full")


def _row(
    out: Writer, kind: Kind, count: int, source: str, left: str | None
) -> list[str]:
    """Load some vectors, of which only so many numbers may be read."""
    values: list[str] = []
    for i in range(count):
        at = out.at(source, i * kind.lanes, kind.real)
        if left is None:
            values.append(load(out, kind, at))
        else:
            rest = out.subtract(left, i * kind.lanes)
            values.append(load_some(out, kind, at, mask(out, kind, rest)))
    return values


def _with_next(
    out: Writer, kind: Kind, values: list[str], row: tuple[str, str, str | None]
) -> list[str]:
    """Pair a row with the next one, or with zeros where there is none."""
    source, p, left = row
    if left is not None:
        there = out.test("slt", out.add(p, 1), "%k")
        left = out.let(f"select i1 {there}, i64 {left}, i64 0", "some")
    following = _row(out, kind, len(values), out.at(source, "%ld", kind.real), left)
    return [
        round_pairs(out, kind, first, second)
        for first, second in zip(values, following, strict=True)
    ]


def _turned(out: Writer, kind: Kind, width: int, size: str) -> None:
    """Transpose squares of vectors; what fills none is copied to where it does."""
    lanes, across = kind.lanes, kind.lanes * kind.steps
    pitch = out.add("%k", 2 * lanes)
    with out.loop(0, "%width", width, "panel") as first:
        panel = out.let(f"sdiv i64 {first}, {width}", "panel")
        to = out.at("%to", out.times(panel, size), kind.real)
        # a store may reach into what belongs to earlier rows, which come later
        for start in reversed(range(0, width, lanes)):
            row = out.add(first, start)
            source = out.at("%from", out.times(row, "%ld"), kind.real)
            high = out.subtract("%width", row)
            is_high = out.test("sge", high, lanes)
            whole = out.let(f"and i64 %k, {-across}", "whole")
            whole = out.let(f"select i1 {is_high}, i64 {whole}, i64 0", "whole")
            _copy_rows(out, kind, source, (high, whole, pitch))
            with out.loop(0, "%k", across, "square") as p:
                step = steps_of(out, kind, p)
                is_whole = out.test("slt", p, whole)
                at = out.at(source, p, kind.real)
                other = out.at("%room", out.subtract(p, whole), kind.real)
                call_square(
                    out,
                    kind,
                    (out.position(to, step, width, start, kind.real), width),
                    (
                        out.let(f"select i1 {is_whole}, ptr {at}, ptr {other}"),
                        out.let(f"select i1 {is_whole}, i64 %ld, i64 {pitch}"),
                    ),
                    "%k",  # the next block of k
                )


def _copy_rows(
    out: Writer, kind: Kind, source: str, span: tuple[str, str, str]
) -> None:
    """Copy rows from a column on; ``span``: how many at most, from where, how far."""
    high, first, pitch = span
    count = out.least(high, kind.lanes)
    with (
        out.loop(0, count, 1, "row") as row,
        out.loop(first, "%k", kind.lanes, "copy") as p,
    ):
        some = mask(out, kind, out.subtract("%k", p))
        at = out.position(source, row, "%ld", p, kind.real)
        to = out.position("%room", row, pitch, out.subtract(p, first), kind.real)
        store(out, kind, load_some(out, kind, at, some), to)


def _square_name(kind: Kind) -> str:
    return f"hubel.square.{kind.dtype}.{kind.vector_bytes}"


def require_square(kind: Kind) -> None:
    """See that modules can call what transposes one square of vectors.

    It is ``void @NAME(ptr noalias %to, i64 %to.pitch, ptr noalias %from, i64
    %from.pitch, i64 %ahead)``: rows are a pitch apart; numbers so far ahead in each row
    are asked for, as they will be needed next. Of bfloat16, rows are twice as long, and
    rounded.
    """
    provide(_square_name(kind), _square_text(kind))


def declare_square(kind: Kind) -> str:
    """Return the text that a module needs once before it can call this."""
    return f"declare void @{_square_name(kind)}(ptr, i64, ptr, i64, i64) nounwind\n"


def _square_text(kind: Kind) -> str:
    out = Writer(
        f"define void @{_square_name(kind)}(ptr noalias %to, i64 %to.pitch, "
        "ptr noalias readonly %from, i64 %from.pitch, i64 %ahead)"
    )
    rows: list[str] = []
    for i in range(kind.lanes):
        at = out.at("%from", out.times("%from.pitch", i), kind.real)
        ahead = out.at(at, "%ahead", kind.real)
        out.put(f"call void @llvm.prefetch.p0(ptr {ahead}, i32 0, i32 2, i32 1)")
        row = load(out, kind, at)
        if kind.steps == 2:
            more = load(out, kind, out.at(at, kind.lanes, kind.real))
            row = round_neighbours(out, kind, row, more)
        rows.append(row)
    for i, row in enumerate(transpose(out, kind, rows)):
        store(out, kind, row, out.at("%to", out.times("%to.pitch", i), kind.real))
    return f"{declarations(kind)}\n{out.text()}"


def call_square(
    out: Writer,
    kind: Kind,
    to: tuple[str, int | str],
    source: tuple[str, int | str],
    ahead: int | str,
) -> None:
    """Write a call of the function above: places with their pitches."""
    out.put(
        f"call void @{_square_name(kind)}(ptr {to[0]}, i64 {to[1]}, ptr {source[0]}, "
        f"i64 {source[1]}, i64 {ahead})"
    )
