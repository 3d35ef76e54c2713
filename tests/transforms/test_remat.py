from __future__ import annotations

import gc
import tracemalloc
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings

import hubel as hb
from hubel.errors import MutationError, TraceError
from hubel.tracing.tree import flatten
from tests.compiler.programs import FUNCTIONS, SEEDS, Program, arguments

Function = Callable[..., Any]


def numbers(*shape: int, seed: int = 0) -> Any:
    return np.random.default_rng(seed).uniform(-1, 1, shape)


def layer(w: Any, x: Any) -> Any:
    return np.tanh(x @ w) * np.cos(x)


def net(layer: Function) -> Function:
    def loss(w: Any, x: Any) -> Any:
        for _ in range(3):
            x = layer(w, x)
        return (x**2).sum()

    return loss


def outer(layer: Function) -> Function:
    """Recompute two layers that are recomputed themselves."""
    both = hb.remat(lambda w, x: layer(w, layer(w, x)))

    def loss(w: Any, x: Any) -> Any:
        return (layer(w, both(w, x)) ** 2).sum()

    return loss


W, X = numbers(4, 4), numbers(4, seed=1)

WAYS: dict[str, Callable[[Function], Any]] = {
    "value": lambda f: f(W, X),
    "gradient": lambda f: hb.grad(f, (0, 1))(W, X),
    "tangent": lambda f: hb.jvp(f, (W, X), (X[:, None] * W, W[0]))[1],
    "compiled gradient": lambda f: hb.compile(hb.grad(f, (0, 1)))(W, X),
    "gradient of compiled": lambda f: hb.grad(hb.compile(f), (0, 1))(W, X),
    "second order": lambda f: hb.grad(second(f))(W),
    "third order": lambda f: hb.grad(lambda w: (hb.grad(second(f))(w) ** 2).sum())(W),
    "second order, compiled": lambda f: hb.compile(hb.grad(second(f)))(W),
    "forward over reverse": lambda f: hb.jvp(hb.grad(f), (W, X), (W, X))[1],
    "reverse over forward": lambda f: hb.grad(
        lambda w: hb.jvp(lambda v: f(v, X), (w,), (W.T,))[1]
    )(W),
    "forward over forward": lambda f: hb.jvp(
        lambda w: hb.jvp(lambda v: f(v, X), (w,), (W.T,))[1], (W,), (W,)
    )[1],
    "batched gradients": lambda f: hb.vmap(hb.grad(f), (None, 0))(W, W),
    "gradient of a batch": lambda f: hb.grad(
        lambda w: hb.vmap(f, (None, 0))(w, W).sum()
    )(W),
    "gradient of a batch, compiled": lambda f: hb.compile(
        hb.grad(lambda w: hb.vmap(f, (None, 0))(w, W).sum())
    )(W),
    "hessian": lambda f: np.asarray(hb.hessian(lambda x: f(W, x))(X)),
    "jacobian": lambda f: np.asarray(hb.jacobian(lambda w: hb.grad(f)(w, X))(W)),
    "graph": lambda f: hb.Graph.trace(f, w=W, x=X).forward(w=W, x=X),
}


def second(f: Function) -> Function:
    return lambda w: (hb.grad(f)(w, X) ** 2).sum()


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("make", [net, outer])
def test_recomputation_changes_no_result(way: str, make: Function):
    found = WAYS[way](make(hb.remat(layer)))
    expected = WAYS[way](make(layer))
    pairs = zip(flatten(found)[0], flatten(expected)[0], strict=True)
    for one, other in pairs:
        np.testing.assert_allclose(one, other, 1e-11, 1e-13)


def test_a_graph_with_recomputation_goes_both_ways():
    g = hb.Graph.trace(net(hb.remat(layer)), w=W, x=X)
    g.forward(w=W, x=X)
    np.testing.assert_allclose(g.backward()["w"], hb.grad(net(layer))(W, X), 1e-13)


@settings(max_examples=40)
@given(FUNCTIONS, SEEDS)
def test_random_programs(function: Program, seed: int):
    drawn = tuple(arguments(seed).values())

    def total(f: Function) -> Function:
        return lambda *args: sum(np.sin(each).sum() for each in f(*args))

    with np.errstate(all="ignore"):
        plain = hb.grad(total(function), (0, 1, 2, 3))(*drawn)
        for find in (hb.grad, lambda f, n: hb.compile(hb.grad(f, n))):
            found = find(total(hb.remat(function)), (0, 1, 2, 3))(*drawn)
            for one, other in zip(found, plain, strict=True):
                np.testing.assert_allclose(one, other, 1e-9, 1e-11)


def test_captured_values_are_differentiated():
    def loss(w: Any) -> Any:
        inner = np.tanh(w)
        return hb.remat(lambda x: np.sin(inner.T @ x) * w[0] + np.exp(w).sum())(X).sum()

    def plain(w: Any) -> Any:
        inner = np.tanh(w)
        return (np.sin(inner.T @ X) * w[0] + np.exp(w).sum()).sum()

    for find in (hb.grad, lambda f: hb.compile(hb.grad(f))):
        np.testing.assert_allclose(find(loss)(W), hb.grad(plain)(W), 1e-12)


def test_trees_of_every_kind_come_back():
    def parts(state: dict[str, Any], name: str) -> Any:
        x = np.tanh(state["x"])
        return {
            "sum": x.sum(),
            "single": x.astype(np.float32),
            "complex": x * 1j,
            "place": np.argmax(x),
            "name": name,
            "same": state["x"],
            "fixed": np.ones(2),
            "twice": [x, x],
        }

    def loss(f: Function) -> Function:
        def total(x: Any) -> Any:
            out = f({"x": x}, "a")
            assert out["name"] == "a"
            picked = out["twice"][0][out["place"]] + out["sum"] * 2
            rest = (out["single"] ** 2).sum() + abs(out["complex"]).sum()
            return picked + rest + (out["same"] * out["twice"][1]).sum()

        return total

    np.testing.assert_array_equal(
        hb.remat(parts)({"x": X}, "a")["twice"][1], np.tanh(X)
    )
    plain = hb.grad(loss(parts))(X)
    np.testing.assert_allclose(hb.grad(loss(hb.remat(parts)))(X), plain, 1e-6)
    compiled = hb.compile(hb.grad(loss(hb.remat(parts))))
    np.testing.assert_allclose(compiled(X), plain, 1e-6)
    batch = hb.vmap(hb.grad(loss(hb.remat(parts))))(np.stack([X, 2 * X]))
    np.testing.assert_allclose(batch[0], plain, 1e-6)


def test_python_may_decide_on_known_values():
    half = hb.remat(lambda x: x / 2 if x > 1 else x * x)
    assert hb.grad(half)(3.0) == 0.5
    assert hb.grad(half)(0.5) == 1.0


def test_python_numbers_stay_weak():
    @hb.remat
    def f(a: Any) -> Any:
        return 2 * a, a * a

    def loss(a: Any) -> Any:
        double, square = f(a)
        out = np.ones(3, np.float32) * double * square
        assert out.dtype == np.float32
        return out.sum()

    assert hb.grad(loss)(2.0) == 72.0


def long(f: Function) -> Function:
    """Apply twelve blocks of eight operations on 80 kB."""

    def loss(x: Any) -> Any:
        for _ in range(12):
            x = f(x)
        return x.sum()

    return loss


def block(x: Any) -> Any:
    for _ in range(8):
        x = np.sin(x)
    return x


def peak(f: Function, x: Any) -> float:
    """Measure the most memory that a call has at one time, in arrays like x."""
    f(x)
    gc.collect()
    tracemalloc.start()
    f(x)
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return most / x.nbytes


def test_less_memory_for_one_more_evaluation():
    x = numbers(10_000)
    assert peak(hb.grad(long(block)), x) > 96
    assert peak(hb.grad(long(hb.remat(block))), x) < 40


def test_less_memory_at_second_order():
    x = numbers(10_000)

    def norm(f: Function) -> Function:
        return hb.grad(lambda x: (hb.grad(long(f))(x) ** 2).sum())

    assert peak(norm(hb.remat(block)), x) < peak(norm(block), x) / 3


def test_a_plan_recomputes_in_a_smaller_arena():
    x = numbers(1000)
    kept = hb.compile(hb.grad(long(block))).plan(x)
    again = hb.compile(hb.grad(long(hb.remat(block)))).plan(x)
    assert kept.arena >= 90 * x.nbytes
    assert again.arena <= 30 * x.nbytes
    evaluations = sum(node.gate.name == "sin" for node in again.order)
    # The last block's value is not asked for, and the last value of a block is no
    # argument of its derivative.
    assert evaluations == 11 * 8 + 12 * 7


def test_how_often_the_inside_is_evaluated():
    calls = []

    class Noted(hb.Gate):
        def forward(self, x: Any) -> Any:
            calls.append("forward")
            self.save(x)
            return x**2

        def backward(self, upstream: Any) -> Any:
            calls.append("backward")
            return upstream * 2 * self.saved[0]

    found = hb.grad(lambda x: hb.remat(lambda x: Noted()(x).sum())(x))(X)
    np.testing.assert_array_equal(found, 2 * X)
    assert calls.count("forward") == 2


def test_captured_arrays_may_not_change():
    large = numbers(200_000)

    def loss(x: Any) -> Any:
        y = hb.remat(lambda x: (x * large).sum())(x)
        large[0] += 1
        return y

    with pytest.raises(MutationError):
        hb.grad(loss)(numbers(200_000, seed=1))


def test_writing_to_an_argument_is_refused():
    def f(x: Any) -> Any:
        x[0] = 1.0
        return x.sum()

    with pytest.raises(TraceError, match="writes to one of its arguments"):
        hb.grad(lambda x: hb.remat(f)(x * 2))(X)


def test_an_error_inside_leaves_nothing_behind():
    def broken(x: Any) -> Any:
        raise ZeroDivisionError

    def loss(x: Any) -> Any:
        with pytest.raises(ZeroDivisionError):
            hb.remat(broken)(x)
        return (x**2).sum()

    np.testing.assert_array_equal(hb.grad(loss)(X), 2 * X)


def test_outside_of_a_trace_nothing_happens():
    assert hb.remat(lambda x, n: x * n)(3, 4) == 12
