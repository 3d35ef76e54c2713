"""Which loops several threads may share, and how they are cut.

A kernel's function takes addresses and extents, so a part of its first axis is the same
function with moved addresses and fewer points. That serves where no point of the first
axis has anything to do with another but a total, and where there is work enough to be
worth it. The rows of a sweep are cut in the same way.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from hubel.compiler.kernel import ELEMENT, Kernel, Statement
from hubel.compiler.llvm.emit import scratch_rows
from hubel.compiler.llvm.partials import MOST_BLOCKS, Totals, find_totals
from hubel.compiler.llvm.pool import SCRATCH
from hubel.compiler.llvm.sweep import is_divisible as has_free_rows
from hubel.compiler.lower import KernelCall
from hubel.compiler.phases import CHEAP
from hubel.compiler.sweep import EACH, Sweep

PIECE = 400_000
"""A piece has at least this work, in cheap operations on four bytes: about 10 us."""

_DEAR = 10
"""A primitive that is not cheap takes as long as so many that are."""

_WHOLE = 64
"""Pieces of single elements are multiples of this: whole vectors, whole cache lines."""


@dataclass(frozen=True, slots=True)
class Cut:
    """How a kernel is cut.

    Attributes
    ----------
    points : int
        The extent of the first axis.
    grain : int
        The fewest points that are worth a piece; with totals, how many make a block.
    steps : tuple of int
        How many bytes each operand moves on from one point to the next.
    totals : Totals
        What the points have in common.
    """

    points: int
    grain: int
    steps: tuple[int, ...]
    totals: Totals

    @property
    def blocks(self) -> int:
        """How many blocks there are."""
        return -(-self.points // self.grain)


def find_cut(call: KernelCall) -> Cut | None:
    """Return how a kernel is to be cut, or None where it is not."""
    if not call.space or not is_divisible(call):
        return None
    row = -(-8 * call.space[-1] // 64) * 64
    if scratch_rows(call.kernel) * row > SCRATCH:
        return None
    each = work(call.kernel) * math.prod(call.space[1:])
    single = len(call.space) == 1 or call.kernel.columns is not None
    points = call.space[0]
    grain = _grain(points, each, single)
    totals = find_totals(call)
    if not grain or totals is None:
        return None
    if totals.partials:
        unit = _WHOLE if single else 1
        grain = max(grain, -(-points // (MOST_BLOCKS * unit)) * unit)
    sizes = [array.root.dtype.itemsize for array in call.arrays]
    steps = [a.strides[0] * n for a, n in zip(call.arrays, sizes, strict=True)]
    return Cut(points, grain, tuple(steps), totals)


def find_rows(sweep: Sweep) -> int:
    """Return the fewest rows of a sweep that are worth a piece; 0: it is not cut."""
    if not has_free_rows(sweep):
        return 0
    each = sum(_weight(sweep.body[i]) for i in sweep.at(EACH))
    return _grain(sweep.rows, each, True)


def _grain(points: int, each: int, single: bool) -> int:
    """Return how many points make a piece; 0 if there are too few for two of them."""
    unit = _WHOLE if single else 1
    grain = -(-PIECE // (max(each, 1) * unit)) * unit
    return grain if points >= 2 * grain else 0


def is_divisible(call: KernelCall) -> bool:
    """Whether the points of the first axis have nothing but totals in common."""
    kernel = call.kernel
    for number, each in enumerate(kernel.body):
        match each.op:
            case "index" if each.value == 0:
                return False
            case "reduce" if kernel.rank == 1 and not _is_total(kernel, number):
                return False
            case "store" | "accumulate_at" if not call.arrays[each.operand].strides[0]:
                return False
            case _:
                pass
    return True


def _is_total(kernel: Kernel, number: int) -> bool:
    """Whether a reduction goes into a total of the same kind and nowhere else."""
    uses = [each for each in kernel.body if number in each.args]
    how = kernel.body[number].value
    return all(each.op == "accumulate" and each.value == how for each in uses)


def work(kernel: Kernel) -> int:
    """Return the work for one element, in cheap operations on four bytes."""
    pairs = zip(kernel.body, kernel.levels, strict=True)
    return sum(_weight(each) for each, level in pairs if level == ELEMENT)


def _weight(each: Statement) -> int:
    if each.op in ("constant", "index"):
        return 0
    wide = 2 if each.dtype in ("float64", "int64", "uint64") else 1
    cheap = each.op in CHEAP or each.is_effect or each.op in ("reduce", "fold")
    return wide * (1 if cheap else _DEAR)


def part_text(name: str, lines: str, call: str, requires: bool, more: str = "") -> str:
    """Write the function that does a part of a loop.

    Parameters
    ----------
    name : str
        Of the function.
    lines : str
        What computes what is given to the call.
    call : str
        The call of the loop's function; its status word is ``%status`` if
    requires : bool
        says that it may report that a value is not as it has to be.
    more : str
        Another parameter.
    """
    before, after = "", ""
    if requires:  # parts that report at the same time lose nothing
        before = "  %status = alloca i64\n  store i64 0, ptr %status\n"
        after = (
            "  %bad = load i64, ptr %status\n"
            "  %seen = atomicrmw or ptr @hubel.status, i64 %bad monotonic\n"
        )
    return (
        f"define internal void @{name}(i64 %begin, i64 %end, ptr %scratch{more}) {{\n"
        f"{before}{lines}\n  {call}\n{after}  ret void\n}}"
    )
