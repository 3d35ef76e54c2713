"""Kernels run statement by statement over whole arrays: slow, and obviously right."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hubel.compiler.kernel import ELEMENT, Kernel, Operand, Statement

Array = NDArray[Any]

SPECIAL = {
    "cast": None,
    "bitwise_invert": np.invert,
    "sigmoid": lambda x: 1 / (1 + np.exp(-x)),
    "erf": np.vectorize(math.erf),
    "erfc": np.vectorize(math.erfc),
}


def window(array: Array, operand: Operand, rank: int, space: tuple[int, ...]) -> Array:
    """View an operand over the whole space; its own axes, if any, stay last."""
    strides: list[int] = []
    shape: list[int] = []
    axes = iter(zip(array.strides, array.shape, strict=True))
    for axis, letter in enumerate(operand.pattern):
        stride, extent = (0, space[axis]) if letter == "0" else next(axes)
        strides.append(stride)
        shape.append(extent)
    assert tuple(shape[:rank]) == space
    return np.lib.stride_tricks.as_strided(array, shape, strides)


def run_oracle(kernel: Kernel, space: tuple[int, ...], arrays: list[Array]) -> bool:
    """Run a kernel in place; say whether all that it requires holds.

    Each array has the axes where its operand's pattern is not 0.
    """
    run = _Run(kernel, space, arrays)
    with np.errstate(all="ignore"):
        for each in kernel.body:
            run.step(each)
    return run.fine


class _Run:
    def __init__(
        self, kernel: Kernel, space: tuple[int, ...], arrays: list[Array]
    ) -> None:
        self.kernel, self.space, self.arrays = kernel, space, arrays
        self.values: list[Any] = []
        self.fine = True

    def step(self, each: Statement) -> None:
        args = [self.values[a] for a in each.args]
        function = getattr(self, f"_{each.op}", None)
        found = function(each, *args) if function else primitive(each, args)
        if not each.is_effect:
            assert found.dtype == each.dtype, (each, found.dtype)
            found = np.broadcast_to(found, self.space)
        self.values.append(found)

    def _window(self, each: Statement) -> Array:
        operand = self.kernel.operands[each.operand]
        return window(self.arrays[each.operand], operand, self.kernel.rank, self.space)

    def _load(self, each: Statement) -> Array:
        return self._window(each).copy()

    def _load_at(self, each: Statement, *positions: Array) -> Array:
        return self._window(each)[(*np.indices(self.space), *positions)]

    def _constant(self, each: Statement) -> Array:
        return np.asarray(each.value, each.dtype)

    def _index(self, each: Statement) -> Array:
        return np.indices(self.space)[each.value].astype(each.dtype)

    def _cast(self, each: Statement, x: Array) -> Array:
        return x.astype(each.dtype)

    def _reduce(self, each: Statement, x: Array) -> Array:
        if each.value in ("argmax", "argmin"):
            return getattr(np, each.value)(x, -1)[..., None]
        ufunc = {"any": np.logical_or, "all": np.logical_and}.get(
            each.value, getattr(np, each.value, None)
        )
        return ufunc.reduce(x, axis=-1, keepdims=True, dtype=x.dtype)

    def _store(self, each: Statement, x: Array) -> None:
        self._window(each)[...] = x

    def _require(self, each: Statement, x: Array) -> None:
        self.fine = self.fine and bool(x.all())

    def _accumulate(self, each: Statement, x: Array) -> None:
        pattern = self.kernel.operands[each.operand].pattern
        axes = {a for a, letter in enumerate(pattern) if letter == "0"}
        if self.kernel.levels[each.args[0]] != ELEMENT and pattern[-1] == "0":
            x = x[..., :1]  # once a row
        ufunc = getattr(np, each.value)
        wide = np.float64 if x.dtype.kind == "f" else x.dtype
        total = ufunc.reduce(x.astype(wide), axis=tuple(axes))
        self.arrays[each.operand][...] = total

    def _accumulate_at(self, each: Statement, *args: Array) -> None:
        *positions, x = args
        index = (*np.indices(self.space), *positions)
        getattr(np, each.value).at(self._window(each), index, x)


def primitive(each: Statement, args: list[Array]) -> Array:
    """Compute an elementwise primitive."""
    function = SPECIAL.get(each.op) or getattr(np, each.op)
    found = np.asarray(function(*args))
    return found if found.dtype == each.dtype else found.astype(each.dtype)
