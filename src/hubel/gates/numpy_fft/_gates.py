"""Fourier transforms: three linear gates, closed under transposition.

The matrix of the complex transform is symmetric, so the gate is its own transpose. The
transforms between n real numbers and the first n // 2 + 1 of their coefficients are,
up to weights, each other's transposes: a coefficient that stands for itself and for
its conjugate counts twice, the first one does not, and for an even n nor the last.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Any

import numpy as np

from hubel.errors import DTypeError, ShapeError
from hubel.gates._arithmetic import multiply
from hubel.gates._complex import conjugated, real_dtype
from hubel.gates.batch import lines
from hubel.gates.define import Linear, define, dtype_of, result_dtype, shape_of
from hubel.graph.node import Node, Spec
from hubel.graph.registry import Value

Axes = tuple[int, ...]

OTHER_WAY = {"backward": "forward", "ortho": "ortho", "forward": "backward"}
"""The norm with which the transform in the other direction has the same factor."""


def _operations(node: Node) -> float:
    """Count 5 n log2 n, the usual estimate."""
    size = max(node.size, node.inputs[0].size)
    return 5.0 * size * math.log2(max(size, 2))


def _not_empty(shape: tuple[int, ...], axes: Axes) -> None:
    for axis in axes:
        if shape[axis] < 1:
            raise ShapeError(f"a Fourier transform along the empty axis {axis}")


def _fft(x: Value, axes: Axes, inverse: bool, norm: str) -> Any:
    transform = np.fft.ifftn if inverse else np.fft.fftn
    return transform(x, axes=axes, norm=norm)  # type: ignore[call-overload]


def _infer_fft(x: Spec, axes: Axes, inverse: bool, norm: str) -> Spec:
    _not_empty(x.shape, axes)
    return Spec(x.shape, result_dtype(np.fft.fft, (x.dtype,), (False,)))


def _fft_transpose(
    g: Value, out: Value, x: Value, axes: Axes, inverse: bool, norm: str
) -> Value:
    return fft(g, axes=axes, inverse=inverse, norm=norm)


fft = define(
    "fft",
    _fft,
    _infer_fft,
    Linear(_fft_transpose),
    operations=_operations,
    batch=lines,
)


def half(length: int) -> int:
    """Count the coefficients that determine the others."""
    return length // 2 + 1


@lru_cache(256)
def _weights(length: int, inner: float, dtype: np.dtype[Any], after: int) -> Any:
    """Give 1 for coefficients that stand for themselves alone, else ``inner``."""
    weights = np.full(half(length), inner, dtype)
    weights[0] = 1
    if length % 2 == 0:
        weights[-1] = 1
    return weights.reshape(-1, *[1] * after)


def _weighted(x: Value, length: int, inner: float, axis: int) -> Value:
    after = len(shape_of(x)) - axis - 1
    return multiply(x, _weights(length, inner, real_dtype(dtype_of(x)), after))


def _rfft(x: Value, axis: int, norm: str) -> Any:
    return np.fft.rfft(x, axis=axis, norm=norm)  # type: ignore[call-overload]


def _infer_rfft(x: Spec, axis: int, norm: str) -> Spec:
    if x.dtype.kind == "c":
        raise DTypeError(
            f"the transform of real numbers does not take {x.dtype}",
            remedy="use np.fft.fft, or np.real of the array",
        )
    _not_empty(x.shape, (axis,))
    dtype = result_dtype(np.fft.rfft, (x.dtype,), (False,))
    return Spec((*x.shape[:axis], half(x.shape[axis]), *x.shape[axis + 1 :]), dtype)


def _rfft_transpose(g: Value, out: Value, x: Value, axis: int, norm: str) -> Value:
    n = shape_of(x)[axis]
    halved = conjugated(_weighted(g, n, 0.5, axis))
    return irfft(halved, length=n, axis=axis, norm=OTHER_WAY[norm])


rfft = define(
    "rfft",
    _rfft,
    _infer_rfft,
    Linear(_rfft_transpose),
    operations=_operations,
    batch=lines,
)


def _irfft(x: Value, length: int, axis: int, norm: str) -> Any:
    return np.fft.irfft(x, length, axis, norm)  # type: ignore[arg-type]


def _two_points(x: Value) -> Any:
    return np.fft.irfft(x, 2)


def _infer_irfft(x: Spec, length: int, axis: int, norm: str) -> Spec:
    if length < 1 or x.shape[axis] != half(length):
        raise ShapeError(
            f"{x.shape[axis]} coefficients along axis {axis} for {length} real numbers"
        )
    dtype = result_dtype(_two_points, (x.dtype,), (False,))
    return Spec((*x.shape[:axis], length, *x.shape[axis + 1 :]), dtype)


def _irfft_transpose(
    g: Value, out: Value, x: Value, length: int, axis: int, norm: str
) -> Value:
    coefficients = conjugated(rfft(g, axis=axis, norm=OTHER_WAY[norm]))
    return _weighted(coefficients, length, 2.0, axis)


irfft = define(
    "irfft",
    _irfft,
    _infer_irfft,
    Linear(_irfft_transpose),
    operations=_operations,
    batch=lines,
)
