"""NumPy's functions that change an array: of a traced one, they make the next value."""

from __future__ import annotations

import math
from functools import partial
from typing import Any

import numpy as np

from hubel.errors import DTypeError, ShapeError
from hubel.gates._arithmetic import negative, positive
from hubel.gates._cast import astype
from hubel.gates._gather import picked_shape, scatter_add
from hubel.gates._given import as_value, known
from hubel.gates._index import read_index, take_apart, write_index
from hubel.gates._layout import np_ravel, reshape
from hubel.gates._sum import np_broadcast_to
from hubel.gates._take import as_index, in_bounds, np_resize
from hubel.gates._where import where as choose
from hubel.gates.define import dtype_of, implements, ndim_of, shape_of
from hubel.graph.refusal import refuse
from hubel.graph.registry import REDUCTIONS, Value
from hubel.graph.term import Term


def _set(array: Value, new: Value, name: str) -> None:
    """Write all elements of an array, which has to be traced."""
    if not isinstance(array, Term):
        raise refuse(
            f"{name} would write a traced value into a plain array",
            remedy="start from hb.zeros or hb.array(a); use np.broadcast_to(value, "
            "shape) in place of np.full, np.where in place of np.putmask",
        )
    array[...] = new  # type: ignore[index]


def _set_flat(array: Value, places: Value, values: Value, name: str) -> None:
    """Write at places that count the elements in C order; values are repeated."""
    size = shape_of(places)
    new = write_index(np_ravel(array), places, np_resize(np_ravel(values), size))
    _set(array, reshape(new, shape=shape_of(array)), name)


@implements(np.copyto)
def np_copyto(
    dst: Value, src: Value, casting: Any = "same_kind", where: Value = True
) -> None:
    """Mean what ``np.copyto`` means."""
    src = as_value(src)
    if not np.can_cast(dtype_of(src), dtype_of(dst), casting):
        raise DTypeError(
            f"np.copyto of {dtype_of(src)} into {dtype_of(dst)} with {casting=}",
            remedy="cast with .astype first",
        )
    if where is not True:
        src = choose(as_value(where), astype(src, dtype=dtype_of(dst)), dst)
    _set(dst, src, "np.copyto")


@implements(np.put)
def np_put(a: Value, ind: Value, v: Value, mode: str = "raise") -> None:
    """Mean what ``np.put`` means."""
    places = in_bounds(as_index(ind), int(np.prod(shape_of(a))), mode)
    _set_flat(a, np_ravel(places), as_value(v), "np.put")


@implements(np.place)
def np_place(arr: Value, mask: Value, vals: Value) -> None:
    """Mean what ``np.place`` means; the mask is static."""
    places = np.flatnonzero(known(mask, "the mask of np.place", "use np.where"))
    _set_flat(arr, places, as_value(vals), "np.place")


@implements(np.putmask)
def np_putmask(a: Value, mask: Value, values: Value) -> None:
    """Mean what ``np.putmask`` means: the values are repeated to the shape of ``a``."""
    if shape_of(mask) != shape_of(a):
        raise ShapeError(
            f"np.putmask of a mask of shape {shape_of(mask)} for shape {shape_of(a)}",
            remedy="use np.where, which broadcasts",
        )
    spread = astype(np_resize(as_value(values), shape_of(a)), dtype=dtype_of(a))
    _set(a, choose(as_value(mask), spread, a), "np.putmask")


@implements(np.fill_diagonal)
def np_fill_diagonal(a: Value, val: Value, wrap: bool = False) -> None:
    """Mean what ``np.fill_diagonal`` means."""
    places = _diagonal_places(shape_of(a), wrap)
    _set_flat(a, places, as_value(val), "np.fill_diagonal")


def _diagonal_places(shape: tuple[int, ...], wrap: bool) -> Any:
    """Give the places, in C order, of the elements with equal indices."""
    numbers = np.arange(int(np.prod(shape))).reshape(shape)
    if len(shape) == 2:
        end = None if wrap else shape[1] * shape[1]
        return numbers.reshape(-1)[: end : shape[1] + 1]
    if len(shape) < 2 or len(set(shape)) != 1:
        raise ShapeError(
            f"np.fill_diagonal of an array of shape {shape}",
            remedy="give at least 2 axes, all equally long if they are more than 2",
        )
    return numbers[(np.arange(shape[0]),) * ndim_of(numbers)]


def _added_at(sign: Any, a: Value, indices: Any, b: Value) -> None:
    """Add to the elements that an index picks, as often as it picks them."""
    shape, parts = shape_of(a), take_apart(shape_of(a), indices)
    if not parts.arrays or parts.basic or parts.order:
        numbers = np.arange(math.prod(shape)).reshape(shape)
        places = read_index(numbers, indices)
        new = np_ravel(_spread(sign, a, b, shape_of(places)))
        flat = scatter_add(new, np_ravel(places), axis=0, shape=(numbers.size,))
        total = reshape(flat, shape=shape)
    else:
        indexed = tuple(map(shape_of, parts.arrays))
        new = _spread(sign, a, b, picked_shape(shape, indexed, parts.axis))
        total = scatter_add(new, *parts.arrays, axis=parts.axis, shape=shape)
    _set(a, a + total, "ufunc.at")


def _spread(sign: Any, a: Value, b: Value, shape: tuple[int, ...]) -> Value:
    """Give what is to be added to each element that is picked."""
    return astype(sign(np_broadcast_to(as_value(b), shape)), dtype=dtype_of(a))


REDUCTIONS[np.add, "at"] = partial(_added_at, positive)
REDUCTIONS[np.subtract, "at"] = partial(_added_at, negative)
