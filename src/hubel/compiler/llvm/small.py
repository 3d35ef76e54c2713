"""Small matrix products as native code of their own, without a call of a library.

Two extents are known when the code is made, the third is given at the call: C (m, n) =
A (m, k) B (k, n) with n and k known, or C (m, n) = A' B with A (k, m) and B (k, n), and
m and n known. There are three ways:

* *tiles*: vectors run along the rows of B and C; a tile of C stays in registers while
  the loop over k multiplies a number of A by a row of B.
* *tiles of the transpose*: the same for C' = B' A, where C has few columns.
* *dots*: where C has a few columns and k is long, vectors run along k and are added up
  at the end.

Where the last vector of a row is not full, it overlaps the one before it: the same
numbers are computed twice, in the same way, and no lane is masked.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

from hubel.compiler.llvm.transpose import transpose_name

_IR = {"float32": "float", "float64": "double"}
_SIZE = {"float32": 4, "float64": 8}

UNROLLED = 8
"""A loop over k of at most this length becomes straight-line code."""

_TILE = {64: (4, 24), 32: (3, 12), 16: (3, 12)}
"""Bytes of a vector: how many lie side by side in a tile, and how many it has."""

_HIGHEST = 8
"""Rows of a tile, at most."""

FEW_COLUMNS = 4
"""C with fewer columns is made by dots, or as its transpose."""

MOST_KNOWN = 4096
"""The largest product of the two known extents."""


@dataclass(frozen=True)
class SmallProduct:
    """One product: what is known of it, and its code.

    The function is ``define internal void @NAME(ptr noalias %c, ptr noalias readonly
    %a, ptr noalias readonly %b, i64 %count)``, where ``%count`` is the extent that is
    not known. All matrices are contiguous.

    Attributes
    ----------
    dtype : str
        ``float32`` or ``float64``.
    extents : tuple
        m, n and k; None for the one that is given at the call: k where A is transposed,
        m otherwise.
    transposed : tuple of bool
        Whether A is (k, m) in memory, and B (n, k). At most one of them is.
    accumulate : bool
        Whether the product is added to C.
    vector_bytes : int
        Of the machine: 64, 32 or 16.
    """

    dtype: str
    extents: tuple[int | None, int | None, int | None]
    transposed: tuple[bool, bool] = (False, False)
    accumulate: bool = False
    vector_bytes: int = 64

    @property
    def name(self) -> str:
        """A name that equal products share, and no others."""
        sizes = "x".join("n" if each is None else str(each) for each in self.extents)
        flags = "".join("nt"[each] for each in self.transposed)
        added = ".add" if self.accumulate else ""
        return f"hubel.small.{self.dtype}.{sizes}.{flags}{added}"

    def text(self) -> str:
        """Write the function; a module holds it and `transpose_text` once."""
        return _write(self)

    def call(self, c: str, a: str, b: str, count: int | str) -> str:
        """Write a call: names of pointers, and the extent that is not known."""
        return f"call void @{self.name}(ptr {c}, ptr {a}, ptr {b}, i64 {count})"


def fits(
    extents: tuple[int | None, int | None, int | None], transposed: tuple[bool, bool]
) -> bool:
    """Say whether there is code of our own for a product with these known extents."""
    m, n, k = extents
    first, second = transposed
    one, other, unknown = (m, n, k) if first else (n, k, m)
    if unknown is not None or one is None or other is None or (first and second):
        return False
    return 0 < one * other <= MOST_KNOWN


@dataclass(frozen=True)
class Tiles:
    """The sizes and strides of one product by tiles.

    Attributes
    ----------
    m, k : int or str
        Numbers, or the name of an i64 value.
    n : int
        Columns of B and C, whose rows are contiguous.
    row, step : int
        How far apart in A the numbers of two rows of C are, and of two steps of k.
    """

    m: int | str
    n: int
    k: int | str
    row: int
    step: int


def column_groups(n: int, lanes: int, most: int) -> list[tuple[int, ...]]:
    """Return where the vectors that cover n columns start, in even groups.

    With ``most`` of 3 or more a vector is in the same group as one that it overlaps, so
    that both are read before either is written.

    Examples
    --------
    >>> column_groups(37, 16, 4), column_groups(70, 16, 4)
    ([(0, 16, 21)], [(0, 16, 32), (48, 54)])
    """
    starts = [*range(0, n - lanes + 1, lanes)]
    if n % lanes:
        starts.append(n - lanes)
    count = -(-len(starts) // most)
    cuts = [-(-len(starts) * i // count) for i in range(count + 1)]
    return [tuple(starts[i:j]) for i, j in pairwise(cuts)]


def lanes_for(n: int, most: int) -> int:
    """Return the longest vector that n columns fill, a power of two."""
    return min(most, 1 << (n.bit_length() - 1))


def heights(m: int | str, most: int) -> tuple[int, ...]:
    """Return the rows of the tiles that are tried one after the other.

    Examples
    --------
    >>> heights(64, 6), heights("%m", 8)
    ((6, 4), (8, 4, 2, 1))
    """
    if isinstance(m, int):
        even = -(-m // -(-m // most))
        return (even, m % even) if m % even else (even,)
    found = [most]
    while found[-1] > 1:
        found.append(found[-1] // 2)
    return tuple(found)


class Lines:
    """The lines of one function, and names that are new in it."""

    def __init__(self, real: str) -> None:
        self.real = real
        self.lines: list[str] = []
        self._count = 0

    def put(self, line: str) -> None:
        """Add an instruction."""
        self.lines.append(f"  {line}")

    def label(self, name: str) -> None:
        """Begin a block."""
        self.lines.append(f"{name}:")

    def new(self, hint: str) -> str:
        """Return a name that nothing else has."""
        self._count += 1
        return f"{hint}.{self._count}"

    def let(self, expression: str, hint: str = "v") -> str:
        """Add an instruction that gives a value, and return the value's name."""
        name = f"%{self.new(hint)}"
        self.put(f"{name} = {expression}")
        return name

    def at(self, base: str, index: int | str) -> str:
        """Return the place of an element."""
        if index == 0:
            return base
        return self.let(f"getelementptr {self.real}, ptr {base}, i64 {index}", "at")

    def times(self, value: int | str, by: int | str) -> int | str:
        """Return a product of indices; numbers stay numbers."""
        if isinstance(value, int) and isinstance(by, int):
            return value * by
        return value if by == 1 else self.let(f"mul i64 {value}, {by}", "index")


def _write(product: SmallProduct) -> str:
    """Write the function of a product, in the way that suits it."""
    m, n, k = product.extents
    lanes = product.vector_bytes // _SIZE[product.dtype]
    out = Lines(_IR[product.dtype])
    out.lines = [
        f"define internal void @{product.name}(ptr noalias %c, ptr noalias readonly "
        "%a, ptr noalias readonly %b, i64 %count) {",
        "entry:",
    ]
    if n is None:
        raise ValueError("the columns of a small product have to be known")
    if product.transposed[0]:
        if m is None:
            raise ValueError("the rows of a transposed small product have to be known")
        groups = _transposed(out, product, m, n, lanes)
    else:
        if k is None:
            raise ValueError("the inner extent of a small product has to be known")
        groups = _plain(out, product, n, k, lanes)
    out.put("ret void")
    out.lines.append("}")
    return "\n".join([*out.lines, "", *groups]) + "\n"


def _plain(out: Lines, product: SmallProduct, n: int, k: int, lanes: int) -> list[str]:
    """Write a product with n and k known."""
    is_turned = product.transposed[1]
    if n < FEW_COLUMNS and k >= 2 * lanes:
        b = "%b" if is_turned else _turned(out, product, "%b", k, n)
        return _dots(out, product, n, k, b)
    b = _turned(out, product, "%b", n, k) if is_turned else "%b"
    sizes = Tiles("%count", n, k, k, 1)
    return _groups(out, product, sizes, ("%c", "%a", b), product.accumulate)


def _transposed(
    out: Lines, product: SmallProduct, m: int, n: int, lanes: int
) -> list[str]:
    """Write a product with m and n known."""
    if n >= FEW_COLUMNS or m < lanes_for(n, lanes):
        sizes = Tiles(m, n, "%count", 1, m)
        return _groups(out, product, sizes, ("%c", "%a", "%b"), product.accumulate)
    sizes = Tiles(n, m, "%count", 1, n)
    if n == 1:
        return _groups(out, product, sizes, ("%c", "%b", "%a"), product.accumulate)
    place = out.let(f"alloca [{m * n} x {out.real}], align 64", "turned")
    if product.accumulate:
        _call_transpose(out, product, place, "%c", m, n)
    groups = _groups(out, product, sizes, (place, "%b", "%a"), product.accumulate)
    _call_transpose(out, product, "%c", place, n, m)
    return groups


def _turned(out: Lines, product: SmallProduct, b: str, rows: int, columns: int) -> str:
    """Write a transposition of B into memory on the stack, where it matters."""
    if 1 in (rows, columns):
        return b
    place = out.let(f"alloca [{rows * columns} x {out.real}], align 64", "turned")
    _call_transpose(out, product, place, b, rows, columns)
    return place


def _call_transpose(
    out: Lines, product: SmallProduct, to: str, source: str, rows: int, columns: int
) -> None:
    name = transpose_name(product.dtype)
    out.put(f"call void @{name}(ptr {to}, ptr {source}, i64 {rows}, i64 {columns})")


def _groups(
    out: Lines,
    product: SmallProduct,
    sizes: Tiles,
    places: tuple[str, str, str],
    accumulate: bool,
) -> list[str]:
    """Call a function for each group of columns; return the functions."""
    size = _SIZE[product.dtype]
    most, tile = _TILE[product.vector_bytes]
    lanes = lanes_for(sizes.n, product.vector_bytes // size)
    written: dict[tuple[int, ...], str] = {}
    texts: list[str] = []
    c, a, b = places
    for starts in column_groups(sizes.n, lanes, most):
        relative = tuple(each - starts[0] for each in starts)
        if relative not in written:
            written[relative] = f"{product.name}.{len(written)}"
            group = _Group(written[relative], relative, lanes, accumulate)
            high = min(_HIGHEST, tile // len(starts))
            texts.append(_group_text(group, sizes, out.real, size, high))
        first, second = out.at(c, starts[0]), out.at(b, starts[0])
        name = written[relative]
        out.put(f"call void @{name}(ptr {first}, ptr {a}, ptr {second}, i64 %count)")
    return texts


@dataclass(frozen=True)
class _Group:
    """The vectors of C that one function makes in every row."""

    name: str
    starts: tuple[int, ...]
    lanes: int
    accumulate: bool


def _group_text(group: _Group, sizes: Tiles, real: str, size: int, high: int) -> str:
    """Write the function of a group: tiles of falling height down the rows."""
    out = Lines(real)
    out.lines = [
        f"define internal void @{group.name}(ptr noalias %c, ptr noalias readonly %a, "
        "ptr noalias readonly %b, i64 %count) {",
        "entry:",
    ]
    tile = _Tile(out, group, sizes, size)
    done, before = "0", "entry"
    for height in heights(sizes.m, high):
        done, before = row_tiles(out, height, sizes.m, (done, before), tile.write)
    out.put("ret void")
    out.lines.append("}")
    return "\n".join(out.lines) + "\n"


def row_tiles(
    out: Lines,
    height: int,
    rows: int | str,
    done: tuple[str, str],
    write: Callable[[int, str, str], None],
) -> tuple[str, str]:
    """Do tiles of a height while there are rows enough.

    ``done`` is how many rows were done and in which block; the same is returned.
    ``write`` gets the height, the row and the block that it stands in.
    """
    name = out.new("rows")
    row, following = f"%{name}.row", f"%{name}.next"
    out.put(f"br label %{name}")
    out.label(name)
    out.put(f"{row} = phi i64 [ {done[0]}, %{done[1]} ], [ {following}, %{name}.end ]")
    out.put(f"{following} = add i64 {row}, {height}")
    more = out.let(f"icmp sle i64 {following}, {rows}", "more")
    out.put(f"br i1 {more}, label %{name}.tile, label %{name}.after")
    out.label(f"{name}.tile")
    write(height, row, f"{name}.tile")
    out.put(f"br label %{name}.end")
    out.label(f"{name}.end")
    out.put(f"br label %{name}")
    out.label(f"{name}.after")
    return row, f"{name}.after"


class _Tile:
    """The lines of tiles, of a height that is given."""

    def __init__(self, out: Lines, group: _Group, sizes: Tiles, size: int) -> None:
        self.out, self.group, self.sizes, self.size = out, group, sizes, size
        self.kind = f"<{group.lanes} x {out.real}>"

    def write(self, height: int, row: str, block: str) -> None:
        """Write one tile: start, steps of k, stores."""
        a = self.out.at("%a", self.out.times(row, self.sizes.row))
        c = self.out.at("%c", self.out.times(row, self.sizes.n))
        starts = self.group.starts
        spots = [(r, s) for r in range(height) for s in starts]
        places = [self.out.at(c, r * self.sizes.n + s) for r, s in spots]
        sums = ["zeroinitializer"] * len(spots)
        if self.group.accumulate:
            sums = [self.load(place) for place in places]
        k = self.sizes.k
        if isinstance(k, int) and k <= UNROLLED:
            for p in range(k):
                at_a = self.out.at(a, p * self.sizes.step)
                sums = self._step(
                    height, at_a, self.out.at("%b", p * self.sizes.n), sums
                )
        else:
            sums = self._steps(height, a, sums, block)
        for place, value in zip(places, sums, strict=True):
            self.out.put(f"store {self.kind} {value}, ptr {place}, align {self.size}")

    def _steps(self, height: int, a: str, sums: list[str], block: str) -> list[str]:
        """Write the loop over k, which may have no turn at all."""
        out, name = self.out, self.out.new("steps")
        k, p, following = self.sizes.k, f"%{name}.p", f"%{name}.next"
        results = [f"%{out.new('sum')}" for _ in sums]
        out.put(f"br label %{name}")
        out.label(name)
        out.put(f"{p} = phi i64 [ 0, %{block} ], [ {following}, %{name}.body ]")
        tail = len(out.lines)
        more = out.let(f"icmp slt i64 {p}, {k}", "more")
        out.put(f"br i1 {more}, label %{name}.body, label %{name}.after")
        out.label(f"{name}.body")
        at_a = out.at(a, out.times(p, self.sizes.step))
        at_b = out.at("%b", out.times(p, self.sizes.n))
        ends = self._step(height, at_a, at_b, results)
        out.put(f"{following} = add i64 {p}, 1")
        out.put(f"br label %{name}")
        phis: list[str] = []
        for result, first, end in zip(results, sums, ends, strict=True):
            pairs = f"[ {first}, %{block} ], [ {end}, %{name}.body ]"
            phis.append(f"  {result} = phi {self.kind} {pairs}")
        out.lines[tail:tail] = phis
        out.label(f"{name}.after")
        return results

    def _step(self, height: int, a: str, b: str, sums: list[str]) -> list[str]:
        """Add to every vector of the tile a number of A times a vector of B."""
        out = self.out
        vectors = [self.load(out.at(b, s)) for s in self.group.starts]
        found: list[str] = []
        for r in range(height):
            factor = self._broadcast(out.at(a, r * self.sizes.row))
            for vector in vectors:
                found.append(self.multiply_add(factor, vector, sums[len(found)]))
        return found

    def load(self, place: str) -> str:
        """Load a vector."""
        return self.out.let(f"load {self.kind}, ptr {place}, align {self.size}", "x")

    def multiply_add(self, factor: str, vector: str, total: str) -> str:
        """Return factor * vector + total, in one rounding where the machine has it."""
        product = self.out.let(f"fmul contract {self.kind} {factor}, {vector}", "p")
        return self.out.let(f"fadd contract {self.kind} {product}, {total}", "s")

    def _broadcast(self, place: str) -> str:
        """Load a number into all lanes."""
        real, lanes = self.out.real, self.group.lanes
        number = self.out.let(f"load {real}, ptr {place}", "a")
        single = self.out.let(
            f"insertelement {self.kind} poison, {real} {number}, i32 0", "one"
        )
        return self.out.let(
            f"shufflevector {self.kind} {single}, {self.kind} poison, "
            f"<{lanes} x i32> zeroinitializer",
            "all",
        )


def _dots(out: Lines, product: SmallProduct, n: int, k: int, b: str) -> list[str]:
    """Write a product whose sums run through the lanes; B is (n, k) in memory."""
    done, before = "0", "entry"
    dots = _Dots(out, product, n, k, b)
    for height in (4, 1):
        done, before = row_tiles(out, height, "%count", (done, before), dots.tile)
    return []


class _Dots:
    """The lines of sums that run through the lanes."""

    def __init__(
        self, out: Lines, product: SmallProduct, n: int, k: int, b: str
    ) -> None:
        self.out, self.n, self.k, self.b = out, n, k, b
        self.size = _SIZE[product.dtype]
        self.lanes = product.vector_bytes // self.size
        self.accumulate = product.accumulate

    def tile(self, height: int, row: str, block: str) -> None:
        """Write all numbers of some rows of C."""
        out = self.out
        a = out.at("%a", out.times(row, self.k))
        c = out.at("%c", out.times(row, self.n))
        pairs = [(r, j) for r in range(height) for j in range(self.n)]
        whole = self.k - self.k % self.lanes
        sums = self._whole(a, pairs, whole, block)
        rests = [self._rest(a, pair, whole) for pair in pairs]
        for (r, j), total, rest in zip(pairs, sums, rests, strict=True):
            place = out.at(c, r * self.n + j)
            value = self._halved(total, rest)
            if self.accumulate:
                old = out.let(f"load {out.real}, ptr {place}", "old")
                value = out.let(f"fadd {out.real} {old}, {value}", "s")
            out.put(f"store {out.real} {value}, ptr {place}")

    def _whole(
        self, a: str, pairs: list[tuple[int, int]], whole: int, block: str
    ) -> list[str]:
        """Add up whole vectors along k, in a loop."""
        out, name = self.out, self.out.new("lanes")
        kind, p, following = self._kind(self.lanes), f"%{name}.p", f"%{name}.next"
        results = [f"%{out.new('sum')}" for _ in pairs]
        out.put(f"br label %{name}")
        out.label(name)
        out.put(f"{p} = phi i64 [ 0, %{block} ], [ {following}, %{name} ]")
        tail = len(out.lines)
        at_a, at_b = out.at(a, p), out.at(self.b, p)
        ends = self._products(at_a, at_b, self.lanes, pairs, results)
        out.put(f"{following} = add i64 {p}, {self.lanes}")
        more = out.let(f"icmp slt i64 {following}, {whole}", "more")
        out.put(f"br i1 {more}, label %{name}, label %{name}.after")
        out.label(f"{name}.after")
        out.lines[tail:tail] = [
            f"  {result} = phi {kind} [ zeroinitializer, %{block} ], [ {end}, %{name} ]"
            for result, end in zip(results, ends, strict=True)
        ]
        return ends

    def _rest(self, a: str, pair: tuple[int, int], start: int) -> dict[int, str]:
        """Return the products of what is left along k, in vectors of falling length."""
        found: dict[int, str] = {}
        lanes = self.lanes // 2
        while start < self.k:
            if self.k - start >= lanes:
                at_a, at_b = self.out.at(a, start), self.out.at(self.b, start)
                zero = "zeroinitializer"
                (found[lanes],) = self._products(at_a, at_b, lanes, [pair], [zero])
                start += lanes
            lanes //= 2
        return found

    def _products(
        self, a: str, b: str, lanes: int, pairs: list[tuple[int, int]], sums: list[str]
    ) -> list[str]:
        """Add to each sum the products of a vector of a row of A and one of B."""
        out, kind = self.out, self._kind(lanes)
        rows = {r: self._load(kind, a, r) for r in dict(pairs)}
        columns = {j: self._load(kind, b, j) for j in {j for _, j in pairs}}
        found: list[str] = []
        for (r, j), total in zip(pairs, sums, strict=True):
            each = out.let(f"fmul contract {kind} {rows[r]}, {columns[j]}", "p")
            found.append(out.let(f"fadd contract {kind} {each}, {total}", "s"))
        return found

    def _load(self, kind: str, base: str, row: int) -> str:
        place = self.out.at(base, row * self.k)
        return self.out.let(f"load {kind}, ptr {place}, align {self.size}", "x")

    def _halved(self, total: str, rest: dict[int, str]) -> str:
        """Add the halves of a vector until one number is left."""
        out, lanes = self.out, self.lanes
        while lanes > 1:
            kind, lanes = self._kind(lanes), lanes // 2
            low, high = (
                out.let(
                    f"shufflevector {kind} {total}, {kind} poison, <{lanes} x i32> "
                    f"<{', '.join(f'i32 {start + i}' for i in range(lanes))}>",
                    "half",
                )
                for start in (0, lanes)
            )
            total = out.let(f"fadd {self._kind(lanes)} {low}, {high}", "s")
            if lanes in rest:
                total = out.let(f"fadd {self._kind(lanes)} {total}, {rest[lanes]}", "s")
        return out.let(f"extractelement {self._kind(1)} {total}, i32 0", "s")

    def _kind(self, lanes: int) -> str:
        return f"<{lanes} x {self.out.real}>"
