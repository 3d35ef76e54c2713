"""Gradient descent in native code, on NumPy, and by hand."""

from __future__ import annotations

import _thread
import subprocess
import sys
import threading
import time

import numpy as np
import pytest

import hubel as hb
from hubel.compiler.llvm.available import available
from hubel.errors import DifferentiationError, OptionError, TraceError, TrainingError

RNG = np.random.default_rng(0)
X = RNG.normal(size=(20, 3))
Y = np.tanh(X @ RNG.normal(size=(3, 2)))

BACKENDS = [
    "numpy",
    pytest.param(
        "llvm", marks=pytest.mark.skipif(not available(), reason="needs llvmlite")
    ),
]


@pytest.fixture(params=BACKENDS)
def backend(request, monkeypatch):
    monkeypatch.setenv("HUBEL_BACKEND", request.param)
    return request.param


def error(params):
    hidden = np.tanh(X.astype(params["w"].dtype) @ params["w"] + params["b"])
    return ((hidden @ params["layers"][0] - Y.astype(hidden.dtype)) ** 2).mean()


def start(dtype=np.float64):
    generator = np.random.default_rng(1)
    w, v = generator.normal(size=(3, 4)), generator.normal(size=(4, 2))
    layers = [v.astype(dtype)]
    return {"w": w.astype(dtype), "b": np.zeros(4, dtype), "layers": layers}


def leaves(params):
    return [params["w"], params["b"], params["layers"][0]]


def by_hand(params, *, lr, steps, momentum=0.0, l2=0.0):
    w = [leaf.copy() for leaf in leaves(params)]
    v = [np.zeros_like(leaf) for leaf in w]
    gradient = hb.grad(lambda w: error({"w": w[0], "b": w[1], "layers": [w[2]]}))
    for _ in range(steps):
        for i, g in enumerate(gradient(w)):
            v[i] = momentum * v[i] - lr * (g + l2 * w[i])
            w[i] = w[i] + v[i]
    return w


@pytest.mark.parametrize("momentum", [0.0, 0.9])
@pytest.mark.parametrize("l2", [0.0, 0.1])
@pytest.mark.parametrize(
    ("dtype", "tolerance"), [(np.float64, 1e-10), (np.float32, 1e-4)]
)
def test_it_is_what_one_writes_by_hand(backend, momentum, l2, dtype, tolerance):
    rates = {"lr": 0.1, "momentum": momentum, "l2": l2, "steps": 50}
    found = hb.descend(error, start(dtype), **rates)
    for one, other in zip(leaves(found), by_hand(start(dtype), **rates), strict=True):
        assert one.dtype == dtype
        np.testing.assert_allclose(one, other, rtol=tolerance, atol=tolerance)


def test_what_is_given_stays_and_what_comes_back_is_fresh(backend):
    params = start()
    params["w"].flags.writeable = False
    compiled = hb.compile(error)
    first = hb.descend(compiled, params, lr=0.1, steps=5)
    kept = [leaf.copy() for leaf in leaves(first)]
    second = hb.descend(compiled, params, lr=0.1, steps=9)
    none = hb.descend(compiled, params, lr=0.1, steps=0)
    for given, same in zip(leaves(params), leaves(start()), strict=True):
        np.testing.assert_array_equal(given, same)
    for one, other, more in zip(leaves(first), kept, leaves(second), strict=True):
        np.testing.assert_array_equal(one, other)
        assert not np.array_equal(one, more)
        assert not np.shares_memory(one, more)
    for one, other in zip(leaves(none), leaves(params), strict=True):
        np.testing.assert_array_equal(one, other)
        assert not np.shares_memory(one, other)


def test_numbers_and_scalars_keep_their_kinds(backend):
    def bowl(p):
        a, (b, c) = p["a"], p["rest"]
        return (a - 1) ** 2 + (b - 2) ** 2 + ((c - 3) ** 2).sum()

    params = {"a": 0.0, "rest": (np.float32(0), np.zeros((2, 1)))}
    found = hb.descend(bowl, params, lr=0.1, steps=200)
    assert type(found["a"]) is float
    assert type(found["rest"][0]) is np.float32
    assert found["rest"][1].shape == (2, 1)
    assert found["a"] == pytest.approx(1)
    assert found["rest"][0] == pytest.approx(2)
    np.testing.assert_allclose(found["rest"][1], [[3], [3]])


def test_one_array_in_any_order(backend):
    target = np.arange(6.0).reshape(2, 3)
    given = np.zeros((3, 2)).T
    found = hb.descend(lambda w: ((w - target) ** 2).sum(), given, lr=0.3, steps=60)
    np.testing.assert_allclose(found, target, atol=1e-9)


def test_functions_without_native_form(backend):
    wanted = np.array([1.0, 2.0, 3.0])

    def loss(w):
        return ((np.sort(w) - wanted) ** 2).sum()

    found = hb.descend(loss, np.array([1.0, -2.0, 0.5]), lr=0.1, steps=100)
    np.testing.assert_allclose(found, [3.0, 1.0, 2.0], atol=1e-6)


def test_complex_parameters_go_along_the_conjugate(backend):
    target = np.array([1 + 2j, -3j])
    found = hb.descend(
        lambda z: (np.abs(z - target) ** 2).sum(),
        np.zeros(2, complex),
        lr=0.1,
        steps=99,
    )
    np.testing.assert_allclose(found, target, atol=1e-6)


def test_data_that_changed_is_seen(backend):
    data = np.zeros(3)

    def loss(w):
        return ((w - data) ** 2).sum()

    compiled = hb.compile(loss)
    for function, expected in ((loss, [0, 1]), (compiled, [1, 1])):
        for value, wanted in zip((data.max(), 1.0), expected, strict=True):
            data[:] = value
            found = hb.descend(function, np.ones(3) * 5, lr=0.4, steps=50)
            np.testing.assert_allclose(found, wanted, atol=1e-6)


def test_new_rates_serve_the_same_loop(backend):
    compiled = hb.compile(error)
    for rates in ({"lr": 0.1}, {"lr": 0.3}, {"lr": 0.2, "momentum": 0.5}, {"lr": 0.1}):
        found = hb.descend(compiled, start(), steps=20, **rates)
        expected = by_hand(start(), steps=20, **rates)
        for one, other in zip(leaves(found), expected, strict=True):
            np.testing.assert_allclose(one, other, rtol=1e-10)


def test_threads_do_not_share_a_loop():
    compiled = hb.compile(error)
    found = {}

    def work(lr):
        found[lr] = hb.descend(compiled, start(), lr=lr, steps=3000)

    rates = (0.1, 0.2, 0.3)
    threads = [threading.Thread(target=work, args=(lr,)) for lr in rates]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for lr in rates:
        expected = hb.descend(compiled, start(), lr=lr, steps=3000)
        for one, other in zip(leaves(found[lr]), leaves(expected), strict=True):
            np.testing.assert_array_equal(one, other)


def test_divergence_names_the_step(backend):
    with pytest.raises(TrainingError, match=r"became inf in step 5[1-9]\d of 1,000"):
        hb.descend(lambda w: (w**2).sum(), np.ones(3), lr=2.0 - 0.575, steps=1000)


def test_the_callback_is_called_between_slices(backend):
    seen = []

    def tell(step, loss):
        seen.append((step, loss))
        if len(seen) == 5:
            raise KeyboardInterrupt

    began = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        hb.descend(error, start(), lr=0.01, steps=10**12, callback=tell)
    assert time.monotonic() - began < 20
    steps, losses = zip(*seen, strict=True)
    assert steps[0] >= 1
    assert sorted(set(steps)) == list(steps)
    assert losses[-1] < losses[0]


def test_ctrl_c_ends_it(backend):
    timer = threading.Timer(1.0, _thread.interrupt_main)
    timer.start()
    began = time.monotonic()
    try:
        with pytest.raises(KeyboardInterrupt):
            hb.descend(error, start(), lr=0.01, steps=10**12)
    finally:
        timer.cancel()
    assert time.monotonic() - began < 20


@pytest.mark.parametrize(
    "settings",
    [
        {"lr": -1.0},
        {"lr": float("nan")},
        {"lr": 0.1, "steps": -1},
        {"lr": 0.1, "momentum": 1.0},
        {"lr": 0.1, "l2": -0.1},
    ],
)
def test_settings_outside_their_range(settings):
    with pytest.raises(OptionError):
        hb.descend(error, start(), **{"steps": 1, **settings})


def test_what_cannot_be_descended():
    with pytest.raises(DifferentiationError, match="no gradient"):
        hb.descend(lambda w: (w * 1.0).sum(), np.arange(3), lr=0.1, steps=1)
    with pytest.raises(DifferentiationError, match="not a scalar"):
        hb.descend(lambda w: w * 2, np.ones(3), lr=0.1, steps=1)
    with pytest.raises(TraceError, match="traced"):
        hb.grad(lambda s: hb.descend(lambda w: (w * s).sum(), 1.0, lr=s, steps=1))(2.0)
    with pytest.raises(TraceError, match="traced"):
        hb.grad(lambda s: hb.descend(lambda w: w * w, s, lr=0.1, steps=1))(2.0)


HIDDEN = """
import sys, warnings
sys.modules["llvmlite"] = None
import numpy as np, hubel as hb
with warnings.catch_warnings(record=True) as told:
    warnings.simplefilter("always")
    print(hb.descend(lambda w: ((w - 1) ** 2).sum(), np.zeros(2), lr=0.25, steps=2))
    print(len(told), told[0].category.__name__)
    hb.descend(lambda w: ((w - 1) ** 2).sum(), np.zeros(2), lr=0.25, steps=2)
    print(len(told))
"""


def test_without_llvmlite_it_warns_once():
    found = subprocess.run(
        [sys.executable, "-c", HIDDEN], capture_output=True, text=True, check=True
    )
    assert found.stdout == "[0.75 0.75]\n1 RuntimeWarning\n1\n"
