"""The loops around the innermost one: blocks that fit the caches, panels, tiles.

A product is D (rows, columns) = S (rows, k) V (k, columns), where vectors run along the
columns. Blocks of k outside, then S and V packed, then tiles: the method of Goto and
van de Geijn, Anatomy of high-performance matrix multiplication, 2008.
"""

from __future__ import annotations

from dataclasses import dataclass

from hubel.compiler.llvm.gemm.kind import Kind
from hubel.compiler.llvm.gemm.micro import Tile, micro_name, micro_text
from hubel.compiler.llvm.gemm.packs import (
    SPARE,
    call_square,
    declarations,
    declare_square,
    pack_name,
    pack_text,
    panel_size,
    steps_of,
)
from hubel.compiler.llvm.gemm.vectors import (
    load,
    load_some,
    mask,
    store_some,
)
from hubel.compiler.llvm.gemm.writer import ARGUMENTS, METADATA, Writer

_LINE_BYTES = 64
"""Of memory that a cache holds as one."""


@dataclass(frozen=True)
class Blocked:
    """A product by blocks and tiles, for run-time extents.

    Attributes
    ----------
    tile : Tile
    transposed : tuple of bool
        Whether A is (k, m) in memory, and B (n, k).
    swapped : bool
        Whether vectors run along m, not n: C' = B' A' is made in scratch memory, block
        by block, and transposed into C.
    accumulate : bool
        Whether the product is added to C.
    direct : tuple of bool
        Whether S, and V, are read where they are, but for what does not fill a panel;
        V only where its packing does not transpose. Not where numbers are rounded.
    left : tuple of bool
        Whether there may be rows, and columns, that fill no tile.
    widths : tuple of int
        How many vectors tiles may have side by side, falling; all when left out.
    """

    tile: Tile
    transposed: tuple[bool, bool]
    swapped: bool
    accumulate: bool = False
    direct: tuple[bool, bool] = (False, False)
    left: tuple[bool, bool] = (True, True)
    widths: tuple[int, ...] = ()

    @property
    def kind(self) -> Kind:
        """What is multiplied."""
        return self.tile.kind

    @property
    def vectors(self) -> tuple[int, ...]:
        """How many vectors tiles have side by side, falling."""
        return self.widths or tuple(range(self.tile.vectors, 0, -1))

    @property
    def name(self) -> str:
        """A name that equal products share, and no others."""
        tile = f"{self.tile.rows}x{self.tile.columns}"
        flags = "".join("nt"[each] for each in self.transposed)
        way = "turned" if self.swapped else "plain"
        added = ".add" if self.accumulate else ""
        kind = self.tile.kind
        where = "".join("pd"[each] for each in self.direct)
        ends = "".join("fl"[each] for each in self.left)
        ends += "".join(map(str, self.vectors))
        return (
            f"hubel.gemm.{kind.dtype}.{kind.vector_bytes}.{tile}.{flags}.{way}.{where}"
            f".{ends}{added}"
        )

    @property
    def units(self) -> tuple[int, int, int]:
        """By how many m, n and k may differ so that the last tiles are alike."""
        rows, columns = self.tile.rows, self.tile.columns
        m, n = (columns, rows) if self.swapped else (rows, columns)
        return m, n, 1

    @property
    def packs(self) -> tuple[bool, bool]:
        """Whether the packing of S, and of V, transposes."""
        first, second = self.transposed
        return (second, not first) if self.swapped else (not first, second)

    @property
    def packed(self) -> tuple[bool, bool]:
        """Whether some of S, and of V, is packed."""
        first, second = (
            left or not direct
            for left, direct in zip(self.left, self.direct, strict=True)
        )
        return first, second

    @property
    def squares(self) -> tuple[Kind, ...]:
        """Of what it transposes squares of vectors."""
        sides = zip(self.packs, self.packed, strict=True)
        found = [self.kind] * any(turned and packed for turned, packed in sides)
        return tuple(dict.fromkeys([*found, *[self.kind.sums] * self.swapped]))

    def scratch(
        self, extents: tuple[int, int, int], blocks: tuple[int, int, int]
    ) -> int:
        """Return the bytes of scratch memory for m, n and k and their blocks."""
        kind, tile = self.tile.kind, self.tile
        k, rows, columns = blocks
        spare = SPARE * kind.lanes
        numbers = -(-rows // tile.rows) * (k * tile.rows + spare)
        numbers += -(-columns // tile.columns) * (k * tile.columns + spare)
        numbers += 3 * kind.lanes * (tile.columns + kind.lanes)  # ends of the packing
        height = extents[1] + tile.rows + kind.lanes if self.swapped else tile.rows
        numbers += height * (columns + tile.columns if self.swapped else tile.columns)
        numbers += (k + 2 * kind.lanes) * kind.lanes
        return numbers * kind.size + 5 * 64

    def text(self) -> str:
        """Write the module: the function and those that it calls."""
        tile, kind = self.tile, self.tile.kind
        apart = self.packs[0] and self.direct[0]
        parts = [micro_text(tile, each, apart=apart) for each in self.vectors]
        widths = zip((tile.rows, tile.columns), self.packs, self.packed, strict=True)
        parts += [pack_text(kind, n, turned) for n, turned, packed in widths if packed]
        parts.append(_tiles_text(self))
        parts += [declare_square(each) for each in self.squares]
        if self.swapped:
            parts.append(_turn_back_text(self))
        parts.append(_Product(self).text())
        return "\n".join([declarations(kind), *parts, METADATA])


@dataclass(frozen=True)
class _Operand:
    """S or V: names of its pointer and stride, and how it is packed."""

    pointer: str
    stride: str
    turned: bool
    direct: bool
    left: bool
    width: int
    packed: str


@dataclass(frozen=True)
class _Panels:
    """Names of a block's panels: where, which, how far apart panels, rows, steps."""

    place: str
    start: str
    count: str
    size: str
    row: str
    step: str


class _Product:
    """The lines of the function itself."""

    def __init__(self, product: Blocked) -> None:
        self.product = product
        self.tile, self.kind = product.tile, product.tile.kind
        arguments = ARGUMENTS.format("noalias ", "noalias readonly ")
        self.out = Writer(f"define void @{product.name}({arguments})")
        self.extents = ("%n", "%m") if product.swapped else ("%m", "%n")
        packed = self._lay_out()
        s, v = ("b", "a") if product.swapped else ("a", "b")
        self.s = self._operand(s, 0, self.tile.rows, packed[0])
        self.v = self._operand(v, 1, self.tile.columns, packed[1])

    def _operand(self, name: str, side: int, width: int, packed: str) -> _Operand:
        product = self.product
        flags = product.packs[side], product.direct[side], product.left[side]
        return _Operand(f"%{name}", f"%ld{name}", *flags, width, packed)

    def text(self) -> str:
        """Write all loops."""
        out, (rows, columns) = self.out, self.extents
        with out.loop(0, columns, "%column.block", "columns") as first:
            width = out.least("%column.block", out.subtract(columns, first))
            with out.loop(0, "%k", "%k.block", "depth") as p:
                depth = out.least("%k.block", out.subtract("%k", p))
                right = self._panels(self.v, (first, p), (width, depth))
                self.ahead = self._next((first, p), (width, depth))
                self.steps = steps_of(out, self.kind, depth)
                with out.loop(0, rows, "%row.block", "rows") as row:
                    self._block((row, first, p), (width, depth), right)
            if self.product.swapped:
                self._turn_back(first, width)
        return out.text()

    def _lay_out(self) -> tuple[str, str]:
        """Give the parts of the scratch memory their places; return S's and V's."""
        out, tile, kind = self.out, self.tile, self.kind
        end = kind.lanes * (tile.columns + kind.lanes)

        def panels(extent: str, width: int) -> str:
            count = out.let(f"sdiv i64 {out.add(extent, width - 1)}, {width}", "count")
            one = panel_size(out, kind, "%k.block", width)
            return out.add(out.times(count, one), end)

        def beyond(place: str, numbers: str) -> str:
            up = out.add(out.times(numbers, kind.size), 63)
            return out.at(place, out.let(f"and i64 {up}, -64", "bytes"), "i8")

        packed_s = beyond("%scratch", panels("%column.block", tile.columns))
        self.room = beyond(packed_s, panels("%row.block", tile.rows))
        turning = out.times(out.add("%k.block", 2 * kind.lanes), kind.lanes)
        self.rest = beyond(self.room, turning)
        self.row = out.let(
            f"and i64 {out.add('%column.block', tile.columns - 1)}, {-kind.lanes}",
            "row",
        )
        return packed_s, "%scratch"

    def _panels(
        self, operand: _Operand, start: tuple[str, str], extents: tuple[str, str]
    ) -> list[_Panels]:
        """Return a block as panels: packed, or where it is but for what is left over.

        ``start`` and ``extents`` are along the panels and along k.
        """
        out, real = self.out, self.kind.real
        (first, p), (extent, depth) = start, extents
        down, right = (first, p) if operand.turned else (p, first)
        source = out.position(operand.pointer, down, operand.stride, right, real)
        if not operand.direct:
            return [self._packed(operand, source, ("0", extent), depth)]
        whole, stride = extent, operand.stride
        size, row, step = str(operand.width), "1", stride
        if operand.turned:
            size, row, step = out.times(operand.width, stride), stride, "1"
        if not operand.left:
            return [_Panels(source, "0", whole, size, row, step)]
        left = out.let(f"srem i64 {extent}, {operand.width}", "left")
        whole = out.subtract(extent, left)
        rest = out.at(source, out.times(whole, row), real)
        found = _Panels(source, "0", whole, size, row, step)
        return [found, self._packed(operand, rest, (whole, left), depth)]

    def _packed(
        self, operand: _Operand, source: str, span: tuple[str, str], depth: str
    ) -> _Panels:
        """Pack part of a block; ``span``: where it starts and how many there are."""
        out, width = self.out, operand.width
        out.put(
            f"call void {pack_name(width, operand.turned)}(ptr {operand.packed}, "
            f"ptr {source}, ptr {self.room}, i64 {operand.stride}, i64 {span[1]}, "
            f"i64 {depth})"
        )
        size = panel_size(out, self.kind, depth, width)
        return _Panels(operand.packed, *span, size, "1", str(width))

    def _next(self, start: tuple[str, str], extents: tuple[str, str]) -> str:
        """Return where the block of V after this one is: arguments of ``@tiles``."""
        out, v, (first, p), (width, depth) = self.out, self.v, start, extents
        following = out.add(p, depth)
        is_there = out.test("slt", following, "%k")
        right = out.let(f"select i1 {is_there}, i64 {following}, i64 0", "next")
        after = out.add(first, width)
        down = out.let(f"select i1 {is_there}, i64 {first}, i64 {after}", "next")
        wide = width
        if v.turned:
            wide = depth
        else:
            down, right = right, down
        place = out.position(v.pointer, down, v.stride, right, self.kind.real)
        return f"ptr {place}, i64 {wide}, i64 {v.stride}"

    def _block(
        self,
        start: tuple[str, str, str],
        extents: tuple[str, str],
        right: list[_Panels],
    ) -> None:
        """Multiply a block of S by one of V."""
        out, (row, first, p), (width, depth) = self.out, start, extents
        height = out.least("%row.block", out.subtract(self.extents[0], row))
        more = out.test("sgt", p, 0)
        if self.product.swapped:
            stride = self.row
            target = out.position(self.rest, row, stride, 0, self.kind.real)
            other = out.position("%c", first, "%ldc", row, self.kind.real)
        else:
            stride, other = "%ldc", "null"
            target = out.position("%c", row, stride, first, self.kind.real)
            if self.product.accumulate:
                more = "true"
        for left in self._panels(self.s, (row, p), (height, depth)):
            for part in right:
                place = out.position(
                    target, left.start, stride, part.start, self.kind.real
                )
                final = other
                if self.product.swapped:
                    final = out.position(
                        other, part.start, "%ldc", left.start, self.kind.real
                    )
                out.put(
                    f"call void @tiles(ptr {left.place}, i64 {left.size}, "
                    f"i64 {left.row}, i64 {left.step}, ptr {part.place}, "
                    f"i64 {part.size}, i64 {part.step}, ptr {place}, i64 {stride}, "
                    f"i64 {left.count}, i64 {part.count}, i64 {self.steps}, i1 {more}, "
                    f"ptr {self.rest}, ptr {final}, i64 %ldc, {self.ahead})"
                )
        if not self.product.swapped:
            is_last = out.test("sge", out.add(p, depth), "%k")
            is_end = out.test("sge", out.add(first, width), "%n")
            is_final = out.let(f"and i1 {is_last}, {is_end}", "final")
            self.out.call_then(row, out.add(row, height), is_final)

    def _turn_back(self, first: str, width: str) -> None:
        """Transpose a block of C' into rows of C."""
        out = self.out
        target = out.position("%c", first, "%ldc", 0, self.kind.real)
        out.put(
            f"call void @turn.back(ptr {target}, ptr {self.rest}, ptr {self.room}, "
            f"i64 %ldc, i64 {self.row}, i64 {width}, i64 %n)"
        )
        self.out.call_then(first, out.add(first, width), "true")


def _tiles_text(product: Blocked) -> str:
    """Write the loops over the tiles of a block."""
    tile, kind = product.tile, product.tile.kind
    out = Writer(
        "define internal void @tiles(ptr noalias readonly %s, i64 %s.size, "
        "i64 %s.row, i64 %s.step, ptr noalias readonly %v, i64 %v.size, i64 %v.step, "
        "ptr noalias %d, i64 %ldd, "
        "i64 %rows, i64 %columns, i64 %k, i1 %more, ptr noalias %spare, ptr %final, "
        "i64 %ldc, ptr %ahead, i64 %ahead.width, i64 %ahead.step) noinline"
    )
    with out.loop(0, "%rows", tile.rows, "row") as row:
        number = out.let(f"sdiv i64 {row}, {tile.rows}", "number")
        s = out.at("%s", out.times(number, "%s.size"), kind.real)
        with out.loop(0, "%columns", tile.columns, "column") as column:
            number = out.let(f"sdiv i64 {column}, {tile.columns}", "number")
            v = out.at("%v", out.times(number, "%v.size"), kind.real)
            _tile(out, product, (s, v), (row, column))
    return out.text()


def _tile(
    out: Writer, product: Blocked, panels: tuple[str, str], start: tuple[str, str]
) -> None:
    """Write one tile: whole, or by way of a place of its own at the edges."""
    tile = product.tile
    (row, column), real = start, tile.kind.real
    d = out.position("%d", row, "%ldd", column, real)
    high, wide = out.subtract("%rows", row), out.subtract("%columns", column)
    read = f"ptr {panels[0]}, ptr {panels[1]}"
    steps = "i64 %s.row, i64 %s.step, i64 %v.step, i64 %k"
    ahead = f"ptr {_ahead(out, tile, row, column)}, i64 %ahead.step"
    given = f"{read}, ptr {d}, {steps}, i64 %ldd, i1 %more, {ahead}"
    if product.swapped:
        final = out.position("%final", column, "%ldc", row, real)
        with out.loop(0, tile.columns, 1, "line") as i:
            place = out.at(final, out.times("%ldc", i), real)
            out.put(f"call void @llvm.prefetch.p0(ptr {place}, i32 1, i32 2, i32 1)")
        _some_vectors(out, product, wide, given)
        return
    if product.left == (False, False):
        out.put(f"call void {micro_name(tile.vectors)}({given})")
        return
    is_high = out.test("sge", high, tile.rows)
    is_wide = out.test("sge", wide, tile.columns)
    full = out.let(f"and i1 {is_high}, {is_wide}", "full")
    if tile.vectors not in product.vectors:
        full = "false"
    with out.either(full, "tile") as other:
        out.put(f"call void {micro_name(product.vectors[0])}({given})")
        next(other)
        given = f"{read}, ptr %spare, {steps}, i64 {tile.columns}, i1 false, {ahead}"
        _some_vectors(out, product, wide, given)
        high, wide = out.least(high, tile.rows), out.least(wide, tile.columns)
        _copy_some(out, tile, d, (high, wide))


def _ahead(out: Writer, tile: Tile, row: str, column: str) -> str:
    """Return where a tile begins to ask for the next block: each at another line."""
    number = out.let(f"sdiv i64 {row}, {tile.rows}", "number")
    across = out.let(f"sdiv i64 %columns, {tile.columns}", "across")
    line = out.add(
        out.times(number, across), out.let(f"sdiv i64 {column}, {tile.columns}")
    )
    place = out.times(line, _LINE_BYTES // tile.kind.size)
    return out.at("%ahead", out.least(place, "%ahead.width"), tile.kind.real)


def _some_vectors(out: Writer, product: Blocked, wide: str, arguments: str) -> None:
    """Call the innermost loop for as many vectors as there are columns for."""
    name = out.new("vectors")
    for each in product.vectors[:-1]:
        enough = out.test("sgt", wide, (each - 1) * product.kind.lanes)
        out.put(f"br i1 {enough}, label %{name}.{each}, label %{name}.not.{each}")
        out.label(f"{name}.{each}")
        out.put(f"call void {micro_name(each)}({arguments})")
        out.put(f"br label %{name}.after")
        out.label(f"{name}.not.{each}")
    out.put(f"call void {micro_name(product.vectors[-1])}({arguments})")
    out.put(f"br label %{name}.after")
    out.label(f"{name}.after")


def _copy_some(out: Writer, tile: Tile, d: str, extents: tuple[str, str]) -> None:
    """Copy a tile's first rows and columns to where they belong, or add them."""
    kind, (high, wide) = tile.kind, extents
    with (
        out.loop(0, high, 1, "edge") as row,
        out.loop(0, wide, kind.lanes, "part") as column,
    ):
        source = out.position("%spare", row, tile.columns, column, kind.real)
        place = out.position(d, row, "%ldd", column, kind.real)
        some = mask(out, kind, out.subtract(wide, column))
        value = load(out, kind, source)
        adding = out.let(
            f"select i1 %more, {kind.mask} {some}, {kind.mask} zeroinitializer"
        )
        old = load_some(out, kind, place, adding)
        both = out.let(f"fadd {kind.vector} {old}, {value}", "both")
        total = out.let(
            f"select i1 %more, {kind.vector} {both}, {kind.vector} {value}", "total"
        )
        store_some(out, kind, total, place, some)


def _turn_back_text(product: Blocked) -> str:
    """Write the transposition of a block of C', whose memory is padded, into C."""
    kind, accumulate = product.tile.kind.sums, product.accumulate
    lanes = kind.lanes
    out = Writer(
        "define internal void @turn.back(ptr noalias %c, ptr noalias readonly %d, "
        "ptr noalias %room, i64 %ldc, i64 %ldd, i64 %rows, i64 %columns) noinline"
    )
    with (
        out.loop(0, "%rows", lanes, "row") as row,
        out.loop(0, "%columns", lanes, "column") as column,
    ):
        high, wide = out.subtract("%rows", row), out.subtract("%columns", column)
        source = out.position("%d", column, "%ldd", row, kind.real)
        target = out.position("%c", row, "%ldc", column, kind.real)
        full = "false"
        if not accumulate:
            is_high, is_wide = (out.test("sge", each, lanes) for each in (high, wide))
            full = out.let(f"and i1 {is_high}, {is_wide}", "full")
        with out.either(full, "square") as other:
            call_square(out, kind, (target, "%ldc"), (source, "%ldd"), lanes)
            next(other)
            call_square(out, kind, ("%room", lanes), (source, "%ldd"), lanes)
            some = mask(out, kind, wide)
            with out.loop(0, out.least(high, lanes), 1, "edge") as i:
                value = load(out, kind, out.at("%room", out.times(i, lanes), kind.real))
                place = out.at(target, out.times(i, "%ldc"), kind.real)
                if accumulate:
                    old = load_some(out, kind, place, some)
                    value = out.let(f"fadd {kind.vector} {old}, {value}", "both")
                store_some(out, kind, value, place, some)
    return out.text()
