"""Find out how a wrong gradient came about: the most specific mistake that fits."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

import numpy as np

from hubel.transforms.staged._activations import activations
from hubel.transforms.staged._case import Case, Explanation, greatest
from hubel.transforms.staged._circuit import Array
from hubel.transforms.staged._forms import forms, other_shape, whole
from hubel.transforms.staged._labels import at_labels, wrong_labels
from hubel.transforms.staged._operands import operands, stale
from hubel.transforms.staged._terms import extra, terms


def explain(cases: Iterable[Case]) -> tuple[Case, Explanation]:
    """Explain one gradient, which may be meant for any of several nodes."""
    cases = list(cases)
    cases = [each for each in cases if each.node.shape == each.wrong.shape] or cases
    for mistakes in (_telling, _vague):
        for case in cases:
            for found in mistakes(case):
                return case, found
    return cases[0], _difference(cases[0])


def _telling(case: Case) -> Iterator[Explanation]:
    """List the mistakes that fit and that people make, the most telling first."""
    yield from forms(case)
    shape = other_shape(case)
    if shape is not None:
        yield shape
        return
    yield from stale(case)
    if case.right.size == 1:  # one number is some multiple of any other
        yield from activations(case)
        yield from operands(case)
    yield from whole(case, nice=True)
    yield from wrong_labels(case)
    yield from terms(case, nice=True)
    yield from at_labels(case)
    yield from extra(case)
    yield from activations(case)
    yield from operands(case)


def _vague(case: Case) -> Iterator[Explanation]:
    """List factors that fit, though nothing says where they come from."""
    yield from whole(case, nice=False)
    yield from terms(case, nice=False)


def _difference(case: Case) -> Explanation:
    """Say where a gradient is wrong, if nothing says how."""
    if case.wrong.size == 1:
        return Explanation(
            f"is {case.wrong.item():.6g}, but should be {case.right.item():.6g}"
        )
    off = np.abs(case.wrong - case.right)
    size = max(np.abs(case.right).max(initial=0), off.max())
    wrong = off > case.sheet.rtol * size
    index = greatest(off)
    at = f" at {list(index)}" if index else ""
    return Explanation(
        f"is wrong in {int(wrong.sum())} of {off.size} elements"
        f"{_condition(case, wrong)}, most{at}: it is {case.wrong[index]:.6g}, but "
        f"should be {case.right[index]:.6g}"
    )


CONDITIONS: dict[str, Callable[[Array], Array]] = {
    "is 0 (is it > or >=?)": lambda x: x == 0,
    "is positive": lambda x: x > 0,
    "is negative": lambda x: x < 0,
    "is not positive": lambda x: x <= 0,
}


def _condition(case: Case, wrong: Array) -> str:
    """Say which condition on a variable chooses the wrong elements."""
    if wrong.all():
        return ""
    for name, versions in case.sheet.arrays.items():
        own = name == case.handed.stage and case.node.is_leaf
        for version in () if own else versions:
            if np.shape(version.value) == wrong.shape:
                for text, holds in CONDITIONS.items():
                    if np.array_equal(holds(version.value), wrong):
                        return f", just where {name} {text}"
    return ""
