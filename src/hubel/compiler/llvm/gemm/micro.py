"""The innermost loop: a tile of the result that stays in registers along k."""

from __future__ import annotations

from dataclasses import dataclass

from hubel.compiler.llvm.gemm.kind import Kind
from hubel.compiler.llvm.gemm.rounded import factor
from hubel.compiler.llvm.gemm.vectors import broadcast, load, multiply_add, store
from hubel.compiler.llvm.gemm.writer import KEEP_LOOP, Writer


@dataclass(frozen=True)
class Tile:
    """What one turn through k makes: so many rows of so many vectors.

    Attributes
    ----------
    kind : Kind
    rows : int
        Each needs one number in all lanes at a step of k.
    vectors : int
        That lie side by side in a row.
    """

    kind: Kind
    rows: int
    vectors: int

    @property
    def columns(self) -> int:
        """The numbers of a row."""
        return self.vectors * self.kind.lanes


def micro_name(vectors: int) -> str:
    """Return what the function for so many vectors is called in its module."""
    return f"@micro.{vectors}"


def micro_text(tile: Tile, vectors: int, *, apart: bool = False) -> str:
    """Write the loop for the first vectors of a tile.

    It is ``define internal void @micro.V(ptr noalias %s, ptr noalias %v, ptr noalias
    %d, i64 %s.row, i64 %s.step, i64 %v.step, i64 %k, i64 %ldd, i1 %more, ptr %ahead,
    i64 %ahead.step)``: rows of D (+)= S' V. The numbers of S (k, rows) for a step of k
    lie side by side, or ``row`` apart, those of V (k, columns of the tile) always do;
    ``step`` numbers on are those for the next. k is at least 1. Pairs of rounded
    numbers count as one, and two steps of k as one. At each step memory
    that later tiles will read is asked for, from ``%ahead`` on.
    """
    out = Writer(
        f"define internal void {micro_name(vectors)}(ptr noalias readonly %s, "
        "ptr noalias readonly %v, ptr noalias %d, i64 %s.row, i64 %s.step, "
        "i64 %v.step, i64 %k, i64 %ldd, i1 %more, ptr %ahead, i64 %ahead.step) noinline"
    )
    kind = tile.kind
    rows = [out.at("%d", out.times(r, "%ldd"), kind.real) for r in range(tile.rows)]
    for row in rows:
        out.put(f"call void @llvm.prefetch.p0(ptr {row}, i32 1, i32 3, i32 1)")
    sums = _steps(out, tile, vectors, apart)
    places = [
        out.at(row, v * kind.lanes, kind.real) for row in rows for v in range(vectors)
    ]
    with out.either("%more", "add") as other:
        for place, total in zip(places, sums, strict=True):
            old = load(out, kind, place)
            both = out.let(f"fadd {kind.vector} {old}, {total}", "both")
            store(out, kind, both, place)
        next(other)
        for place, total in zip(places, sums, strict=True):
            store(out, kind, total, place)
    return out.text()


def _steps(out: Writer, tile: Tile, vectors: int, apart: bool) -> list[str]:
    """Write the loop over k and return the sums."""
    kind = tile.kind
    count = tile.rows * vectors
    before = out.block
    rows = [out.times("%s.row", r) if apart and r else r for r in range(tile.rows)]
    out.put("br label %steps")
    out.label("steps")
    for name, start in (("s", "%s"), ("v", "%v"), ("ahead", "%ahead")):
        out.put(
            f"%{name}.at = phi ptr [ {start}, %{before} ], [ %{name}.next, %steps ]"
        )
    out.put(f"%left = phi i64 [ %k, %{before} ], [ %left.next, %steps ]")
    for i in range(count):
        out.put(
            f"%t.{i} = phi {kind.vector} [ zeroinitializer, %{before} ], "
            f"[ %u.{i}, %steps ]"
        )
    loaded = [
        factor(out, kind, load(out, kind, out.at("%v.at", v * kind.lanes, kind.real)))
        for v in range(vectors)
    ]
    for r, row in enumerate(rows):
        number = broadcast(out, kind, out.at("%s.at", row, kind.real))
        number = factor(out, kind, number)
        for v in range(vectors):
            i = r * vectors + v
            out.put(f"%u.{i} = {multiply_add(kind, number, loaded[v], f'%t.{i}')}")
    out.put(f"%s.next = getelementptr {kind.real}, ptr %s.at, i64 %s.step")
    out.put(f"%v.next = getelementptr {kind.real}, ptr %v.at, i64 %v.step")
    out.put(f"%ahead.next = getelementptr {kind.real}, ptr %ahead.at, i64 %ahead.step")
    out.put("call void @llvm.prefetch.p0(ptr %ahead.at, i32 0, i32 2, i32 1)")
    out.put("%left.next = add i64 %left, -1")
    out.put("%going = icmp ne i64 %left.next, 0")
    out.put(f"br i1 %going, label %steps, label %done, {KEEP_LOOP}")
    out.label("done")
    return [f"%u.{i}" for i in range(count)]
