"""The quick call: one straight-line function for plans that native code does whole.

A call costs about as much as what Python does around it, so nothing is decided there
that the plan tells. The text of the function is made from counts alone.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

Array = Any


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
    scope: dict[str, Any] = {
        "array": np.asarray,
        "empty": np.empty,
        "enter": enter,
        "handle": handle,
        "pack": pack,
        "view": view,
        "wrong": (struct.error, OverflowError),  # an int beyond 64 bits
    }
    names = [f"x{i}" for i in range(made.inputs)]
    lines = [f"{', '.join(names)}, = inputs"] if names else []
    lines += [f"x{i} = array(x{i})" for i in sorted(made.bare)]
    for i, (shape, dtype) in enumerate(made.fresh):
        scope[f"s{i}"], scope[f"d{i}"] = shape, dtype
        lines.append(f"o{i} = empty(s{i}, d{i})")
    words = [f"handle(x{i})" for i in made.arrays]
    words += [f"handle(o{i})" for i in range(len(made.fresh))]
    words += [f"x{i}" for i in made.numbers]
    packed = f"pack({', '.join(['view', '0', *words])})"
    lines += [f"try: {packed}", "except wrong: return -1"]
    lines += ["status = enter()", "if status: return status"]
    found: list[str] = []
    for i, (kind, what) in enumerate(made.results):
        if kind in ("input", "fresh"):
            found.append(f"{'x' if kind == 'input' else 'o'}{what}")
            continue
        scope[f"m{i}"] = what.item if kind == "number" else what
        found.append(f"m{i}()" if kind == "number" else f"m{i}[()]")
    lines.append(f"return ({''.join(each + ', ' for each in found)})")
    body = "\n    ".join(lines)
    exec(compile(f"def run(inputs):\n    {body}\n", "<hubel call>", "exec"), scope)
    run: Callable[[Sequence[Array]], tuple[Array, ...] | int] = scope["run"]
    return run
