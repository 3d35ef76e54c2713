"""Products of matrices by sums through the lanes, for a few columns and a long k."""

from __future__ import annotations

from hubel.compiler.llvm.product_lines import TILE, Lines, row_tiles


def write_dots(out: Lines, n: int, k: int, b: str, accumulate: bool) -> None:
    """Write a product whose sums run through the lanes; B is (n, k) in memory."""
    dots = _Dots(out, n, k, b, accumulate)
    high = max(1, min(4, TILE[out.vector_bytes][1] // n))
    done = ("0", "entry")
    for height in dict.fromkeys((high, 1)):
        done = row_tiles(out, height, "%count", done, dots.tile)


class _Dots:
    """The lines of sums that run through the lanes."""

    def __init__(self, out: Lines, n: int, k: int, b: str, accumulate: bool) -> None:
        self.out, self.n, self.k, self.b = out, n, k, b
        self.size, self.lanes, self.accumulate = out.size, out.lanes, accumulate

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
