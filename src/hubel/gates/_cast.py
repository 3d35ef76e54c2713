"""Casts and copies: the same elements in another dtype, or in memory of their own."""

from __future__ import annotations

from typing import Any

import numpy as np

from hubel.errors import DTypeError
from hubel.gates._intervals import alike
from hubel.gates.define import Linear, define, dtype_of, implements
from hubel.graph.node import Gate, Spec, spec_of
from hubel.graph.registry import Value


def _astype(x: Value, dtype: np.dtype[Any], out: Any = None) -> Any:
    if out is not None:
        np.copyto(out, x, casting="unsafe")
        return out
    return np.asarray(x).astype(dtype)[()]


def _infer_astype(x: Spec, dtype: np.dtype[Any]) -> Spec:
    if dtype.kind not in "biufc":
        raise DTypeError(f"{x.dtype} cannot become {dtype}: a graph holds numbers only")
    return Spec(x.shape, dtype)


astype = define(
    "astype",
    _astype,
    _infer_astype,
    Linear(lambda g, out, x, dtype: g),
    kind="elementwise",
    fills=True,
    identity=lambda node: node.dtype == node.inputs[0].dtype,
)


def _copy(x: Value, out: Any = None) -> Any:
    if out is not None:
        np.copyto(out, x)
        return out
    return np.array(x)[()]


def _infer_copy(x: Spec) -> Spec:
    return Spec(x.shape, x.dtype)


copy = define(
    "copy",
    _copy,
    _infer_copy,
    Linear(lambda g, out, x: g),
    kind="elementwise",
    fills=True,
    inplace=True,
    identity=lambda node: True,
    interval=alike,
)


def unchanged(x: Value) -> Value:
    """Return the argument."""
    return x


def promoted(gate: Gate, *args: Value, **params: Any) -> tuple[Value, ...]:
    """Cast arguments to the dtype that a gate's result on them has."""
    dtype = gate.infer(*map(spec_of, args), **params).dtype
    return tuple(x if dtype_of(x) == dtype else astype(x, dtype=dtype) for x in args)


@implements(np.copy)
def np_copy(a: Value, order: str = "K", subok: bool = False) -> Value:
    """Mean what ``np.copy`` means; a graph knows no memory order."""
    return copy(a)


@implements(np.astype)
def np_astype(
    x: Value, dtype: Any, /, *, copy: bool = True, device: Any = None
) -> Value:
    """Mean what ``np.astype`` means."""
    return astype(x, dtype=np.dtype(dtype))
