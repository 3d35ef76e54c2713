"""Matrix products of every form as machine code: vectors, batches, Einstein sums."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
import pytest

import hubel as hb
from hubel.compiler.llvm.plan import LlvmPlan
from hubel.compiler.native import HostCall, ProductCall
from tests.compiler.test_native_programs import every
from tests.native import skip_without_native


@pytest.fixture(autouse=True)
def _native():
    skip_without_native()


VECTORS: dict[str, Any] = {
    "matrix by vector": lambda a, v, s: a @ v,
    "vector by matrix": lambda a, v, s: s @ a,
    "striped": lambda a, v, s: a[:, ::2] @ v[1::2],
    "backward": lambda a, v, s: a.T @ s[::-1],
    "dot": lambda a, v, s: v @ v * s.sum(),
    "many rows": lambda a, v, s: np.stack([a, 2 * a]) @ a.T,
    "many vectors": lambda a, v, s: np.stack([a, 2 * a]) @ v,
    "turned rows": lambda a, v, s: np.stack([a, 2 * a]).transpose(1, 0, 2) @ a.T,
    "flat rows": lambda a, v, s: a.reshape(-1, 1, 1) @ v[None, :1],
}


@pytest.mark.parametrize("name", VECTORS)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_products_of_vectors_and_of_many_rows(name, dtype):
    for m, k in ((3, 4), (90, 40), (1, 6), (5, 1)):
        random = np.random.default_rng(0)
        args = [random.normal(size=n).astype(dtype) for n in ((m, k), (k,), (m,))]
        if name != "striped" or k % 2 == 0:
            tolerance = 1e-10 if dtype == "float64" else 3e-4
            every(VECTORS[name], *args, tolerance=tolerance)
            gradient = hb.grad(lambda *x: np.tanh(VECTORS[name](*x)).sum(), (0, 1, 2))
            every(gradient, *args, tolerance=tolerance)


BATCHES: dict[str, Any] = {
    "pairs": lambda a, b: a @ b,
    "turned": lambda a, b: b.mT @ a.mT,
    "one for all": lambda a, b: a[0] @ b,
    "row for all": lambda a, b: a[1, 0] @ b,
    "columns": lambda a, b: a @ b[:, :, :1],
    "repeated": lambda a, b: a[:, None] @ b[:1],
    "batch last": lambda a, b: a.transpose(1, 0, 2) @ b[0],
    "two axes": lambda a, b: np.stack([a, -a]) @ b,
}


@pytest.mark.parametrize("name", BATCHES)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_products_of_small_batches(name, dtype):
    for batch, m, k, n in ((3, 4, 5, 6), (4, 40, 33, 50), (2, 1, 7, 3)):
        random = np.random.default_rng(0)
        args = [random.normal(size=s).astype(dtype) for s in ((m, k), (k, n))]
        args = [np.stack([a * i - 1 for i in range(batch)]) for a in args]
        tolerance = 1e-9 if dtype == "float64" else 2e-3
        every(BATCHES[name], *args, tolerance=tolerance)
        gradient = hb.grad(lambda *x: np.tanh(BATCHES[name](*x)).sum(), (0, 1))
        every(gradient, *args, tolerance=tolerance)


def test_a_small_batch_of_products_is_no_call_of_numpy():
    a, b = np.ones((8, 90, 40)), np.ones((8, 40, 50))
    steps = LlvmPlan(hb.compile(lambda a, b: np.tanh(a @ b)).plan(a, b)).native.steps
    products = [step for step in steps if isinstance(step, ProductCall)]
    assert [step.offset for step in products] == list(range(0, 8 * 4500, 4500))
    assert not any(isinstance(step, HostCall) for step in steps)
    many = np.ones((90, 4, 5)), np.ones((90, 5, 3))
    steps = LlvmPlan(hb.compile(lambda a, b: np.tanh(a @ b)).plan(*many)).native.steps
    assert any(isinstance(step, HostCall) for step in steps)


SUMS = (
    "ab,bc->ac ab,cb->ac ba,bc->ac ba,cb->ac ab,bc->ca ba,bc->ca ab,cb->ca ba,cb->ca "
    "ab,b->a ba,b->a a,ab->b a,ba->b a,a-> ab,ab-> ab,ba-> a,b->ab a,b->ba ab,b->ab "
    "ab,ab->ab ab,ab->a ab,ab->b ab,a->ba abc,cd->abd abc,bcd->ad abc,dbc->ad "
    "cab,dab->cd abc,abd->cd abc,acd->abd abc,adc->abd abc,adc->adb acb,acd->abd "
    "abc,ac->ab ab,abc->ac abcd,ebcd->ae abc,cd->adb abc,cbd->ad ab,cd->abcd ,ab->ab"
).split()
MOVING = {"abc,cd->adb", "abc,cbd->ad"}
"""Elements would have to be moved for a product."""


@pytest.mark.parametrize("sum_", SUMS)
def test_sums_of_two_are_products_or_kernels(sum_):
    lengths = dict(zip("abcde", (3, 5, 20, 16, 2), strict=True))
    random, f = np.random.default_rng(0), partial(np.einsum, sum_)
    words = sum_.partition("->")[0].split(",")
    args = [random.normal(size=[lengths[a] for a in word]) for word in words]
    every(f, *args, tolerance=1e-10)
    every(f, *[a.astype(np.float32) for a in args], tolerance=1e-3)
    gradient = hb.grad(lambda *x: np.sin(f(*x)).sum(), (0, 1))
    every(gradient, *args, tolerance=1e-10)
    steps = LlvmPlan(hb.compile(f).plan(*args)).native.steps
    assert any(isinstance(step, HostCall) for step in steps) == (sum_ in MOVING)


def test_a_product_with_a_vector_is_no_call_of_numpy():
    a, v = np.ones((90, 400)), np.ones(400)
    compiled = hb.compile(lambda a, v: np.tanh(a @ v), backend="llvm")
    steps = LlvmPlan(compiled.plan(a, v)).native.steps
    assert not any(isinstance(step, HostCall) for step in steps)
