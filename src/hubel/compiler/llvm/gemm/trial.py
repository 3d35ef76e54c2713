"""Code of our own is tried out before it is relied on."""

from __future__ import annotations

from typing import Any

import numpy as np

from hubel.compiler.llvm.gemm.blocks import Blocked
from hubel.compiler.llvm.gemm.dots import Dots
from hubel.compiler.llvm.gemm.product import OwnProduct, Shape

_SPARE = 3
_DEPTH = 45


def is_right(code: Blocked | Dots) -> bool:
    """Compare a product with tiles that are not full with one in float64.

    The numbers are small and whole, so that nothing is rounded.
    """
    dots = isinstance(code, Dots)
    kind = code.kind
    if dots:
        m, n, transposed = 2 * code.rows + 1, code.columns, (False, code.transposed)
        blocks = 2 * kind.lanes, code.rows, n
    else:
        rows, columns = _sizes(code)
        m, n = (columns, rows) if code.swapped else (rows, columns)
        transposed = code.transposed
        blocks = 2 * kind.lanes, code.tile.rows, code.tile.columns
    extents = m, n, _DEPTH
    shapes = _memory(extents, transposed)
    arrays = [_counted(*each, kind.memory) for each in shapes]
    first, second, third = (each.shape[1] for each in arrays)
    apart = first, second, third
    shape = Shape(kind.dtype, extents, apart, transposed, code.accumulate)
    wanted = arrays[2].astype(float)
    a, b = (
        each[:height, :width].astype(float)
        for each, (height, width) in zip(arrays[:2], shapes[:2], strict=True)
    )
    result = (a.T if transposed[0] else a) @ (b.T if transposed[1] else b)
    wanted[:m, :n] = result + wanted[:m, :n] * code.accumulate
    OwnProduct(shape, code, blocks).caller(arrays)()
    return bool(np.array_equal(arrays[2], wanted))


def _sizes(code: Blocked) -> tuple[int, int]:
    """Return rows and columns whose last tiles are as the code takes them."""
    tile, lanes = code.tile, code.kind.lanes
    rows = 2 * tile.rows + (tile.rows // 2) * code.left[0]
    columns = tile.columns * (tile.vectors in code.vectors)
    narrow = (code.vectors[-1] - 1) * lanes + lanes // 2
    return rows, columns + narrow * code.left[1]


def _memory(
    extents: tuple[int, int, int], transposed: tuple[bool, bool]
) -> list[tuple[int, int]]:
    """Return the shapes of A, B and C as they are in memory."""
    m, n, k = extents
    first, second = transposed
    return [(k, m) if first else (m, k), (n, k) if second else (k, n), (m, n)]


def _counted(rows: int, columns: int, dtype: str) -> np.ndarray[Any, Any]:
    """Return a matrix of small whole numbers, with spare columns and a spare row."""
    count = (rows + 1) * (columns + _SPARE)
    numbers = (np.arange(count) * 7 + rows) % 11 - 5.0
    return numbers.astype(dtype).reshape(rows + 1, -1)
