"""Mistakes that show in the gradient as a whole: shape, transpose, sign, factor."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import numpy as np

from hubel.gates._sum import unbroadcast
from hubel.transforms.staged._case import Case, Explanation, collinear, greatest
from hubel.transforms.staged._circuit import Array, close


def forms(case: Case) -> Iterator[Explanation]:
    """Explain a shape, or values that are right but for their order."""
    wrong, right, rtol = case.wrong, case.right, case.sheet.rtol
    if not np.isfinite(wrong).all():
        index = greatest(~np.isfinite(wrong))
        yield Explanation(f"is {wrong[index]} at {list(index)}")
    if wrong.ndim > 1 and close(wrong.T, right, rtol):
        yield Explanation("is transposed")
    if wrong.shape == right.shape:
        if not wrong.any() and right.any():
            yield Explanation("is zero everywhere")
    else:
        yield from _unsummed(case)
        if wrong.size == right.size and close(wrong.ravel(), right.ravel(), rtol):
            yield Explanation(
                f"has the right values, but shape {wrong.shape} in place of "
                f"{right.shape}"
            )
    yield from _other_sums(case)


def other_shape(case: Case) -> Explanation | None:
    """Say no more than that the shape is wrong."""
    wrong, right = case.wrong.shape, case.right.shape
    if wrong == right:
        return None
    turned = ", that of the transpose" if wrong == right[::-1] else ""
    return Explanation(f"has shape {wrong}{turned}; it should have {right}")


def whole(case: Case, nice: bool) -> Iterator[Explanation]:
    """Explain a sign or a factor of the whole gradient.

    A factor that no known number explains is one only if there are several elements.
    """
    factor = collinear(case.wrong, case.right, case.sheet.rtol)
    if factor is None or (case.right.size == 1 and not nice):
        return
    if case.sheet.numbers.is_nice(factor) == nice:
        yield Explanation(case.sheet.numbers.times(factor))


def _unsummed(case: Case) -> Iterator[Explanation]:
    """Explain a gradient that has the axes over which its value was broadcast."""
    wrong, right = case.wrong, case.right
    try:
        fits = np.broadcast_shapes(wrong.shape, right.shape) == wrong.shape
    except ValueError:
        return
    if fits and wrong.size > right.size:
        summed = unbroadcast(wrong, right.shape)
        if close(summed, right, case.sheet.rtol):
            axes = ", ".join(map(str, range(wrong.ndim - right.ndim))) or "0"
            yield Explanation(
                f"has shape {wrong.shape} in place of {right.shape}: sum it over axis "
                f"{axes}, over which {case.name_of(case.node)} was broadcast"
            )


def _other_sums(case: Case) -> Iterator[Explanation]:
    """Explain a broadcast value whose gradient was summed in another way."""
    for node in case.nearest:
        if case.node in set(node.inputs) and node.shape != case.node.shape:
            g = case.arriving.get(node)
            if g is not None and g.shape == node.shape:
                for array, text in _reduced(g):
                    if array.shape == case.wrong.shape and case.fits(array):
                        yield Explanation(
                            f"{text}; {case.name_of(case.node)} was broadcast to "
                            f"{node.shape}, so sum over what was added to its shape"
                        )


def _reduced(g: Array) -> Iterator[tuple[Array, str]]:
    """List what people do to a gradient to bring it to the shape of a bias."""
    axes = range(g.ndim)
    for count in range(1, g.ndim + 1):
        for chosen in itertools.combinations(axes, count):
            for keep in (False, True):
                listed = ", ".join(map(str, chosen))
                yield g.sum(chosen, keepdims=keep), f"is summed over axis {listed}"
                yield g.mean(chosen, keepdims=keep), f"is the mean over axis {listed}"
    if g.ndim > 1 and len(g):
        yield g[0], "is that of the first example only"
        yield g[-1], "is that of the last example only"
