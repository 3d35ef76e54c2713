"""Matrix products by a library: NumPy's own BLAS, called from native code.

A module that calls one holds `Product.declare`'s text once; `Product.call` writes a
call. The functions take row-major matrices, whichever interface lies below.
"""

from __future__ import annotations

import ctypes
import struct
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from hubel.compiler.llvm import jit
from hubel.compiler.openblas import find_products

_IR = {"float32": "float", "float64": "double"}
_LETTER = {"float32": "s", "float64": "d"}
_C = {"float32": ctypes.c_float, "float64": ctypes.c_double}

_ROW_MAJOR, _PLAIN, _TRANSPOSED = 101, 111, 112
"""The enumerators of the C interface to BLAS."""


@dataclass(frozen=True)
class Product:
    """A function that does ``C = alpha op(A) op(B) + beta C``, and how it is called.

    Attributes
    ----------
    dtype : str
        ``float32`` or ``float64``.
    address : int
        Where it is in this process.
    wide : bool
        Whether its integers have 64 bits, not 32.
    fortran : bool
        Whether it has Fortran's interface: column-major, arguments by address.
    """

    dtype: str
    address: int
    wide: bool
    fortran: bool = False

    @property
    def limit(self) -> int:
        """The largest extent or row length that may be given."""
        return 2**63 - 1 if self.wide else 2**31 - 1

    @property
    def symbol(self) -> str:
        """What modules call it; the name tells the interface too."""
        kind = "fortran" if self.fortran else "c"
        return f"hubel.{_LETTER[self.dtype]}gemm.{kind}{64 if self.wide else 32}"

    def declare(self) -> str:
        """Return the text that a module needs once before it can call this."""
        return _fortran_text(self) if self.fortran else _c_text(self)

    def call(
        self,
        a: str,
        b: str,
        c: str,
        *,
        extents: tuple[int | str, int | str, int | str],
        rows: tuple[int | str, int | str, int | str],
        transposed: tuple[bool, bool] = (False, False),
        alpha: float | str = 1.0,
        beta: float | str = 0.0,
    ) -> str:
        """Return the text of one call; ``declare`` has to stand in the same module.

        Parameters
        ----------
        a, b, c : str
            Names of pointers: ``%x``.
        extents : tuple
            m, n and k of the product (m, k) (k, n), as numbers or names of i64 values.
        rows : tuple
            How many elements lie between the starts of two rows of A, B and C, as they
            are in memory.
        transposed : tuple of bool
            Whether A is (k, m) in memory, and B (n, k).
        alpha, beta : float or str
            Numbers, or names of values of the dtype. With a beta of 0, C is not read.
        """
        kind = _IR[self.dtype]
        flags = ", ".join(f"i1 {str(each).lower()}" for each in transposed)
        m, n, k = extents
        given = (alpha, beta)
        factors = [
            each if isinstance(each, str) else literal(each, self.dtype)
            for each in given
        ]
        return (
            f"call void @hubel.product.{self.dtype}({flags}, "
            f"i64 {m}, i64 {n}, i64 {k}, {kind} {factors[0]}, "
            f"ptr {a}, i64 {rows[0]}, ptr {b}, i64 {rows[1]}, "
            f"{kind} {factors[1]}, ptr {c}, i64 {rows[2]})"
        )


def literal(value: float, dtype: str) -> str:
    """Write a number as LLVM reads it, without loss.

    Examples
    --------
    >>> literal(1.0, "float32")
    '0x3FF0000000000000'
    """
    rounded = float(np.dtype(dtype).type(value))
    return f"0x{struct.unpack('=Q', struct.pack('=d', rounded))[0]:016X}"


@cache
def find_product(dtype: str) -> Product | None:
    """Return the product of a dtype, tried out and known to `jit`; None without one."""
    letter = _LETTER.get(dtype)
    if letter is None:
        return None
    own = (Product(dtype, each.address, each.wide) for each in find_products(letter))
    for product in own:
        if product.address and multiplies(product):
            jit.bind(product.symbol, product.address)
            return product
    product = _from_scipy(dtype)
    if product is not None and multiplies(product):
        jit.bind(product.symbol, product.address)
        return product
    return None


def _from_scipy(dtype: str) -> Product | None:
    """Return what SciPy gives to Cython programs, if SciPy is there."""
    try:
        import scipy.linalg.cython_blas as cython_blas
    except ImportError:
        return None
    exported: dict[str, Any] = vars(cython_blas).get("__pyx_capi__", {})
    capsule = exported.get(f"{_LETTER[dtype]}gemm")
    if capsule is None:
        return None
    name_of: Any = ctypes.pythonapi.PyCapsule_GetName
    pointer_of: Any = ctypes.pythonapi.PyCapsule_GetPointer
    name_of.argtypes, name_of.restype = [ctypes.py_object], ctypes.c_char_p
    pointer_of.argtypes = [ctypes.py_object, ctypes.c_char_p]
    pointer_of.restype = ctypes.c_void_p
    signature: bytes = name_of(capsule)
    if b", int *, int *" not in signature:
        return None
    address: int = pointer_of(capsule, signature)
    return Product(dtype, address, wide=False, fortran=True)


def multiplies(product: Product) -> bool:
    """Compare products of odd sizes with a plain loop, on numbers without rounding."""
    both = (False, True)
    return all(_is_right(product, first, second) for first in both for second in both)


def _is_right(product: Product, first: bool, second: bool) -> bool:
    """Try one pair of transpositions, with rows longer than they need be."""
    m, n, k, spare = 5, 3, 7, 2
    shapes = ((k, m) if first else (m, k), (n, k) if second else (k, n), (m, n))
    arrays = [_counted(*shape, spare, product.dtype) for shape in shapes]
    a, b, c = (each[:, :-spare] for each in arrays)
    left, right = a.T if first else a, b.T if second else b
    wanted = [
        [
            2 * c[i, j] + 0.5 * sum(left[i, p] * right[p, j] for p in range(k))
            for j in range(n)
        ]
        for i in range(m)
    ]
    rest = arrays[2][:, -spare:].copy()
    multiply(product, arrays, (m, n, k), (first, second), (0.5, 2.0))
    return bool(
        np.array_equal(c, wanted) and np.array_equal(arrays[2][:, -spare:], rest)
    )


def _counted(rows: int, columns: int, spare: int, dtype: str) -> np.ndarray[Any, Any]:
    """Return a matrix of small whole numbers, with spare columns."""
    count = rows * (columns + spare)
    return ((np.arange(count) * 7 + rows) % 11 - 5.0).astype(dtype).reshape(rows, -1)


def multiply(
    product: Product,
    arrays: list[np.ndarray[Any, Any]],
    extents: tuple[int, int, int],
    transposed: tuple[bool, bool],
    factors: tuple[float, float],
) -> None:
    """Call a product from Python: A, B and C of any row lengths, by their strides."""
    real, whole = _C[product.dtype], ctypes.c_int64 if product.wide else ctypes.c_int
    data = [ctypes.c_void_p(each.ctypes.data) for each in arrays]
    rows = [whole(each.strides[0] // each.itemsize) for each in arrays]
    m, n, k = (whole(each) for each in extents)
    alpha, beta = (real(each) for each in factors)
    if product.fortran:
        first, second = (ctypes.c_char(b"T" if each else b"N") for each in transposed)
        by = ctypes.byref
        ctypes.CFUNCTYPE(None, *([ctypes.c_void_p] * 13))(product.address)(
            by(second), by(first), by(n), by(m), by(k), by(alpha),
            data[1], by(rows[1]), data[0], by(rows[0]), by(beta), data[2], by(rows[2]),
        )  # fmt: skip
        return
    kinds = [ctypes.c_int] * 3 + [whole] * 3 + [real, ctypes.c_void_p, whole]
    kinds += [ctypes.c_void_p, whole, real, ctypes.c_void_p, whole]
    first, second = (_TRANSPOSED if each else _PLAIN for each in transposed)
    ctypes.CFUNCTYPE(None, *kinds)(product.address)(
        _ROW_MAJOR, first, second, m, n, k, alpha,
        data[0], rows[0], data[1], rows[1], beta, data[2], rows[2],
    )  # fmt: skip


_HEAD = """
define internal void @hubel.product.{dtype}(i1 %first, i1 %second, i64 %m, i64 %n, \
i64 %k, {real} %alpha, ptr %a, i64 %lda, ptr %b, i64 %ldb, {real} %beta, ptr %c, \
i64 %ldc) {{
"""

_C_BODY = """\
  %p = select i1 %first, i32 112, i32 111
  %q = select i1 %second, i32 112, i32 111
{narrow}\
  call void @{symbol}(i32 101, i32 %p, i32 %q, {whole} %m{x}, {whole} %n{x}, \
{whole} %k{x}, {real} %alpha, ptr %a, {whole} %lda{x}, ptr %b, {whole} %ldb{x}, \
{real} %beta, ptr %c, {whole} %ldc{x})
  ret void
}}

declare void @{symbol}(i32, i32, i32, {whole}, {whole}, {whole}, {real}, ptr, {whole}, \
ptr, {whole}, {real}, ptr, {whole}) nounwind
"""


def _c_text(product: Product) -> str:
    """Write the function over the C interface."""
    words = _words(product)
    return (_HEAD + _C_BODY).format(**words, narrow=_narrow(product))


_INTEGERS = ("m", "n", "k", "lda", "ldb", "ldc")


def _words(product: Product) -> dict[str, str]:
    """Return what stands for the names in the texts above."""
    return {
        "dtype": product.dtype,
        "real": _IR[product.dtype],
        "whole": "i64" if product.wide else "i32",
        "symbol": product.symbol,
        "x": "" if product.wide else ".32",
    }


def _narrow(product: Product) -> str:
    """Write how the integers lose their upper halves, where the library has none."""
    if product.wide:
        return ""
    lines = (f"  %{each}.32 = trunc i64 %{each} to i32\n" for each in _INTEGERS)
    return "".join(lines)


def _fortran_text(product: Product) -> str:
    """Write the function over Fortran's interface.

    It reads row-major matrices as their transposes: it is asked for B'A', that is C'.
    """
    words = _words(product)
    whole, real, x = words["whole"], words["real"], words["x"]
    slots = [(f"%{each}.slot", whole, f"%{each}{x}") for each in _INTEGERS]
    slots += [(f"%{each}.slot", real, f"%{each}") for each in ("alpha", "beta")]
    slots += [("%first.slot", "i8", "%p"), ("%second.slot", "i8", "%q")]
    places = "".join(f"  {name} = alloca {kind}\n" for name, kind, _ in slots)
    stores = "".join(f"  store {kind} {v}, ptr {name}\n" for name, kind, v in slots)
    order = ("second", "first", "n", "m", "k", "alpha")
    arguments = [f"ptr %{each}.slot" for each in order]
    arguments += ["ptr %b", "ptr %ldb.slot", "ptr %a", "ptr %lda.slot"]
    arguments += ["ptr %beta.slot", "ptr %c", "ptr %ldc.slot"]
    return (
        _HEAD.format(**words)
        + places
        + f"  %p = select i1 %first, i8 {ord('T')}, i8 {ord('N')}\n"
        + f"  %q = select i1 %second, i8 {ord('T')}, i8 {ord('N')}\n"
        + _narrow(product)
        + stores
        + f"  call void @{product.symbol}({', '.join(arguments)})\n"
        + "  ret void\n}\n"
        + f"\ndeclare void @{product.symbol}({', '.join(['ptr'] * 13)}) nounwind\n"
    )
