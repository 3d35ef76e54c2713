"""A trace leaves nothing behind: not after an error, not in threads."""

from __future__ import annotations

import gc
import threading
import weakref

import numpy as np
import pytest

import hubel as hb
from hubel.errors import TraceError
from hubel.tracing.trace import Trace, innermost


class OwnError(Exception):
    """Raised inside traced functions."""


def failing(x):
    y = np.sin(x)
    hb.grad(lambda z: (z * y).sum())(x)
    raise OwnError


def test_a_thousand_failing_traces_then_a_good_one():
    x = np.ones(3)
    runs = [
        hb.grad(failing),
        hb.compile(failing),
        lambda t: hb.jvp(failing, (t,), (t,)),
        lambda t: hb.vjp(failing, t),
        lambda t: hb.Graph.trace(failing, t),
        hb.grad(lambda t: hb.grad(failing)(t).sum()),
    ]
    for i in range(1000):
        with pytest.raises(OwnError):
            runs[i % len(runs)](x)
    assert innermost() is None
    assert type(hb.zeros(2)) is np.ndarray
    np.testing.assert_array_equal(hb.grad(lambda t: (t * t).sum())(x), 2 * x)


def test_a_refused_argument_leaves_nothing_open():
    with pytest.raises(TypeError):
        hb.grad(lambda x: x)(3)
    with pytest.raises(TypeError):
        hb.grad(lambda x: x)("text")
    assert innermost() is None


def test_the_outer_trace_is_open_again_after_an_inner_one_fails():
    def outer(x):
        here = innermost()
        for _ in range(3):
            with pytest.raises(OwnError):
                hb.grad(failing)(x)
            assert innermost() is here
        return (hb.zeros(3) + x).sum()

    np.testing.assert_array_equal(hb.grad(outer)(np.ones(3)), np.ones(3))


def test_nothing_is_open_in_threads():
    seen: list[object] = []

    def work():
        for _ in range(20):
            try:
                hb.grad(failing)(np.ones(3))
            except OwnError:
                seen.append(innermost())

    threads = [threading.Thread(target=work) for _ in range(4)]
    with Trace(with_values=True):
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert seen == [None] * 80
    assert innermost() is None


def test_threads_differentiate_at_once():
    x = np.linspace(0.1, 1.0, 5)
    results: dict[int, np.ndarray] = {}

    def work(k):
        for _ in range(20):
            results[k] = hb.grad(lambda t: (np.sin(k * t) * t).sum())(x)

    threads = [threading.Thread(target=work, args=(k,)) for k in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for k in range(4):
        expected = np.sin(k * x) + k * x * np.cos(k * x)
        np.testing.assert_allclose(results[k], expected, rtol=1e-12)


USES = {
    "operator": lambda t: t + 1,
    "ufunc": np.sin,
    "function": np.sum,
    "index": lambda t: t[0],
    "method": lambda t: t.sum(),
}


@pytest.mark.parametrize("use", USES)
@pytest.mark.parametrize("run", [hb.grad, hb.compile])
def test_a_traced_value_is_dead_after_its_trace(run, use):
    kept: list[object] = []

    def f(x):
        kept.append(x * 2)
        return x.sum()

    run(f)(np.ones(3))
    with pytest.raises(TraceError, match="after its trace had ended") as caught:
        USES[use](kept[0])
    assert __file__ in caught.value.where


@pytest.mark.parametrize("inner", [hb.grad, hb.compile])
@pytest.mark.parametrize("outer", [hb.grad, hb.compile])
def test_a_dead_value_is_refused_inside_another_trace(outer, inner):
    kept: list[object] = []

    def first(x):
        kept.append(x)
        return x * x

    inner(first)(3.0)
    with pytest.raises(TraceError, match="after its trace had ended"):
        outer(lambda y: y * kept[0])(2.0)
    with pytest.raises(TraceError, match="after its trace had ended"):
        outer(lambda y: {"y": y * y, "kept": kept[0]}["y"] + kept[0])(2.0)


def test_a_dead_value_cannot_be_returned_from_a_compiled_function():
    kept: list[object] = []

    def first(x):
        kept.append(x)
        return x * x

    hb.grad(first)(3.0)
    with pytest.raises(TraceError, match="after its trace had ended"):
        hb.compile(lambda y: (y, kept[0]))(2.0)


def test_a_pullback_outlives_its_trace_but_not_the_one_around():
    kept: list[object] = []

    def f(x):
        y, pullback = hb.vjp(np.sin, x)
        kept.append(pullback)
        return pullback(1.0)[0] + y

    hb.grad(f)(0.5)
    with pytest.raises(TraceError, match="after its trace had ended"):
        kept[0](1.0)
    value, pullback = hb.vjp(np.sin, 0.5)
    assert pullback(1.0)[0] == np.cos(0.5)
    assert value == np.sin(0.5)


def test_what_was_traced_is_freed():
    class Big(np.ndarray):
        """An array that weak references can point to."""

    def use():
        x = np.ones(1000).view(Big)
        hb.grad(lambda t: (t * x).sum())(np.ones(1000))
        hb.vjp(lambda t: t * x, np.ones(1000))
        hb.compile(lambda t: t * x)(np.ones(1000))
        return weakref.ref(x)

    gone = use()
    gc.collect()
    assert gone() is None
