"""A product of given sizes by code of our own: which code, and its call."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from hubel.compiler.llvm.gemm.blocks import Blocked
from hubel.compiler.llvm.gemm.dots import Dots
from hubel.compiler.llvm.gemm.packs import require_square
from hubel.compiler.llvm.provided import provide

_ALIGNMENT = 64

SCRATCH = "@hubel.gemm.scratch"
"""Memory of a module for the products that it calls, one after the other."""


@dataclass(frozen=True)
class Shape:
    """What is asked for: C (m, n) (+)= A (m, k) B (k, n), with rows so far apart.

    Attributes
    ----------
    dtype : str
        ``float32``, ``float64``, or ``bfloat16``: float32 in memory, rounded when it
        is multiplied.
    extents : tuple of int
        m, n and k, none of them 0.
    rows : tuple of int
        Elements from one row of A, B and C, as they are in memory, to the next.
    transposed : tuple of bool
        Whether A is (k, m) in memory, and B (n, k).
    accumulate : bool
        Whether the product is added to C.
    """

    dtype: str
    extents: tuple[int, int, int]
    rows: tuple[int, int, int]
    transposed: tuple[bool, bool] = (False, False)
    accumulate: bool = False

    def __str__(self) -> str:
        """Write it in a line: ``float32 200x3072 3072x100``."""
        m, n, k = self.extents
        left, right = ("T" * each for each in self.transposed)
        added = " added" if self.accumulate else ""
        strides = ",".join(map(str, self.rows))
        return f"{self.dtype} {m}x{k}{left} {k}x{n}{right} rows {strides}{added}"


@dataclass(frozen=True)
class OwnProduct:
    """Code of our own for a product, with what it is called with.

    Attributes
    ----------
    shape : Shape
    code : Blocked or Dots
    blocks : tuple of int
        Steps of k, rows and columns of a block.
    """

    shape: Shape
    code: Blocked | Dots
    blocks: tuple[int, int, int]

    @property
    def scratch(self) -> int:
        """The bytes of memory that a call needs for its own use, aligned to 64."""
        return self.code.scratch(self.shape.extents, self.blocks)

    @property
    def symbol(self) -> str:
        """The name of the function."""
        return self.code.name

    def declare(self) -> str:
        """Return the text that a module needs once before it can call this."""
        kinds = ", ".join(["ptr"] * 6 + ["i64"] * 9)
        return f"declare void @{self.symbol}({kinds}) nounwind\n"

    def call(
        self,
        a: str,
        b: str,
        c: str,
        scratch: str,
        *,
        extents: tuple[int | str, int | str, int | str] | None = None,
    ) -> str:
        """Return the text of one call: names of pointers, and extents of a part."""
        extents = extents or self.shape.extents
        numbers = (*extents, *self.shape.rows, *self.blocks)
        words = [f"ptr {each}" for each in (c, a, b, scratch, "null", "null")]
        words += [f"i64 {each}" for each in numbers]
        return f"call void @{self.symbol}({', '.join(words)})"

    def bind(self) -> None:
        """Let modules that `jit` compiles from now on call this."""
        _address(self.code)

    def caller(
        self, arrays: list[np.ndarray[Any, Any]], then: Any = None
    ) -> Callable[[], object]:
        """Return a function that multiplies A and B into C, to try it out.

        ``then``, a function of C, is called with a null pointer and the first and last
        row each time that rows of C are final.
        """
        numbers = (*self.shape.extents, *self.shape.rows, *self.blocks)
        space = np.empty(self.scratch + _ALIGNMENT, np.uint8)
        start = space.ctypes.data + -space.ctypes.data % _ALIGNMENT
        a, b, c = (each.ctypes.data for each in arrays)
        kinds = [ctypes.c_void_p] * 6 + [ctypes.c_int64] * 9
        after = ctypes.cast(then, ctypes.c_void_p) if then is not None else None
        function: Any = ctypes.CFUNCTYPE(None, *kinds)(_address(self.code))
        function.memory = space, arrays
        return lambda: function(c, a, b, start, after, None, *numbers)


def declarations(products: Iterable[OwnProduct]) -> str:
    """Return what a module needs once to call these: their memory is `SCRATCH`."""
    most = max(each.scratch for each in products)
    texts = {each.symbol: each.declare() for each in products}
    room = f"{SCRATCH} = internal global [{most} x i8] zeroinitializer, align 4096\n"
    return room + "".join(texts.values())


def _address(code: Blocked | Dots) -> int:
    """See that modules can call code by its name, and return where it is."""
    for each in code.squares:
        require_square(each)
    return provide(code.name, text_of(code))


@cache
def text_of(code: Blocked | Dots) -> str:
    """Return the text of the module that code is, written once."""
    return code.text()
