"""A loop in two: several vectors at a time, then what is left over."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from hubel.compiler.kernel import Statement
from hubel.compiler.llvm.primitives import LIBRARY
from hubel.compiler.llvm.scalar import FOURFOLD, PARALLEL, REST, TWOFOLD, Code
from hubel.compiler.llvm.serial import is_serial

MOST_LANES = 16
"""Of float32 in the widest vectors."""

COSTLY = 20
"""About how many instructions a function of the library is."""

MOST = {4: 100, 2: 250}
"""So many instructions a loop may have of which so many vectors go side by side.

More would not fit into the registers, and would take long to compile.
"""

_METADATA = {4: FOURFOLD, 2: TWOFOLD, 1: PARALLEL}


class Span(NamedTuple):
    """A part of a loop: from where to where, and LLVM's metadata for it."""

    start: str
    stop: str
    metadata: str


def side_by_side(body: Iterable[Statement], most: int) -> int:
    """Return how many vectors a loop takes at a time: 4, 2 or 1.

    What one waits for, such as the next step of a polynomial, the others fill.
    """
    work = sum(COSTLY if each.op in LIBRARY else 1 for each in body)
    return next((n for n, limit in MOST.items() if n <= most and work <= limit), 1)


def spans(
    code: Code, start: str, stop: str, body: Sequence[Statement], *, short: bool
) -> Iterator[Span]:
    """Cut a loop of independent iterations.

    Parameters
    ----------
    code : Code
    start, stop : str
        The start is a multiple of 4 vectors.
    body : sequence of Statement
    short : bool
        Whether the loop is likely to be short: then fewer vectors go side by side, so
        that less is left over.
    """
    if is_serial(body):
        yield Span(start, stop, PARALLEL)
        return
    if code.brief:
        yield Span(start, stop, REST)
        return
    most = 2 if short else 4
    middle = cut(code, start, stop, most * MOST_LANES)
    yield Span(start, middle, _METADATA[side_by_side(body, most)])
    yield Span(middle, stop, REST)


def cut(code: Code, start: str, stop: str, step: int) -> str:
    """Return the last place that is a multiple of steps, of a power of 2, away."""
    if start == "0":
        return code.value(f"and i64 {stop}, -{step}")
    count = code.value(f"sub nsw i64 {stop}, {start}")
    whole = code.value(f"and i64 {count}, -{step}")
    return code.value(f"add nsw i64 {start}, {whole}")
