"""Which of our own ways is likely the fastest for a product: by counting."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from typing import Any

from hubel.compiler.llvm.gemm.blocks import Blocked
from hubel.compiler.llvm.gemm.dots import Dots
from hubel.compiler.llvm.gemm.machine import Machine, kind_of
from hubel.compiler.llvm.gemm.micro import Tile
from hubel.compiler.llvm.gemm.product import OwnProduct, Shape

_MOVED = 16.0
"""What it costs to pack or transpose a number, in multiplications of numbers.

Measured on a Zen 5 with vectors of 64 bytes: half a cycle a number, in which 16 numbers
are multiplied; reading a number where it is costs a fraction of that.
"""

_READ = _MOVED / 6, _MOVED / 3
"""The same for a number of S, and of V, that is read where it is."""

_FEW = 12
"""The most columns of a product by dots."""

_ALIASED = 4096
"""Rows that are a multiple of so many bytes apart share few places of a cache."""

_DENSE = 32
"""Bytes of a line of memory, half of what is usual."""

_FEW_WAYS = 8
"""So many of them are sure to have room there beside what else is read."""

_OFTEN = 16
"""What shares places of a cache and is read more often than this is packed."""


_MANY = 2**20
"""Multiplications that make it worth while to have code for few columns."""


def has_few(shape: Shape) -> bool:
    """Say whether a product has few columns and much to multiply.

    Notes
    -----
    Such products are twice as fast here as small products with known extents, which
    are faster where there are more columns: measured on a Zen 5, GFLOP/s of those and
    of these, 200x3072 3072x10: 118, 202; 3072x200 200x10: 77, 182; 200x784 784x64: 250,
    196.
    """
    return shape.extents[1] <= _FEW and math.prod(shape.extents) >= _MANY


@cache
def propose(shape: Shape, machine: Machine) -> OwnProduct:
    """Return our own code for a product, with its blocks."""
    return min(_ways(shape, machine), key=lambda way: _cost(way, shape))


def _ways(shape: Shape, machine: Machine) -> Iterator[OwnProduct]:
    """Give all ways to do a product."""
    kind = kind_of(machine, shape.dtype)
    for swapped in (False, True):
        for rows, vectors in machine.tiles:
            tile = Tile(kind, rows, vectors)
            code = Blocked(tile, shape.transposed, swapped, shape.accumulate)
            yield _blocked(shape, machine, code)
    n = shape.extents[1]
    if kind.steps > 1:
        return
    if n <= min(_FEW, machine.sums) and not shape.transposed[0]:
        code = Dots(kind, machine.sums // n, n, shape.transposed[1], shape.accumulate)
        yield _dots(shape, machine, code)


def _blocked(shape: Shape, machine: Machine, code: Blocked) -> OwnProduct:
    """Choose the blocks of a product by tiles, and what is read where it is."""
    m, n, k = shape.extents
    tile, kind = code.tile, code.tile.kind
    rows, columns = (n, m) if code.swapped else (m, n)
    strides = shape.rows[1::-1] if code.swapped else shape.rows[:2]
    uses = columns / tile.columns, rows / tile.rows
    aliased = tuple(stride * kind.size % _ALIASED == 0 for stride in strides)
    first, second = (
        not alike or often <= _OFTEN for often, alike in zip(uses, aliased, strict=True)
    )
    # of each line of S that is fetched, a step of k should use a good part
    is_dense = tile.rows * kind.size >= _DENSE or strides[0] * kind.size <= _ALIASED / 4
    first = first and (code.packs[0] or is_dense)
    direct = first, second and not code.packs[1]
    if kind.steps > 1:
        direct = False, False
    code = replace(code, direct=direct, **_ends(rows, columns, tile))
    deep = direct[1] and not aliased[1]
    depth = machine.depth * (1 + deep) // kind.size
    blocks = (
        even(k, depth, kind.lanes * kind.steps),
        even(rows, machine.high, tile.rows),
        even(columns, _wide(code, machine), tile.columns),
    )
    return OwnProduct(shape, code, blocks)


def _wide(code: Blocked, machine: Machine) -> int:
    """Return how many columns a block has; for each all of S is packed again."""
    return machine.wide * (1 if code.direct[0] else 2) // code.kind.size


def _ends(rows: int, columns: int, tile: Tile) -> dict[str, Any]:
    """Return what is to be known of the last tiles: their code is made or is not."""
    whole, left = divmod(columns, tile.columns)
    widths = {tile.vectors} if whole else set[int]()
    if left:
        widths.add(-(-left // tile.kind.lanes))
    return {
        "left": (rows % tile.rows > 0, left > 0),
        "widths": tuple(sorted(widths, reverse=True)),
    }


def _dots(shape: Shape, machine: Machine, code: Dots) -> OwnProduct:
    """Choose the blocks of a product by dots."""
    m, n, k = shape.extents
    most = machine.near // (n * code.kind.size)
    blocks = even(k, most, code.kind.lanes), even(m, machine.high, code.rows), n
    return OwnProduct(shape, code, blocks)


def even(extent: int, most: int, unit: int) -> int:
    """Return the size of blocks that are even, of whole units and at most so large.

    Examples
    --------
    >>> even(3072, 384, 16), even(200, 384, 16), even(100, 60, 8)
    (384, 208, 56)
    """
    most = max(most - most % unit, unit)
    count = -(-extent // most)
    return _up(-(-extent // count), unit)


def _cost(way: OwnProduct, shape: Shape) -> float:
    """Count multiplications, those that are for nothing too, and what is moved."""
    m, n, k = shape.extents
    code = way.code
    if isinstance(code, Dots):
        lanes = code.kind.lanes
        rows, depth = _up(m, code.rows), _up(k, lanes)
        turns = rows * n * -(-k // way.blocks[0])
        return rows * n * depth / _fill(code.rows * n) + _MOVED * (k * n + 4 * turns)
    return _cost_of_tiles(way, code, shape)


def _cost_of_tiles(way: OwnProduct, code: Blocked, shape: Shape) -> float:
    """Do the same for tiles."""
    m, n, k = shape.extents
    k = -(-k // code.kind.steps)
    tile, lanes = code.tile, code.tile.kind.lanes
    rows, columns = (n, m) if code.swapped else (m, n)
    depth = k + 8  # a tile begins and ends
    cost = 0.0
    vectors = -(-columns // lanes)
    for width in (tile.vectors, vectors % tile.vectors):
        if width:
            count = vectors // tile.vectors * width if width == tile.vectors else width
            cost += count / _fill(tile.rows * width)
    cost *= _up(rows, tile.rows) * lanes * depth
    repeated = -(-columns // way.blocks[2]), 1
    panels = tile.rows, tile.columns
    sides = zip(code.direct, (rows, columns), _READ, repeated, panels, strict=True)
    for direct, extent, read, times, panel in sides:
        packed = _MOVED * times * _up(panel, lanes) / panel
        cost += extent * k * (read if direct else packed)
    if code.packs[0] and code.direct[0] and tile.rows > _FEW_WAYS:
        stride = shape.rows[1] if code.swapped else shape.rows[0]
        cost *= 1.0 + 0.1 * (stride * tile.kind.size % _ALIASED == 0)
    return cost + _MOVED * m * n * code.swapped


def _up(extent: int, unit: int) -> int:
    return -(-extent // unit) * unit


def _fill(sums: int) -> float:
    """Return the share of the machine's speed that so many sums reach."""
    return min(1.0, 0.92 + 0.004 * sums) * min(1.0, sums / 12)
