"""The product of elements along axes."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from hubel.gates._cast import astype
from hubel.gates._cumulative import cumprod, shifted_product
from hubel.gates._given import as_value, without_out
from hubel.gates._layout import reshape, transpose
from hubel.gates._reduce import Reduced, reduction
from hubel.gates._where import where as choose
from hubel.gates.define import axes_to_reduce, dtype_of, implements, ndim_of, shape_of
from hubel.graph.registry import Value


def _product_of_others(out: Value, x: Value, axis: tuple[int, ...]) -> Value:
    """Give the product of all elements but one, for each: no division, zeros hold."""
    shape = shape_of(x)
    kept = tuple(i for i in range(len(shape)) if i not in axis)
    order = (*kept, *axis)
    lengths = tuple(shape[i] for i in order)
    flat = (*lengths[: len(kept)], math.prod(lengths[len(kept) :]))
    last = len(kept)
    lined = reshape(transpose(x, axes=order), shape=flat)
    before = cumprod(shifted_product(lined, last, 1), axis=last)
    after = cumprod(shifted_product(lined, last, -1), axis=last, reverse=True)
    others = reshape(before * after, shape=lengths)
    back = tuple(sorted(range(len(order)), key=order.__getitem__))
    return transpose(others, axes=back)


prod_over = reduction(
    "prod",
    np.multiply.reduce,
    Reduced(_product_of_others),
    convention="right with zeros among the factors",
)


@implements(np.prod)
def np_prod(
    a: Value,
    axis: int | Sequence[int] | None = None,
    dtype: Any = None,
    out: None = None,
    keepdims: bool = False,
    initial: Value = None,
    where: Value = None,
) -> Value:
    """Mean what ``np.prod`` means."""
    without_out(out)
    a = as_value(a)
    if where is not None:
        a = choose(as_value(where), a, 1)
    if dtype is not None:
        a = astype(a, dtype=np.dtype(dtype))
    axes = axes_to_reduce(axis, ndim_of(a))
    product = prod_over(a, axis=axes, keepdims=bool(keepdims))
    if initial is None:
        return product
    return product * astype(as_value(initial), dtype=dtype_of(product))
