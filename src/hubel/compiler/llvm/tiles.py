"""Products of matrices by tiles of C, which stay in registers along k."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from hubel.compiler.llvm.product_lines import KEEP_LOOP, TILE, Lines, row_tiles

UNROLLED = 8
"""A loop over k of at most this length becomes straight-line code."""

_HIGHEST = 8
"""Rows of a tile, at most."""


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
    if n <= lanes:
        return [(0,)]
    starts = [*range(0, n - lanes + 1, lanes)]
    if n % lanes:
        starts.append(n - lanes)
    count = -(-len(starts) // most)
    cuts = [-(-len(starts) * i // count) for i in range(count + 1)]
    return [tuple(starts[i:j]) for i, j in pairwise(cuts)]


def lanes_for(n: int, most: int) -> int:
    """Return the lanes of the vectors for n columns: one vector, or many full ones.

    Examples
    --------
    >>> lanes_for(100, 16), lanes_for(10, 16), lanes_for(4, 16), lanes_for(1, 16)
    (16, 16, 4, 1)
    """
    return min(most, 1 << (n - 1).bit_length())


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


def write_tiles(
    out: Lines, sizes: Tiles, places: tuple[str, str, str], accumulate: bool
) -> list[str]:
    """Call a function for each group of columns of C, A and B; return the functions."""
    most, tile = TILE[out.vector_bytes]
    lanes = lanes_for(sizes.n, out.lanes)
    written: dict[tuple[int, ...], str] = {}
    texts: list[str] = []
    c, a, b = places
    for starts in column_groups(sizes.n, lanes, most):
        relative = tuple(each - starts[0] for each in starts)
        if relative not in written:
            name = written[relative] = f"{out.name}.{len(written)}"
            group = _Group(relative, lanes, min(sizes.n, lanes), accumulate)
            lines = Lines(name, out.dtype, out.vector_bytes)
            high = min(_HIGHEST, tile // len(starts))
            texts.append(_group_text(lines, group, sizes, high))
        first, second = out.at(c, starts[0]), out.at(b, starts[0])
        name = written[relative]
        out.put(f"call void @{name}(ptr {first}, ptr {a}, ptr {second}, i64 %count)")
    return texts


@dataclass(frozen=True)
class _Group:
    """The vectors of C that one function makes in every row.

    Of each vector's lanes so many are columns; the others, at its end, mean nothing.
    """

    starts: tuple[int, ...]
    lanes: int
    columns: int
    accumulate: bool


def _group_text(out: Lines, group: _Group, sizes: Tiles, high: int) -> str:
    """Write the function of a group: tiles of falling height down the rows."""
    tile = _Tile(out, group, sizes)
    done = ("0", "entry")
    for height in heights(sizes.m, high):
        done = row_tiles(out, height, sizes.m, done, tile.write)
    return out.end()


class _Tile:
    """The lines of tiles, of a height that is given."""

    def __init__(self, out: Lines, group: _Group, sizes: Tiles) -> None:
        self.out, self.group, self.sizes, self.size = out, group, sizes, out.size
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
            self.store(value, place)

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
        out.put(f"br label %{name}, {KEEP_LOOP}")
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
        """Load a vector: all of it, or two that overlap and make up its columns."""
        lanes, columns = self.group.lanes, self.group.columns
        if columns == lanes:
            return self.out.let(
                f"load {self.kind}, ptr {place}, align {self.size}", "x"
            )
        half = lanes // 2
        kind = f"<{half} x {self.out.real}>"
        ends = [self.out.at(place, start) for start in (0, columns - half)]
        low, high = (
            self.out.let(f"load {kind}, ptr {end}, align {self.size}", "x")
            for end in ends
        )
        skip = 2 * half - columns
        lanes_of = [*range(half), *range(half + skip, lanes), *([0] * skip)]
        return self._shuffle(kind, low, high, lanes_of)

    def store(self, value: str, place: str) -> None:
        """Store the columns of a vector, as `load` loads them."""
        lanes, columns = self.group.lanes, self.group.columns
        if columns == lanes:
            self.out.put(f"store {self.kind} {value}, ptr {place}, align {self.size}")
            return
        half = lanes // 2
        for start in (0, columns - half):
            part = self._shuffle(
                self.kind, value, "poison", [*range(start, start + half)]
            )
            end = self.out.at(place, start)
            kind = f"<{half} x {self.out.real}>"
            self.out.put(f"store {kind} {part}, ptr {end}, align {self.size}")

    def _shuffle(self, kind: str, low: str, high: str, lanes: list[int]) -> str:
        """Choose lanes of two vectors."""
        mask = ", ".join(f"i32 {each}" for each in lanes)
        return self.out.let(
            f"shufflevector {kind} {low}, {kind} {high}, <{len(lanes)} x i32> <{mask}>",
            "lanes",
        )

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
