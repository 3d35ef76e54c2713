"""Splitting: slices that together are the array."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

import numpy as np

from hubel.errors import ShapeError
from hubel.gates._given import known
from hubel.gates._slice import place, slice_of, span, trimmed
from hubel.gates.define import implements, ndim_of, normal_axis, shape_of
from hubel.graph.registry import NUMPY, Value

Sections = int | Sequence[int]


def slice_along(x: Value, part: slice | int, axis: int) -> Value:
    """Take a slice, or one position, along an axis."""
    shape = shape_of(x)
    before = tuple([(0, n, 1) for n in shape[:axis]])
    if isinstance(part, slice):
        return slice_of(x, index=trimmed((*before, span(part, shape[axis])), shape))
    return slice_of(x, index=(*before, place(part, shape[axis], axis)))


@implements(np.array_split)
def np_array_split(
    ary: Value, indices_or_sections: Sections, axis: int = 0
) -> list[Value]:
    """Mean what ``np.array_split`` means."""
    axis = normal_axis(axis, ndim_of(ary))
    given: Any = known(indices_or_sections, "where np.split cuts")
    if given.ndim:
        cuts = [None, *(int(i) for i in given), None]
    else:
        cuts = _equal_cuts(shape_of(ary)[axis], int(given))
    pairs = itertools.pairwise(cuts)
    return [slice_along(ary, slice(start, stop), axis) for start, stop in pairs]


def _equal_cuts(length: int, sections: int) -> list[int | None]:
    """Cut a length into sections, the first ones longer by one where it must be."""
    if sections <= 0:
        raise ShapeError(f"{sections} sections: an array is split into 1 or more")
    each, longer = divmod(length, sections)
    return [i * each + min(i, longer) for i in range(sections + 1)]


@implements(np.split)
def np_split(ary: Value, indices_or_sections: Sections, axis: int = 0) -> list[Value]:
    """Mean what ``np.split`` means."""
    if isinstance(indices_or_sections, int | np.integer):
        length = shape_of(ary)[normal_axis(axis, ndim_of(ary))]
        if indices_or_sections <= 0 or length % indices_or_sections:
            raise ShapeError(
                f"axis {axis} of length {length} does not split into "
                f"{indices_or_sections} equal sections",
                remedy="use np.array_split, which allows unequal ones",
            )
    return np_array_split(ary, indices_or_sections, axis)


def _needing(ndim: int, ary: Value, name: str) -> None:
    if ndim_of(ary) < ndim:
        raise ShapeError(
            f"{name} needs at least {ndim} axes, this array has {ndim_of(ary)}"
        )


@implements(np.hsplit)
def np_hsplit(ary: Value, indices_or_sections: Sections) -> list[Value]:
    """Mean what ``np.hsplit`` means."""
    _needing(1, ary, "np.hsplit")
    return np_split(ary, indices_or_sections, 1 if ndim_of(ary) > 1 else 0)


@implements(np.vsplit)
def np_vsplit(ary: Value, indices_or_sections: Sections) -> list[Value]:
    """Mean what ``np.vsplit`` means."""
    _needing(2, ary, "np.vsplit")
    return np_split(ary, indices_or_sections, 0)


@implements(np.dsplit)
def np_dsplit(ary: Value, indices_or_sections: Sections) -> list[Value]:
    """Mean what ``np.dsplit`` means."""
    _needing(3, ary, "np.dsplit")
    return np_split(ary, indices_or_sections, 2)


def np_unstack(x: Value, /, *, axis: int = 0) -> tuple[Value, ...]:
    """Mean what ``np.unstack`` means."""
    axis = normal_axis(axis, ndim_of(x))
    return tuple(slice_along(x, i, axis) for i in range(shape_of(x)[axis]))


if hasattr(np, "unstack"):  # pragma: no branch, NumPy 2.1
    NUMPY[np.unstack] = np_unstack
