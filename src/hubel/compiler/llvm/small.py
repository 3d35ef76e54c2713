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
numbers are computed twice, in the same way, and no lane is masked. Rows shorter than a
vector are put together from two shorter vectors.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from hubel.compiler.llvm.dots import write_dots
from hubel.compiler.llvm.gemm.kind import Kind
from hubel.compiler.llvm.product_lines import METADATA, Lines
from hubel.compiler.llvm.provided import provide
from hubel.compiler.llvm.tiles import Tiles, write_tiles
from hubel.compiler.llvm.transpose import (
    declare_transpose,
    require_transpose,
    transpose_name,
)

_REDUCTION = 6
"""What it costs to add up the lanes of a vector, in multiplications of vectors."""

MOST_KNOWN = 2**16
"""The largest product of the two known extents."""

MOST_TURNED = 2**13
"""The largest matrix that is transposed on the stack, in elements."""

_TINY = 64
"""Up to this product of the known extents a call costs as much as the work."""

ONE_THREAD = 2**18
"""Up to this many multiplications OpenBLAS uses one thread, whatever it may use."""


@dataclass(frozen=True)
class SmallProduct:
    """One product: what is known of it, and its code.

    The function is ``void @NAME(ptr noalias %c, ptr noalias readonly %a, ptr noalias
    readonly %b, i64 %count)``, where ``%count`` is the extent that is not known. All
    matrices are contiguous.

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
        kind = f"{self.dtype}.{self.vector_bytes}"
        return f"hubel.small.{kind}.{sizes}.{flags}{added}"

    def text(self) -> tuple[str, list[str]]:
        """Write what a module holds that calls it, and what it holds once besides.

        The function stands in the module, so that it can be inlined, only where it is
        tiny; others are compiled by themselves.
        """
        kind = Kind(self.dtype, self.vector_bytes)
        is_tiny = math.prod(each or 1 for each in self.extents) <= _TINY
        text = _write(self, is_seen=not is_tiny)
        around = [METADATA]
        for narrow in (False, True):
            if transpose_name(kind, narrow=narrow) in text:
                require_transpose(kind, narrow=narrow)
                around.append(declare_transpose(kind, narrow=narrow))
        if is_tiny:
            return text, around
        provide(self.name, "\n".join([*around, text]))
        return "", [f"declare void @{self.name}(ptr, ptr, ptr, i64) nounwind"]

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
    most = MOST_TURNED if second and min(one, other) > 1 else MOST_KNOWN
    return 0 < one * other <= most


def is_faster(extents: tuple[int, int, int], threads: int) -> bool:
    """Say whether code of our own is to be preferred to OpenBLAS with so many threads.

    Parameters
    ----------
    extents : tuple of int
        m, n and k, as far as the sizes of a program tell.
    threads : int
        That the library may use.

    Notes
    -----
    Measured with OpenBLAS 0.3.31 (its kernels for Haswell) on a Zen 5, in one thread,
    time of OpenBLAS / time of ours, float32 unless said, (m, k) (k, n), with vectors of
    64 bytes and of 32 bytes: 32x64x64 2.3, 1.2; 32x2x64 5.3, 3.7; 32x64x1 10, 8;
    200x6x2 2.4, 2.4; 4x3x4 in float64 14, 14; 128x64x10 1.7, 1.1; 128x128x128 2.0, 1.1;
    256x128x256 with A transposed 2.0, 1.0. Where B is larger than a cache, blocks are
    needed, which these products do not have; and they have one thread.
    """
    m, n, k = extents
    if k * n > MOST_KNOWN:
        return False
    return threads == 1 or m * n * k <= ONE_THREAD


def _write(product: SmallProduct, *, is_seen: bool) -> str:
    """Write the function of a product, in the way that suits it."""
    m, n, k = product.extents
    out = Lines(product.name, product.dtype, product.vector_bytes, is_seen=is_seen)
    first, second = product.transposed
    if first and m is not None and n is not None:
        functions = _transposed(out, m, n, product.accumulate)
    elif not first and n is not None and k is not None:
        functions = _plain(out, n, k, second, product.accumulate)
    else:
        raise ValueError(f"two extents of {product.name} have to be known")
    return "\n".join([out.end(), *functions])


def _plain(out: Lines, n: int, k: int, is_turned: bool, accumulate: bool) -> list[str]:
    """Write a product with n and k known."""
    costs = n * (k // out.lanes + _REDUCTION), k * -(-n // out.lanes)
    is_at_hand = is_turned or n == 1 or k * n <= MOST_TURNED
    if k >= out.lanes and costs[0] < costs[1] and is_at_hand:
        write_dots(out, n, k, "%b" if is_turned else _turned(out, k, n), accumulate)
        return []
    b = _turned(out, n, k) if is_turned else "%b"
    return write_tiles(out, Tiles("%count", n, k, k, 1), ("%c", "%a", b), accumulate)


def _transposed(out: Lines, m: int, n: int, accumulate: bool) -> list[str]:
    """Write a product with m and n known."""
    is_wide = 2 * n * -(-m // out.lanes) > m * -(-n // out.lanes)
    if is_wide or (n > 1 and m * n > MOST_TURNED):
        sizes = Tiles(m, n, "%count", 1, m)
        return write_tiles(out, sizes, ("%c", "%a", "%b"), accumulate)
    sizes = Tiles(n, m, "%count", 1, n)
    if n == 1:
        return write_tiles(out, sizes, ("%c", "%b", "%a"), accumulate)
    place = out.let(f"alloca [{m * n} x {out.real}], align 64", "turned")
    if accumulate:
        _call_transpose(out, place, "%c", m, n)
    functions = write_tiles(out, sizes, (place, "%b", "%a"), accumulate)
    _call_transpose(out, "%c", place, n, m)
    return functions


def _turned(out: Lines, rows: int, columns: int) -> str:
    """Write a transposition of B into memory on the stack, where it matters."""
    if 1 in (rows, columns):
        return "%b"
    place = out.let(f"alloca [{rows * columns} x {out.real}], align 64", "turned")
    _call_transpose(out, place, "%b", rows, columns)
    return place


def _call_transpose(out: Lines, to: str, source: str, rows: int, columns: int) -> None:
    name = transpose_name(out.kind, narrow=min(rows, columns) < out.lanes)
    out.put(f"call void @{name}(ptr {to}, ptr {source}, i64 {rows}, i64 {columns})")
