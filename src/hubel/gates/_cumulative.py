"""Running sums and products along an axis, from either end, and the shift they use."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from hubel.gates._arithmetic import add
from hubel.gates._cast import astype
from hubel.gates._chain import chain
from hubel.gates._given import as_value, without_out
from hubel.gates._layout import reshape
from hubel.gates.batch import lines
from hubel.gates.define import (
    ByHand,
    Linear,
    define,
    dtype_of,
    implements,
    ndim_of,
    normal_axis,
    result_dtype,
    shape_of,
)
from hubel.graph.node import Spec
from hubel.graph.registry import Value


def _along(axis: int, start: int | None, stop: int | None, step: int = 1) -> Any:
    """Give the index that takes a slice of one axis."""
    return (slice(None),) * axis + (slice(start, stop, step),)


def _shift(x: Value, axis: int, by: int, out: Any = None) -> Any:
    """Move the elements ``by`` places along an axis; zeros come in at the end left."""
    out = np.empty_like(x) if out is None else out
    if by >= 0:
        out[_along(axis, by, None)] = x[_along(axis, None, max(x.shape[axis] - by, 0))]
        out[_along(axis, None, by)] = 0
    else:
        out[_along(axis, None, by)] = x[_along(axis, -by, None)]
        out[_along(axis, by, None)] = 0
    return out


def _infer_shift(x: Spec, axis: int, by: int) -> Spec:
    return Spec(x.shape, x.dtype)


shift = define(
    "shift",
    _shift,
    _infer_shift,
    Linear(lambda g, out, x, axis, by: shift(g, axis=axis, by=-by)),
    kind="layout",
    fills=True,
    batch=lines,
)


def _scan(run: Callable[..., Any], x: Value, axis: int, reverse: bool, out: Any) -> Any:
    """Accumulate along an axis, from its end if ``reverse``."""
    if not reverse:
        return run(x, axis=axis, out=out)
    backward = _along(axis, None, None, -1)
    into = None if out is None else out[backward]
    return run(x[backward], axis=axis, out=into)[backward]


def _cumsum(x: Value, axis: int, reverse: bool = False, out: Any = None) -> Any:
    return _scan(np.cumsum, x, axis, reverse, out)


def _cumprod(x: Value, axis: int, reverse: bool = False, out: Any = None) -> Any:
    return _scan(np.cumprod, x, axis, reverse, out)


def _infer_cumsum(x: Spec, axis: int, reverse: bool = False) -> Spec:
    return Spec(x.shape, result_dtype(np.cumsum, (x.dtype,), (False,)))


cumsum = define(
    "cumsum",
    _cumsum,
    _infer_cumsum,
    Linear(
        lambda g, out, x, axis, reverse=False: cumsum(g, axis=axis, reverse=not reverse)
    ),
    fills=True,
    lines=True,
)


def doublings(length: int, reverse: bool) -> list[int]:
    """Give the steps 1, 2, 4 ... in which a scan covers a length."""
    direction = -1 if reverse else 1
    return [direction << k for k in range(max(length - 1, 0).bit_length())]


def shifted_product(x: Value, axis: int, by: int) -> Value:
    """Shift, with ones coming in at the end left."""
    ones = np.zeros((shape_of(x)[axis],) + (1,) * (ndim_of(x) - axis - 1), dtype_of(x))
    ones[slice(None, by) if by >= 0 else slice(by, None)] = 1
    return add(shift(x, axis=axis, by=by), ones)


def _stages(x: Value, axis: int, reverse: bool) -> list[tuple[int, Value, Value]]:
    """Multiply by doubling (Hillis & Steele 1986): stage k holds products of 2^k.

    The derivative of each stage is that of a product of two, which needs no division
    and so holds at zeros too.
    """
    stages: list[tuple[int, Value, Value]] = []
    for by in doublings(shape_of(x)[axis], reverse):
        before = shifted_product(x, axis, by)
        stages.append((by, x, before))
        x = x * before
    return stages


def _cumprod_pull(
    g: Value, out: Value, x: Value, axis: int, reverse: bool = False
) -> Value:
    for by, product, before in reversed(_stages(x, axis, reverse)):
        g = add(chain(g, before), shift(chain(g, product), axis=axis, by=-by))
    return g


def _cumprod_push(
    t: Value, out: Value, x: Value, axis: int, reverse: bool = False
) -> Value:
    for by, product, before in _stages(x, axis, reverse):
        t = add(chain(t, before), chain(product, shift(t, axis=axis, by=by)))
    return t


cumprod = define(
    "cumprod",
    _cumprod,
    _infer_cumsum,
    ByHand(_cumprod_pull, _cumprod_push),
    fills=True,
    lines=True,
    convention="right with zeros among the factors",
)


@implements(np.cumsum)
def np_cumsum(
    a: Value, axis: int | None = None, dtype: Any = None, out: None = None
) -> Value:
    """Mean what ``np.cumsum`` means."""
    without_out(out)
    a, axis = _on_axis(a, axis, dtype)
    return cumsum(a, axis=axis)


@implements(np.cumprod)
def np_cumprod(
    a: Value, axis: int | None = None, dtype: Any = None, out: None = None
) -> Value:
    """Mean what ``np.cumprod`` means."""
    without_out(out)
    a, axis = _on_axis(a, axis, dtype)
    return cumprod(a, axis=axis)


def _on_axis(a: Value, axis: int | None, dtype: Any) -> tuple[Value, int]:
    """Cast if that is asked, and lay all elements on one axis if none is named."""
    a = as_value(a)
    if dtype is not None:
        a = astype(a, dtype=np.dtype(dtype))
    if axis is None or ndim_of(a) == 0:
        return reshape(a, shape=(int(np.prod(shape_of(a))),)), 0
    return a, normal_axis(axis, ndim_of(a))
