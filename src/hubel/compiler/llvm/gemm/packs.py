"""Packing: a block of a matrix as panels, in which the innermost loop walks forward.

A panel holds, for each step of k, the numbers of ``width`` rows (or columns) side by
side. Panels lie one after the other, `SPARE` vectors apart.
"""

from __future__ import annotations

from hubel.compiler.llvm.gemm.kind import Kind
from hubel.compiler.llvm.gemm.vectors import load, load_some, mask, store, transpose
from hubel.compiler.llvm.gemm.writer import Writer

SPARE = 1
"""Vectors between panels: the last store of one may reach beyond its end."""

_GROUP = 8
"""Steps of k that are copied before the next panel's: rows may be far apart."""


def pack_name(width: int, turned: bool) -> str:
    """Return what a packing function is called in its module."""
    return f"@pack.{'turned' if turned else 'plain'}.{width}"


def pack_text(kind: Kind, width: int, turned: bool) -> str:
    """Write a packing function for panels of a width.

    It is ``define internal void @NAME(ptr noalias %to, ptr noalias %from, i64 %ld, i64
    %width, i64 %k)``. The matrix is (k, width), or (width, k) when it is to be turned,
    with rows ``ld`` apart. Lanes beyond its width are filled with some of its numbers
    or with zeros, and mean nothing.
    """
    out = Writer(
        f"define internal void {pack_name(width, turned)}(ptr noalias %to, "
        "ptr noalias readonly %from, i64 %ld, i64 %width, i64 %k) noinline"
    )
    size = out.add(out.times("%k", width), SPARE * kind.lanes)
    if turned:
        _turned(out, kind, width, size)
    else:
        _plain(out, kind, width, size)
    return out.text()


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
            with out.either(is_full, "full") as other:
                for each in (None, left):
                    if each is not None:
                        next(other)
                    with out.loop(group, last, 1, "step") as p:
                        source = out.position("%from", p, "%ld", first, kind.real)
                        place = out.at(to, out.times(p, width), kind.real)
                        _copy(out, kind, count, source, place, each)


def _copy(
    out: Writer, kind: Kind, count: int, source: str, place: str, left: str | None
) -> None:
    """Copy some vectors; of the source only so many numbers may be read."""
    values: list[str] = []
    for i in range(count):
        at = out.at(source, i * kind.lanes, kind.real)
        if left is None:
            values.append(load(out, kind, at))
        else:
            rest = out.subtract(left, i * kind.lanes)
            values.append(load_some(out, kind, at, mask(out, kind, rest)))
    for i, value in enumerate(values):
        store(out, kind, value, out.at(place, i * kind.lanes, kind.real))


def _turned(out: Writer, kind: Kind, width: int, size: str) -> None:
    """Transpose squares of vectors."""
    lanes = kind.lanes
    with out.loop(0, "%width", width, "panel") as first:
        left = out.subtract("%width", first)
        most = out.subtract(left, 1)
        panel = out.let(f"sdiv i64 {first}, {width}", "panel")
        to = out.at("%to", out.times(panel, size), kind.real)
        start = out.position("%from", first, "%ld", 0, kind.real)
        whole = out.let(f"and i64 %k, {-lanes}", "whole")
        # squares that share lanes of a store have to be stored together
        count = -(-width // lanes)
        together = [range(count)] if width % lanes else [range(i, i + 1) for i in range(count)]
        for squares in together:
            rows = [
                out.at(start, out.times(out.least(r, most), "%ld"), kind.real)
                for s in squares
                for r in range(s * lanes, min((s + 1) * lanes, width))
            ]
            with out.loop(0, whole, lanes, "square") as p:
                _squares(out, kind, width, squares, rows, (to, p, None))
            rest = out.subtract("%k", whole)
            with out.only_if(out.test("sgt", rest, 0), "rest"):
                _squares(out, kind, width, squares, rows, (to, whole, rest))


def _squares(
    out: Writer,
    kind: Kind,
    width: int,
    squares: range,
    rows: list[str],
    place: tuple[str, str, str | None],
) -> None:
    """Transpose squares that lie below each other; ``place``: panel, step, steps left."""
    to, p, left = place
    lanes = kind.lanes
    loaded: list[str] = []
    some = None if left is None else mask(out, kind, left)
    for row in rows:
        at = out.at(row, p, kind.real)
        if some is None:  # the next block of k
            ahead = out.at(at, "%k", kind.real)
            out.put(f"call void @llvm.prefetch.p0(ptr {ahead}, i32 0, i32 2, i32 1)")
        loaded.append(
            load(out, kind, at) if some is None else load_some(out, kind, at, some)
        )
    loaded += ["zeroinitializer"] * (len(squares) * lanes - len(loaded))
    turned = [
        transpose(out, kind, loaded[i * lanes : (i + 1) * lanes])
        for i in range(len(squares))
    ]
    target = out.at(to, out.times(p, width), kind.real)
    for j in range(lanes):
        for s, square in zip(squares, turned, strict=True):
            store(out, kind, square[j], out.at(target, j * width + s * lanes, kind.real))
