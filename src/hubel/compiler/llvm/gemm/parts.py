"""Products that several threads share: parts of the rows or columns of the result.

A part is a product of its own, with moved addresses and one extent less. Each element
is summed in the same order whoever does it, so that the threads change no bit.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from hubel.compiler import threads
from hubel.compiler.llvm.gemm.dots import Dots
from hubel.compiler.llvm.gemm.product import OwnProduct

_PIECE = 2**20
"""A part has at least so many multiplications: about 10 us."""

_PIECES = 2
"""Of each thread, in case another one gets on better; one where parts pack the same."""

NEEDED = "declare i64 @llvm.smin.i64(i64, i64)"
"""What a module declares that has parts."""


@dataclass(frozen=True)
class Parts:
    """How a product is cut.

    Attributes
    ----------
    own : OwnProduct
    axis : int
        0 for parts of the rows of the result, 1 for parts of its columns.
    unit : int
        So many rows or columns are never parted.
    points : int
        How many units there are.
    grain : int
        How many of them make a part.
    """

    own: OwnProduct
    axis: int
    unit: int
    points: int
    grain: int

    def lines(self, a: str, b: str, c: str) -> str:
        """Write the product of the units from ``%begin`` to ``%end``."""
        shape, real = self.own.shape, self.own.code.kind.real
        extent, turned = shape.extents[self.axis], shape.transposed[self.axis]
        row = shape.rows[self.axis]
        # rows of A, or columns of B, that lie side by side
        step = 1 if turned == (self.axis == 0) else row
        apart = shape.rows[2] if self.axis == 0 else 1
        places = [a, b]
        places[self.axis] = "%moved"
        numbers: list[int | str] = list(shape.extents)
        numbers[self.axis] = "%some"
        m, n, k = numbers
        left, right = places
        call = self.own.call(left, right, "%target", "%scratch", extents=(m, n, k))
        return f"""%first = mul i64 %begin, {self.unit}
  %beyond = mul i64 %end, {self.unit}
  %last = call i64 @llvm.smin.i64(i64 %beyond, i64 {extent})
  %some = sub i64 %last, %first
  %far = mul i64 %first, {step}
  %moved = getelementptr {real}, ptr {(a, b)[self.axis]}, i64 %far
  %across = mul i64 %first, {apart}
  %target = getelementptr {real}, ptr {c}, i64 %across
  {call}"""


def find_parts(own: OwnProduct, room: int) -> Parts | None:
    """Return how a product is to be cut; None where it is not worth it.

    ``room`` is how many bytes of scratch memory each thread has.
    """
    m, n, _ = own.shape.extents
    code, count = own.code, max(threads.loop_threads(), 2)
    axis = 1 if n > m else 0
    if isinstance(code, Dots):
        axis, unit, packs = 0, code.rows, True
    else:
        unit = code.units[axis]
        # what the other operand's packing does, every part does again
        packs = code.packed[(axis == 0) != code.swapped]
    most = math.prod(own.shape.extents) // _PIECE
    pieces = min(most, count if packs else count * _PIECES)
    points = -(-own.shape.extents[axis] // unit)
    if pieces < 2 or points < 2 or own.scratch > room:
        return None
    return Parts(own, axis, unit, points, -(-points // pieces))
