"""Products by a library, called from native code, against NumPy's."""

from __future__ import annotations

import ctypes
import itertools

import numpy as np
import pytest

pytest.importorskip("llvmlite", minversion="0.46")

from hubel.compiler import openblas
from hubel.compiler.llvm import blas, jit
from hubel.compiler.llvm.blas import Product

DTYPES = ["float32", "float64"]


def _run(product: Product, transposed, alpha, beta):
    """Return a function of (m, n, k, a, b, c) that does the product in native code."""
    call = product.call(
        "%a",
        "%b",
        "%c",
        extents=("%m", "%n", "%k"),
        rows=("%lda", "%ldb", "%n"),
        transposed=transposed,
        alpha=alpha,
        beta=beta,
    )
    head = "ptr %a, ptr %b, ptr %c, i64 %m, i64 %n, i64 %k, i64 %lda, i64 %ldb"
    text = f"{product.declare()}\ndefine void @run({head}) {{\n  {call}\n  ret void\n}}"
    module = jit.compile_module(text, verify=True)
    kinds = [ctypes.c_void_p] * 3 + [ctypes.c_int64] * 5
    function = ctypes.CFUNCTYPE(None, *kinds)(module.address("run"))
    function.owner = module
    return function


def _check(product: Product, transposed, m, n, k, alpha=1.0, beta=0.0):
    rng = np.random.default_rng(7)
    first, second = transposed
    a = rng.normal(size=(k, m) if first else (m, k)).astype(product.dtype)
    b = rng.normal(size=(n, k) if second else (k, n)).astype(product.dtype)
    c = rng.normal(size=(m, n)).astype(product.dtype)
    wanted = alpha * (a.T if first else a) @ (b.T if second else b) + beta * c
    if beta == 0:
        c[:] = np.nan
    data = [each.ctypes.data for each in (a, b, c)]
    _run(product, transposed, alpha, beta)(*data, m, n, k, a.shape[1], b.shape[1])
    tolerance = 1e-5 if product.dtype == "float32" else 1e-13
    np.testing.assert_allclose(c, wanted, rtol=tolerance, atol=tolerance * k)


def _own(dtype):
    product = blas.find_product(dtype)
    if product is None:
        pytest.skip("no BLAS is found on this machine")
    return product


def _scipy(dtype):
    pytest.importorskip("scipy")
    product = blas._from_scipy(dtype)
    if product is None:
        pytest.skip("this SciPy has another interface")
    assert blas.multiplies(product)
    jit.bind(product.symbol, product.address)
    return product


@pytest.mark.parametrize("find", [_own, _scipy])
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize(
    "transposed", list(itertools.product([False, True], repeat=2)), ids=str
)
def test_products_are_numpys(find, dtype, transposed):
    _check(find(dtype), transposed, 5, 3, 7)


@pytest.mark.parametrize("find", [_own, _scipy])
@pytest.mark.parametrize(("alpha", "beta"), [(0.1, 0.0), (-1.0, 1.0), (2.0, 0.3)])
def test_factors_are_used(find, alpha, beta):
    _check(find("float64"), (False, True), 33, 20, 41, alpha, beta)


def test_other_dtypes_have_none():
    assert blas.find_product("int64") is None


def test_numpys_wheels_are_known():
    config = np.show_config(mode="dicts")["Build Dependencies"]["blas"]
    if config["name"] != "scipy-openblas":
        pytest.skip("this NumPy has another BLAS")
    product = blas.find_product("float32")
    assert product is not None
    assert not product.fortran
    assert product.wide == ("USE64BITINT" in config["openblas configuration"])
    assert openblas.find_pool() is not None


def test_one_thread_is_for_all_who_ask_for_it_at_the_same_time(monkeypatch):
    count = [4]
    pool = openblas.Pool(lambda: count[-1], count.append)
    monkeypatch.setattr(openblas, "find_pool", lambda: pool)
    first, second = openblas.one_thread(), openblas.one_thread()
    first.__enter__()
    second.__enter__()
    first.__exit__(None, None, None)
    assert count[-1] == 1
    second.__exit__(None, None, None)
    assert count[-1] == 4


def test_a_function_that_multiplies_wrongly_is_refused():
    right = blas.find_product("float64")
    if right is None or right.fortran:
        pytest.skip("needs the C interface of a BLAS")
    whole = ctypes.c_int64 if right.wide else ctypes.c_int
    kinds = [ctypes.c_int] * 3 + [whole] * 3
    kinds += [ctypes.c_double, ctypes.c_void_p, whole, ctypes.c_void_p, whole]
    kinds += [ctypes.c_double, ctypes.c_void_p, whole]
    lazy = ctypes.CFUNCTYPE(None, *kinds)(lambda *_: None)
    address = ctypes.cast(lazy, ctypes.c_void_p).value
    assert not blas.multiplies(Product("float64", address, right.wide))


def test_scipys_is_taken_where_numpys_is_hidden(monkeypatch):
    pytest.importorskip("scipy")
    monkeypatch.setattr(blas, "find_products", lambda letter: iter(()))
    found = blas.find_product.__wrapped__("float32")
    assert found is not None
    assert found.fortran
    assert found.limit == 2**31 - 1


def test_without_any_library_there_is_none(monkeypatch):
    monkeypatch.setattr(blas, "find_products", lambda letter: iter(()))
    monkeypatch.setattr(blas, "_from_scipy", lambda dtype: None)
    assert blas.find_product.__wrapped__("float32") is None
