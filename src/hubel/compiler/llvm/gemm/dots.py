"""Products with a few columns: sums that run through the lanes along k.

Rows of A are read where they are. B is packed so that the numbers of a column for as
many steps of k as a vector has lanes lie side by side.
"""

from __future__ import annotations

from dataclasses import dataclass

from hubel.compiler.llvm.gemm.kind import Kind
from hubel.compiler.llvm.gemm.packs import SPARE, declare_square, pack_name, pack_text
from hubel.compiler.llvm.gemm.vectors import (
    add_lanes,
    load,
    load_some,
    mask,
    multiply_add,
    store_some,
)
from hubel.compiler.llvm.gemm.writer import (
    ARGUMENTS,
    KEEP_LOOP,
    METADATA,
    Writer,
)


@dataclass(frozen=True)
class Dots:
    """A product with a known number of columns, of A (m, k) as it is in memory.

    Attributes
    ----------
    kind : Kind
    rows : int
        Of A that are read together.
    columns : int
        All that there are.
    transposed : bool
        Whether B is (n, k) in memory.
    accumulate : bool
        Whether the product is added to C.
    """

    kind: Kind
    rows: int
    columns: int
    transposed: bool = False
    accumulate: bool = False

    @property
    def units(self) -> tuple[int, int, int]:
        """By how many m, n and k may differ for the same code."""
        return 1, self.columns, 1

    @property
    def squares(self) -> tuple[Kind, ...]:
        """Of what it transposes squares of vectors."""
        return () if self.transposed else (self.kind,)

    @property
    def name(self) -> str:
        """A name that equal products share, and no others."""
        added = ".add" if self.accumulate else ""
        kind = self.kind
        return (
            f"hubel.gemm.{kind.dtype}.{kind.vector_bytes}.dots.{self.rows}x"
            f"{self.columns}.n{'nt'[self.transposed]}{added}"
        )

    def scratch(
        self, extents: tuple[int, int, int], blocks: tuple[int, int, int]
    ) -> int:
        """Return the bytes of scratch memory for m, n and k and their blocks."""
        lanes = self.kind.lanes
        panels = -(-blocks[0] // lanes) * (self.columns + SPARE) * lanes
        room = lanes * (self.columns + 4 * lanes)
        return (panels + room) * self.kind.size + 2 * 64

    def text(self) -> str:
        """Write the module: the function and those that it calls."""
        kind = self.kind
        parts = [kind.declarations(), _rows_text(self)]
        parts.append(pack_text(kind, kind.lanes, not self.transposed))
        parts += [declare_square(each) for each in self.squares]
        return "\n".join([*parts, self._body(), METADATA])

    def _body(self) -> str:
        """Write the function itself."""
        kind, lanes = self.kind, self.kind.lanes
        arguments = ARGUMENTS.format("noalias ", "noalias readonly ")
        out = Writer(f"define void @{self.name}({arguments})")
        panel = (self.columns + SPARE) * lanes
        count = out.let(f"sdiv i64 {out.add('%k.block', lanes - 1)}, {lanes}", "count")
        room = out.at("%scratch", out.times(count, panel), kind.real)
        turned = not self.transposed
        with out.loop(0, "%k", "%k.block", "depth") as p:
            depth = out.least("%k.block", out.subtract("%k", p))
            row, column = (p, 0) if turned else (0, p)
            source = out.position("%b", row, "%ldb", column, kind.real)
            out.put(
                f"call void {pack_name(lanes, turned)}(ptr %scratch, ptr {source}, "
                f"ptr {room}, i64 %ldb, i64 {depth}, i64 {self.columns})"
            )
            is_later = out.test("sgt", p, 0)
            more = "true" if self.accumulate else is_later
            is_last = out.test("sge", out.add(p, depth), "%k")
            with out.loop(0, "%m", "%row.block", "block") as first:
                height = out.least("%row.block", out.subtract("%m", first))
                with out.loop(0, height, self.rows, "row") as row:
                    number = out.add(first, row)
                    a = out.position("%a", number, "%lda", p, kind.real)
                    c = out.position("%c", number, "%ldc", 0, kind.real)
                    high = out.subtract(height, row)
                    out.put(
                        f"call void @rows(ptr {a}, ptr %scratch, ptr {c}, i64 %lda, "
                        f"i64 %ldc, i64 {depth}, i64 {high}, i1 {more})"
                    )
                out.call_then(first, out.add(first, height), is_last)
        return out.text()


def _rows_text(product: Dots) -> str:
    """Write the product of a few rows; of those beyond the last, nothing is stored."""
    kind, lanes, columns = product.kind, product.kind.lanes, product.columns
    out = Writer(
        "define internal void @rows(ptr noalias readonly %a, ptr noalias readonly %v, "
        "ptr noalias %c, i64 %lda, i64 %ldc, i64 %k, i64 %rows, i1 %more) noinline"
    )
    last = out.subtract("%rows", 1)
    starts = [
        out.at("%a", out.times(out.least(last, r), "%lda"), kind.real)
        for r in range(product.rows)
    ]
    whole = out.let(f"and i64 %k, {-lanes}", "whole")
    sums = _steps(out, product, starts, whole)
    some = mask(out, kind, out.subtract("%k", whole))
    panel = out.let(f"sdiv i64 {whole}, {lanes}", "panel")
    packed = out.at("%v", out.times(panel, (columns + SPARE) * lanes), kind.real)
    rows = [load_some(out, kind, out.at(a, whole, kind.real), some) for a in starts]
    rest = [
        load_some(out, kind, out.at(packed, j * lanes, kind.real), some)
        for j in range(columns)
    ]
    for r, row in enumerate(rows):
        totals = [
            out.let(multiply_add(kind, row, each, sums[r * columns + j]), "t")
            for j, each in enumerate(rest)
        ]
        with out.only_if(out.test("sgt", "%rows", r), "store"):
            _store(out, kind, totals, out.at("%c", out.times("%ldc", r), kind.real))
    return out.text()


def _steps(out: Writer, product: Dots, starts: list[str], whole: str) -> list[str]:
    """Write the loop over k, which may have no turn at all, and return the sums."""
    kind, lanes, columns = product.kind, product.kind.lanes, product.columns
    before, count = out.block, len(starts) * columns
    out.put("br label %head")
    out.label("head")
    out.put(f"%p = phi i64 [ 0, %{before} ], [ %p.next, %steps ]")
    out.put(f"%v.at = phi ptr [ %v, %{before} ], [ %v.next, %steps ]")
    for i in range(count):
        out.put(
            f"%t.{i} = phi {kind.vector} [ zeroinitializer, %{before} ], "
            f"[ %u.{i}, %steps ]"
        )
    out.put(f"br i1 {out.test('slt', '%p', whole)}, label %steps, label %done")
    out.label("steps")
    rows = [load(out, kind, out.at(a, "%p", kind.real)) for a in starts]
    for j in range(columns):
        column = load(out, kind, out.at("%v.at", j * lanes, kind.real))
        for r, row in enumerate(rows):
            i = r * columns + j
            out.put(f"%u.{i} = {multiply_add(kind, row, column, f'%t.{i}')}")
    out.put(f"%p.next = add i64 %p, {lanes}")
    size = (columns + SPARE) * lanes
    out.put(f"%v.next = getelementptr {kind.real}, ptr %v.at, i64 {size}")
    out.put(f"br label %head, {KEEP_LOOP}")
    out.label("done")
    return [f"%t.{i}" for i in range(count)]


def _store(out: Writer, kind: Kind, totals: list[str], place: str) -> None:
    """Add up the lanes of a row's sums and store or add them."""
    for start in range(0, len(totals), kind.lanes):
        chosen = totals[start : start + kind.lanes]
        chosen += ["zeroinitializer"] * (kind.lanes - len(chosen))
        value = add_lanes(out, kind, chosen)
        some = mask(out, kind, str(len(totals) - start))
        at = out.at(place, start, kind.real)
        adding = out.let(
            f"select i1 %more, {kind.mask} {some}, {kind.mask} zeroinitializer", "some"
        )
        old = load_some(out, kind, at, adding)
        both = out.let(f"fadd {kind.vector} {old}, {value}", "both")
        store_some(out, kind, both, at, some)
