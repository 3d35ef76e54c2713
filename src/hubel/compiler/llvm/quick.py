"""The quick call: one straight-line function for plans that native code does whole.

A call costs about as much as what Python does around it, so nothing is decided there
that the plan tells. The text of the function is made from counts alone.
"""

from __future__ import annotations

import math
import struct
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

Array = Any

LARGE = 1 << 20
"""A new array of so many bytes costs more than all else: its pages are made first."""


@dataclass(frozen=True, slots=True)
class Quick:
    """What the function is made of.

    Attributes
    ----------
    inputs : int
        How many inputs there are.
    arrays, numbers : sequence of int
        Which of them are arrays and which are Python's numbers.
    bare : set of int
        Arrays without axes, for which NumPy's scalars may come.
    fresh : sequence of (shape, dtype)
        Arrays that are handed out.
    results : sequence of (str, object)
        ``input`` or ``fresh`` with its number; ``scalar`` or ``number`` with its
        memory.
    """

    inputs: int
    arrays: Sequence[int]
    numbers: Sequence[int]
    bare: set[int]
    fresh: Sequence[tuple[tuple[int, ...], np.dtype[Any]]]
    results: Sequence[tuple[str, Any]]


def quick_call(
    made: Quick,
    pack: Callable[..., None],
    view: memoryview,
    handle: Callable[[Array], int],
    enter: Callable[[], int],
) -> Callable[[Sequence[Array]], tuple[Array, ...] | int]:
    """Write the function: of the inputs, to the outputs or the status of a failure."""
    held: list[Any] = []
    scope: dict[str, Any] = {
        "array": np.asarray,
        "empty": np.empty,
        "enter": enter,
        "handle": handle,
        "pack": pack,
        "view": view,
        "held": held,
        "holders": _holders,
        "most": MOST_HOLDERS,
        "wrong": (struct.error, OverflowError),  # an int beyond 64 bits
    }
    names = [f"x{i}" for i in range(made.inputs)]
    lines = [f"{', '.join(names)}, = inputs"] if names else []
    lines += [f"x{i} = array(x{i})" for i in sorted(made.bare)]
    for i, (shape, dtype) in enumerate(made.fresh):
        scope[f"s{i}"], scope[f"d{i}"] = shape, dtype
        lines += _fresh(i, held, math.prod(shape) * dtype.itemsize)
    words = [f"handle(x{i})" for i in made.arrays]
    words += [f"handle(o{i})" for i in range(len(made.fresh))]
    words += [f"x{i}" for i in made.numbers]
    packed = f"pack({', '.join(['view', '0', *words])})"
    lines += [f"try: {packed}", "except wrong: return -1"]
    lines += ["status = enter()", "if status: return status"]
    found = _results(made, scope)
    lines.append(f"return ({''.join(each + ', ' for each in found)})")
    body = "\n    ".join(lines)
    exec(compile(f"def run(inputs):\n    {body}\n", "<hubel call>", "exec"), scope)
    run: Callable[[Sequence[Array]], tuple[Array, ...] | int] = scope["run"]
    return run


def _results(made: Quick, scope: dict[str, Any]) -> list[str]:
    """Write what is handed out."""
    found: list[str] = []
    for i, (kind, what) in enumerate(made.results):
        if kind in ("input", "fresh"):
            found.append(f"{'x' if kind == 'input' else 'o'}{what}")
            continue
        scope[f"m{i}"] = what.item if kind == "number" else what
        found.append(f"m{i}()" if kind == "number" else f"m{i}[()]")
    return found


def _fresh(i: int, held: list[Any], nbytes: int) -> list[str]:
    """Write how an array to hand out is made, or taken again if nobody has it."""
    if nbytes < LARGE or MOST_HOLDERS is None:
        return [f"o{i} = empty(s{i}, d{i})"]
    held.append(None)
    place = f"held[{len(held) - 1}]"
    return [
        f"o{i} = {place}",
        f"if o{i} is None or holders(o{i}) > most: o{i} = {place} = empty(s{i}, d{i})",
    ]


def _none(_: object) -> int:
    return 0


_holders: Callable[[object], int] = getattr(sys, "getrefcount", _none)


def _count_holders() -> int | None:
    """Count the references to what only a list and a variable hold; None if unknown."""
    if not getattr(sys, "_is_gil_enabled", lambda: True)():
        return None
    scope: dict[str, Any] = {"held": [object()], "holders": _holders}
    text = "def count():\n    each = held[0]\n    return holders(each)\n"
    exec(text, scope)
    alone = scope["count"]()
    other = scope["held"][0]
    more = scope["count"]()
    return alone if other is not None and 0 < alone < more else None


MOST_HOLDERS = _count_holders()
"""How many references an array has that was handed out and given up."""
