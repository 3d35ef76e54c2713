"""Mistakes in the step that treats the labelled class of each row differently."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from hubel.transforms.staged._case import Case, Explanation, greatest
from hubel.transforms.staged._circuit import Array, close
from hubel.transforms.staged._terms import fits_labels, labelled, parts


def wrong_labels(case: Case) -> Iterator[Explanation]:
    """Explain a step that is done at other places than ``[range(N), y]``."""
    if not any(fits_labels(y, case.wrong) for y in case.sheet.labels.values()):
        return
    use = f"use d{case.sheet.names.get(case.node, '')}[range(N), {{}}] -= ..."
    for _, part in parts(case):
        name = labelled(case, part)
        if name is not None:
            moved = case.wrong - (case.right - part)
            text = _where(moved, part, case.sheet.labels[name], case.sheet.rtol)
            if text:
                yield Explanation(f"{text}: {use.format(name)}")


def at_labels(case: Case) -> Iterator[Explanation]:
    """Explain a gradient that is wrong at the labels and nowhere else."""
    off = case.wrong - case.right
    name = labelled(case, off)
    if name is not None:
        at = greatest(np.abs(off))
        yield Explanation(
            f"is wrong at the labels only, [range(N), {name}]: at {list(at)} it is "
            f"{case.wrong[at]:.6g} and should be {case.right[at]:.6g}"
        )


def _where(moved: Array, part: Array, labels: Array, rtol: float) -> str | None:
    """Say where the step was done."""
    rows, count = np.arange(len(labels)), part.shape[1]
    step = part[rows, labels]
    columns = np.zeros_like(part)
    columns[:, labels] = step[:, None]
    if close(moved, columns, rtol):
        return "is changed in the columns of all labels, in every row"
    other = np.abs(moved).argmax(axis=1)
    only = np.zeros_like(part)
    only[rows, other] = step
    if not close(moved, only, rtol):
        return None
    shift = np.unique((other - labels) % count)
    if len(shift) == 1:
        by = int(shift[0]) if shift[0] <= count // 2 else int(shift[0]) - count
        return f"is off by one: it takes class {'y + 1' if by == 1 else f'y {by:+d}'}"
    if len(np.unique(other)) == 1:
        return f"takes class {other[0]} in every row, not the labelled one"
    return "takes other classes than the labelled ones"
