"""Products in which zero times anything is zero, and arrays that stay as they are.

A zero of a Jacobian says that nothing flows, so it stays zero beside an infinite or NaN
factor, on whichever side it is. A zero that is stored as a number and one that is left
out, because it is known, then give the same answers.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hubel.errors import DTypeError, ShapeError

Array = np.ndarray[Any, np.dtype[Any]]
Index = NDArray[np.intp]
Shape = tuple[int, ...]

LIMIT = 8 * 2**30
"""The bytes above which nothing is written down densely unless the caller says so."""


def size_of(shape: Shape) -> int:
    """Return the number of elements of a shape."""
    size = 1
    for length in shape:
        size *= length
    return size


def frozen(values: ArrayLike) -> Array:
    """Return a read-only view of floating or complex numbers; others become float64."""
    array = np.asarray(values)
    if array.dtype.kind in "biu":
        array = array.astype(np.float64)
    if array.dtype.kind not in "fc":
        raise DTypeError(
            f"a Jacobian holds real or complex numbers, not {array.dtype}.",
            remedy="Convert it first: array.astype(float)",
        )
    return locked(array)


def locked(array: ArrayLike) -> Array:
    """Return a read-only view of an array."""
    view = np.asarray(array).view()
    view.flags.writeable = False
    return view


def times(left: ArrayLike, right: ArrayLike) -> Array:
    """Multiply elementwise; zero times anything is zero.

    Examples
    --------
    >>> times(np.array([0.0, np.inf, 2.0]), np.array([np.nan, 0.0, 3.0]))
    array([0., 0., 6.])
    """
    with np.errstate(all="ignore"):
        product = np.asarray(np.multiply(left, right))
        # Zero times infinity or NaN is NaN, and so is then the sum.
        if np.isnan(product.sum()):
            zero = np.equal(left, 0) | np.equal(right, 0)
            product = np.where(zero, product.dtype.type(0), product)
    return product


def matmul(left: Array, right: Array) -> Array:
    """Multiply matrices, or stacks of them; zero times anything is zero.

    Examples
    --------
    >>> matmul(np.array([[np.inf, 1.0]]), np.array([[0.0], [2.0]]))
    array([[2.]])
    """
    with np.errstate(all="ignore"):
        product = left @ right
        if np.isnan(product).any():
            return _matmul_by_ranks(left, right)
    return product


def _matmul_by_ranks(left: Array, right: Array) -> Array:
    """Sum the outer products of columns and rows: slow, and needed only beside NaN."""
    shape = np.broadcast_shapes(left.shape[:-2], right.shape[:-2])
    dtype = np.result_type(left, right)
    total = np.zeros((*shape, left.shape[-2], right.shape[-1]), dtype)
    for k in range(left.shape[-1]):
        total += times(left[..., :, k, None], right[..., k, None, :])
    return total


def require_room(nbytes: int, what: str, remedy: str, limit: int = LIMIT) -> None:
    """Refuse an array before it is made when it would take more than the limit."""
    if nbytes > limit:
        raise ShapeError(
            f"{what} would take {in_bytes(nbytes)}, and the limit is "
            f"{in_bytes(limit)}.",
            remedy=remedy,
        )


def in_bytes(count: int) -> str:
    """Write a number of bytes for people.

    Examples
    --------
    >>> in_bytes(24), in_bytes(32768)
    ('24 B', '32.8 kB')
    """
    if count < 1000:
        return f"{count} B"
    value = float(count)
    for unit in ("kB", "MB", "GB"):
        value /= 1000
        if value < 999.95:
            return f"{value:.1f} {unit}"
    return f"{value / 1000:,.1f} TB"
