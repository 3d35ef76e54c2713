"""Kernels as native code on NumPy arrays, and bodies written as expressions."""

from __future__ import annotations

import ctypes
from collections.abc import Hashable
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hubel.compiler.kernel import Kernel, Operand, Statement
from hubel.compiler.llvm.emit import parameters, scratch_rows
from hubel.compiler.llvm.jit import Loaded, assembly, build_object
from hubel.compiler.llvm.module import Module
from hubel.compiler.llvm.space import strides
from tests.compiler.kernel_oracle import run_oracle

Array = NDArray[Any]


def module_text(kernel: Kernel, *, strict: bool = False, brief: bool = False) -> str:
    """Write a module with a kernel and an entry ``run`` that calls it."""
    module = Module(strict=strict, brief=frozenset([kernel.key] * brief))
    name = module.kernel(kernel)
    names = [f"{each.split()[0]} {each.split()[-1]}" for each in parameters(kernel)]
    module.add(
        f"define void @run({', '.join(names)}) {{\n"
        f"  call void {name}({', '.join(names)})\n  ret void\n}}"
    )
    return module.text()


@cache
def compiled(kernel: Kernel, strict: bool, brief: bool) -> tuple[Loaded, Any]:
    text = module_text(kernel, strict=strict, brief=brief)
    loaded = Loaded(build_object(text, verify=True))
    return loaded, ctypes.CFUNCTYPE(None)(loaded.address("run"))


def prepare(
    kernel: Kernel,
    space: tuple[int, ...],
    arrays: list[Array],
    *,
    strict: bool = False,
    brief: bool = False,
) -> tuple[Any, list[Any], Array]:
    """Return the native function, its arguments, and the status it sets."""
    _, function = compiled(kernel, strict, brief)
    inner = space[-1] if space else 1
    row = (8 * inner + 63) // 64 * 64
    scratch = np.zeros(max(scratch_rows(kernel) * row, 1), np.uint8)
    status = np.zeros(1, np.int64)
    pointers = [*(a.ctypes.data for a in arrays), scratch.ctypes.data]
    pointers.append(status.ctypes.data)
    given = [ctypes.c_void_p(p) for p in pointers]
    given += [ctypes.c_int64(n) for n in space]
    given += [ctypes.c_int64(_stride(kernel, arrays, k, a)) for k, a in strides(kernel)]
    function.keep = scratch, arrays, status
    return function, given, status


def run_native(
    kernel: Kernel, space: tuple[int, ...], arrays: list[Array], **how: bool
) -> bool:
    """Run a kernel in place; say whether all that it requires holds."""
    function, given, status = prepare(kernel, space, arrays, **how)
    function(*given)
    return not status[0]


def _stride(kernel: Kernel, arrays: list[Array], k: int, axis: int) -> int:
    """Return a stride in elements; an array has the axes that are not 0."""
    before = kernel.operands[k].pattern[:axis]
    position = len(before) - before.count("0")
    return arrays[k].strides[position] // arrays[k].itemsize


def machine_code(kernel: Kernel) -> str:
    return assembly(module_text(kernel))


def compare(
    kernel: Kernel,
    space: tuple[int, ...],
    arrays: list[Array],
    rtol: float = 0.0,
    **how: bool,
) -> list[Array]:
    """Run a kernel both ways and compare every array."""
    expected = [a.copy(order="K") for a in arrays]
    native = [a.copy(order="K") for a in arrays]
    fine = run_oracle(kernel, space, expected)
    assert run_native(kernel, space, native, **how) == fine
    for want, got in zip(expected, native, strict=True):
        if rtol and want.dtype.kind == "f":
            np.testing.assert_allclose(got, want, rtol=rtol, atol=rtol)
        else:
            np.testing.assert_array_equal(got, want)
            if want.dtype.kind == "f":
                real = ~np.isnan(want)
                np.testing.assert_array_equal(
                    np.signbit(got[real]), np.signbit(want[real])
                )
    return native


class Body:
    """Collects statements: ``b.exp(x)`` appends one and gives its number."""

    def __init__(self, rank: int = 1) -> None:
        self.rank = rank
        self.operands: list[Operand] = []
        self.body: list[Statement] = []

    def operand(self, dtype: str, pattern: str) -> int:
        self.operands.append(Operand(dtype, pattern))
        return len(self.operands) - 1

    def _add(self, op: str, args: tuple[int, ...], dtype: str, **rest: Any) -> int:
        self.body.append(Statement(op, args, dtype, **rest))
        return len(self.body) - 1

    def load(self, dtype: str, pattern: str) -> int:
        return self.read(self.operand(dtype, pattern))

    def read(self, operand: int) -> int:
        return self._add("load", (), self.operands[operand].dtype, operand=operand)

    def constant(self, value: Hashable, dtype: str) -> int:
        return self._add("constant", (), dtype, value=value)

    def index(self, axis: int) -> int:
        return self._add("index", (), "int64", value=axis)

    def cast(self, x: int, dtype: str) -> int:
        return self._add("cast", (x,), dtype)

    def reduce(self, how: str, x: int) -> int:
        dtype = "int64" if how.startswith("arg") else self.body[x].dtype
        return self._add("reduce", (x,), dtype, value=how)

    def store(self, x: int, pattern: str) -> int:
        return self.write(x, self.operand(self.body[x].dtype, pattern))

    def write(self, x: int, operand: int) -> int:
        return self._add("store", (x,), self.body[x].dtype, operand=operand)

    def accumulate(self, how: str, x: int, pattern: str) -> int:
        dtype = self.body[x].dtype
        number = self.operand(dtype, pattern)
        return self._add("accumulate", (x,), dtype, operand=number, value=how)

    def load_at(self, position: int, dtype: str, pattern: str) -> int:
        number = self.operand(dtype, pattern)
        return self._add("load_at", (position,), dtype, operand=number)

    def accumulate_at(self, position: int, x: int, pattern: str) -> int:
        dtype = self.body[x].dtype
        number = self.operand(dtype, pattern)
        args = (position, x)
        return self._add("accumulate_at", args, dtype, operand=number, value="add")

    def require(self, x: int) -> int:
        return self._add("require", (x,), "bool")

    def op(self, name: str, *args: int, dtype: str = "") -> int:
        return self._add(name, args, dtype or self.body[args[-1]].dtype)

    def kernel(self, columns: int | None = None) -> Kernel:
        return Kernel(self.rank, tuple(self.operands), tuple(self.body), columns)
