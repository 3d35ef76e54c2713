"""Small products of our own against NumPy's, for odd sizes and all vectors."""

from __future__ import annotations

import ctypes

import numpy as np
import pytest

pytest.importorskip("llvmlite", minversion="0.46")

from hubel.compiler.llvm import jit, target
from hubel.compiler.llvm.gemm.kind import Kind
from hubel.compiler.llvm.small import SmallProduct, fits, is_faster
from hubel.compiler.llvm.transpose import (
    declare_transpose,
    require_transpose,
    transpose_name,
)

PLAIN, FIRST, SECOND = (False, False), (True, False), (False, True)
WIDTHS = [each for each in (64, 32, 16) if each <= target.host().vector_bytes]


def _compile(text, name, count):
    arguments = ", ".join(f"ptr noalias %p{i}" for i in range(count))
    given = ", ".join(f"ptr %p{i}" for i in range(count))
    outer = (
        f"define void @outer({arguments}, i64 %x, i64 %y) {{\n"
        f"  call void @{name}({given}, i64 %x{', i64 %y' if count == 2 else ''})\n"
        "  ret void\n}\n"
    )
    module = jit.compile_module(text + outer, level=1, verify=True)
    kinds = [ctypes.c_void_p] * count + [ctypes.c_int64] * 2
    function = ctypes.CFUNCTYPE(None, *kinds)(module.address("outer"))
    function.owner = module
    return function


def _check(dtype, sizes, transposed, accumulate, width):
    m, n, k = sizes
    extents = (m, n, None) if transposed[0] else (None, n, k)
    assert fits(extents, transposed)
    product = SmallProduct(dtype, extents, transposed, accumulate, width)
    text, around = product.text()
    function = _compile("\n".join([*around, text]), product.name, 3)
    rng = np.random.default_rng([m, n, k])
    a = rng.normal(size=(k, m) if transposed[0] else (m, k)).astype(dtype)
    b = rng.normal(size=(n, k) if transposed[1] else (k, n)).astype(dtype)
    guarded = rng.normal(size=(m + 2, n)).astype(dtype)
    before = guarded.copy()
    c = guarded[1:-1]
    count = k if transposed[0] else m
    function(c.ctypes.data, a.ctypes.data, b.ctypes.data, count, 0)
    left, right = a.T if transposed[0] else a, b.T if transposed[1] else b
    wanted = left.astype(float) @ right.astype(float)
    if accumulate:
        wanted = wanted + before[1:-1]
    tolerance = 1e-5 if dtype == "float32" else 1e-13
    np.testing.assert_allclose(c, wanted, rtol=tolerance, atol=tolerance * (k + 1))
    np.testing.assert_array_equal(guarded[[0, -1]], before[[0, -1]])


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("transposed", [PLAIN, FIRST, SECOND], ids=["nn", "tn", "nt"])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize(
    "sizes",
    [
        (4, 4, 3),
        (1, 1, 1),
        (13, 37, 5),
        (29, 3, 41),
        (33, 2, 70),
        (50, 1, 64),
        (40, 10, 100),
        (7, 64, 2),
        (20, 70, 20),
    ],
    ids=str,
)
def test_products_are_numpys(dtype, sizes, transposed, width):
    for accumulate in (False, True):
        _check(dtype, sizes, transposed, accumulate, width)


@pytest.mark.parametrize("transposed", [PLAIN, FIRST, SECOND], ids=["nn", "tn", "nt"])
def test_nothing_to_multiply(transposed):
    sizes = (5, 6, 0) if transposed[0] else (0, 6, 5)
    _check("float64", sizes, transposed, False, WIDTHS[0])
    _check("float64", sizes, transposed, True, WIDTHS[0])


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("shape", [(1, 1), (3, 40), (16, 16), (37, 50), (0, 4)])
def test_transposition(shape, width):
    for dtype in ("float32", "float64"):
        kind = Kind(dtype, width)
        narrow = min(shape) < kind.lanes
        require_transpose(kind, narrow=narrow)
        declared = declare_transpose(kind, narrow=narrow)
        function = _compile(declared, transpose_name(kind, narrow=narrow), 2)
        array = np.random.default_rng(1).normal(size=shape).astype(dtype)
        target_ = np.zeros(shape[::-1], dtype)
        function(target_.ctypes.data, array.ctypes.data, *shape)
        np.testing.assert_array_equal(target_, array.T)


def test_what_is_too_big_or_not_known_does_not_fit():
    assert fits((None, 64, 64), PLAIN)
    assert fits((None, 256, 256), PLAIN)
    assert not fits((None, 257, 256), PLAIN)
    assert not fits((None, 256, 256), SECOND)
    assert fits((None, 256, 1), SECOND)
    assert not fits((None, 64, None), PLAIN)
    assert not fits((32, 64, 64), PLAIN)
    assert not fits((64, 4, None), (True, True))
    assert fits((64, 4, None), FIRST)


def test_threads_of_the_library_win_large_products():
    assert is_faster((32, 64, 64), 8)
    assert is_faster((200, 100, 100), 1)
    assert not is_faster((200, 100, 100), 8)
    assert not is_faster((200, 100, 3072), 1)


def test_extents_that_are_not_known_are_refused():
    for extents, transposed in (((None, None, 3), PLAIN), ((None, 3, None), PLAIN)):
        with pytest.raises(ValueError, match="to be known"):
            SmallProduct("float32", extents, transposed).text()
    with pytest.raises(ValueError, match="to be known"):
        SmallProduct("float32", (None, 3, None), FIRST).text()
