"""A compiled function goes over to native code, and hands out arrays of its own."""

from __future__ import annotations

import time

import numpy as np
import pytest

import hubel as hb
from hubel.compiler.numpy_plan import NumpyPlan
from hubel.errors import HubelError, OptionError
from hubel.transforms.promotion import CALLS

llvm = pytest.importorskip("hubel.compiler.llvm.plan", reason="without llvmlite")
pytestmark = pytest.mark.skipif(
    not __import__("hubel.compiler.llvm.available", fromlist=["available"]).available(),
    reason="no native code can be made here",
)


def runner_of(compiled):
    (ready,) = compiled._plans.values()
    return ready.runner


def test_a_plan_that_is_used_again_becomes_native():
    compiled = hb.compile(lambda x: np.tanh(x) + 1)
    x = np.linspace(-1.0, 1.0, 5)
    compiled(x)
    assert isinstance(runner_of(compiled), NumpyPlan)
    end = time.monotonic() + 30
    calls = 1
    while isinstance(runner_of(compiled), NumpyPlan) and time.monotonic() < end:
        np.testing.assert_allclose(compiled(x), np.tanh(x) + 1, rtol=1e-14)
        calls += 1
        time.sleep(0.01)
    assert calls >= CALLS
    assert isinstance(runner_of(compiled), llvm.LlvmPlan)
    np.testing.assert_allclose(compiled(x), np.tanh(x) + 1, rtol=1e-14)


def test_numpy_stays_numpy():
    compiled = hb.compile(lambda x: x + 1, backend="numpy")
    for _ in range(CALLS + 3):
        compiled(np.ones(3))
    time.sleep(0.05)
    assert isinstance(runner_of(compiled), NumpyPlan)


def test_native_from_the_first_call():
    compiled = hb.compile(lambda x: x * 2, backend="llvm")
    np.testing.assert_array_equal(compiled(np.arange(3.0)), [0, 2, 4])
    assert isinstance(runner_of(compiled), llvm.LlvmPlan)


def test_an_unknown_backend_is_refused():
    with pytest.raises(OptionError, match="no backend 'cuda'"):
        hb.compile(lambda x: x, backend="cuda")


def test_where_numpy_is_asked_for_native_code_is_an_error(monkeypatch):
    monkeypatch.setenv("HUBEL_BACKEND", "numpy")
    with pytest.raises(HubelError, match="HUBEL_BACKEND is numpy"):
        hb.compile(lambda x: x + 1, backend="llvm")(np.ones(2))


def test_a_large_array_is_taken_again_only_if_nobody_has_it():
    compiled = hb.compile(lambda x: np.tanh(x) * 2, backend="llvm")
    x = np.linspace(0, 1, 1 << 18)

    def place(array):
        return array.__array_interface__["data"][0]

    first = compiled(x)
    held, where = first.copy(), place(first)
    second = compiled(x + 1)
    assert place(second) != where
    np.testing.assert_array_equal(first, held)
    view = second[3:]
    where = place(second)
    del second
    third = compiled(x + 2)
    assert place(third) not in (where, place(first))
    np.testing.assert_allclose(view, np.tanh(x + 1)[3:] * 2, rtol=1e-14)
    buffer = memoryview(third)
    where = place(third)
    del third
    assert place(compiled(x)) != where
    assert len(buffer) == len(x)


def test_wrong_labels_are_named_as_by_numpy():
    compiled = hb.compile(hb.nn.softmax_cross_entropy, backend="llvm")
    scores = np.zeros((3, 4), np.float32)
    assert compiled(scores, np.array([0, 1, 3])) == pytest.approx(np.log(4), rel=1e-6)
    with pytest.raises(OptionError, match="labels from 0 to 7"):
        compiled(scores, np.array([0, 1, 7]))


def test_numbers_beyond_64_bits_go_to_numpy():
    compiled = hb.compile(lambda x, n: x * float(1) + n, backend="llvm")
    assert compiled(np.ones(2), 3).tolist() == [4.0, 4.0]
    with np.errstate(all="ignore"):
        found = compiled(np.ones(2), 2**70)
    np.testing.assert_allclose(found, 2.0**70)


@pytest.mark.parametrize(
    "move", [lambda a: a[:, ::2], lambda a: a.T, np.asfortranarray]
)
def test_arrays_of_any_memory(move):
    compiled = hb.compile(lambda a: np.exp(a).sum(axis=0), backend="llvm")
    a = move(np.arange(24.0).reshape(4, 6) / 10)
    np.testing.assert_allclose(compiled(a), np.exp(a).sum(axis=0), rtol=1e-13)


def test_native_plans_in_two_threads_do_not_mix():
    from concurrent.futures import ThreadPoolExecutor

    compiled = hb.compile(lambda x: np.cumsum(np.sqrt(x)) * 2 + x, backend="llvm")
    inputs = [np.full(1000, float(i)) for i in range(8)]
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(compiled, inputs * 20))
    for i, each in enumerate(found):
        x = inputs[i % 8]
        np.testing.assert_allclose(each, np.cumsum(np.sqrt(x)) * 2 + x, rtol=1e-12)
