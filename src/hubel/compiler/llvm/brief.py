"""What is compiled quickly, as it takes little of a plan's time anyhow.

A brief kernel has one loop where others have two, and one vector at a time; only very
few columns are written out. It takes up to three times as long, and is compiled in half
the time. A small product by the library costs a few microseconds more than code of our
own, and nothing to compile.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from hubel.compiler.llvm.work import work_of
from hubel.compiler.lower import KernelCall
from hubel.compiler.native import NativePlan, ProductCall, Step

SHARE = 1 / 200
"""Of the work of a plan, up to which a kernel or a product is minor."""

LONG = 10**8
"""A plan with more operations takes at least half a millisecond."""

_BYTE = 2
"""What it costs to move a byte, in operations of a product."""


@dataclass(frozen=True, slots=True)
class Brief:
    """What of a plan is minor.

    Attributes
    ----------
    kernels : frozenset of str
        Keys of kernels whose calls together do little of the work.
    products : frozenset of ProductCall
        Products in long plans that do little of the work.
    """

    kernels: frozenset[str] = frozenset()
    products: frozenset[ProductCall] = frozenset()


def find_brief(plan: NativePlan) -> Brief:
    """Find what takes little of a plan's time."""
    works = [_work(step) for step in plan.steps]
    whole = sum(works)
    by_key: Counter[str] = Counter()
    products: set[ProductCall] = set()
    for step, work in zip(plan.steps, works, strict=True):
        if isinstance(step, KernelCall):
            by_key[step.kernel.key] += work
        elif isinstance(step, ProductCall) and work <= SHARE * whole:
            products.add(step)
    kernels = [key for key, work in by_key.items() if work <= SHARE * whole]
    return Brief(frozenset(kernels), frozenset(products if whole > LONG else ()))


def _work(step: Step) -> int:
    work = work_of(step)
    return round(work.operations) + _BYTE * work.nbytes
