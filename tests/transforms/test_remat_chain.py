from __future__ import annotations

import gc
import tracemalloc
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import hubel as hb
from hubel.derive.revolve import recomputed
from hubel.errors import MutationError, OptionError

Function = Callable[..., Any]

W = np.random.default_rng(0).normal(size=(3, 3)) / 3
X = np.ones(3)


def turning(w: Any) -> Function:
    """Make a step that uses what it captures alone, and with its argument."""

    def step(x: Any) -> Any:
        skew = w - w.T
        return x + 0.1 * np.tanh(skew @ x) + 0.01 * w[0]

    return step


def chained(n: int, slots: int) -> Function:
    def loss(w: Any, x: Any) -> Any:
        return (hb.remat_chain(turning(w), x, n, slots=slots) ** 2).sum()

    return loss


def plain(n: int) -> Function:
    def loss(w: Any, x: Any) -> Any:
        step = turning(w)
        for _ in range(n):
            x = step(x)
        return (x**2).sum()

    return loss


@pytest.mark.parametrize(("n", "slots"), [(0, 1), (1, 1), (2, 1), (7, 2), (40, 4)])
def test_gradients_are_those_of_the_plain_loop(n: int, slots: int):
    found = hb.grad(chained(n, slots), (0, 1))(W, X)
    expected = hb.grad(plain(n), (0, 1))(W, X)
    compiled = hb.compile(hb.grad(chained(n, slots), (0, 1)))(W, X)
    for one, two, other in zip(found, compiled, expected, strict=True):
        np.testing.assert_allclose(one, other, 1e-12, 1e-15)
        np.testing.assert_allclose(two, other, 1e-12, 1e-15)


WAYS: dict[str, Callable[[Function], Any]] = {
    "tangent": lambda f: hb.jvp(f, (W, X), (W.T, X))[1],
    "second order": lambda f: hb.grad(second(f))(W),
    "second order by the state": lambda f: hb.grad(
        lambda x: (hb.grad(f, 1)(W, x) ** 2).sum()
    )(X),
    "third order": lambda f: hb.grad(lambda w: hb.grad(second(f))(w).sum())(W),
    "second order, compiled": lambda f: hb.compile(hb.grad(second(f)))(W),
    "forward over reverse": lambda f: hb.jvp(hb.grad(f), (W, X), (W, X))[1],
    "reverse over forward": lambda f: hb.grad(
        lambda w: hb.jvp(lambda v: f(v, X), (w,), (W.T,))[1]
    )(W),
    "batched gradients": lambda f: hb.vmap(hb.grad(f), (None, 0))(W, W),
    "gradient of a batch": lambda f: hb.grad(
        lambda w: hb.vmap(f, (None, 0))(w, W).sum()
    )(W),
    "by what the loop does not see": lambda f: hb.grad(
        lambda a: hb.grad(lambda w: a * f(w, X))(W).sum()
    )(2.0),
}


def second(f: Function) -> Function:
    return lambda w: (hb.grad(f)(w, X) ** 2).sum()


@pytest.mark.parametrize("way", WAYS)
def test_every_way_to_differentiate(way: str):
    found, expected = WAYS[way](chained(9, 2)), WAYS[way](plain(9))
    np.testing.assert_allclose(found, expected, 1e-11, 1e-14)


def counted(n: int, slots: int) -> int:
    """Count how often a step runs for one gradient."""
    calls = 0

    def step(x: Any) -> Any:
        nonlocal calls
        calls += 1
        return x * 0.999

    found = hb.grad(lambda x: hb.remat_chain(step, x, n, slots=slots))(1.0)
    np.testing.assert_allclose(found, 0.999**n, 1e-12)
    return calls


def test_the_least_number_of_steps_is_computed_again():
    for n, slots in [(1, 1), (10, 1), (10, 3), (10, 100), (56, 3), (57, 3)]:
        assert counted(n, slots) == n + recomputed(n, slots)


def test_a_thousand_steps_with_ten_slots_take_fewer_than_five_extra_sweeps():
    assert counted(1001, 10) == 1001 + 3640


def test_memory_is_bounded_by_the_slots():
    x = np.random.default_rng(1).normal(size=5000)

    def loss(x: Any, n: int, slots: int) -> Any:
        return hb.remat_chain(lambda x: x + 0.01 * np.sin(x), x, n, slots=slots).sum()

    def peak(n: int, slots: int) -> float:
        gc.collect()
        tracemalloc.start()
        hb.grad(loss)(x, n, slots)
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return most / x.nbytes

    peak(2, 2)
    assert peak(200, 5) < 5 + 20
    assert peak(400, 5) < 5 + 20
    assert 15 < peak(200, 20) < 20 + 20


def test_nothing_is_left_behind_after_a_gradient():
    x = np.random.default_rng(1).normal(size=20_000)
    w = np.ones(20_000)

    def loss(w: Any) -> Any:
        return hb.remat_chain(lambda x: x * np.cos(w), x, 20, slots=4).sum()

    hb.grad(loss)(w)
    gc.collect()
    gc.disable()
    tracemalloc.start()
    try:
        for _ in range(5):
            hb.grad(loss)(w)
        assert tracemalloc.get_traced_memory()[0] < x.nbytes
    finally:
        tracemalloc.stop()
        gc.enable()


def test_a_step_may_take_its_number_and_look_things_up():
    force = [0.1, -0.2, 0.3, 0.4]
    table = np.arange(12.0).reshape(4, 3)

    def step(x: Any, i: int) -> Any:
        if i % 2:
            return np.sin(x) * force[i]
        return x * table[i] + x.sum()

    def loop(x: Any) -> Any:
        for i in range(4):
            x = step(x, i)
        return x.sum()

    def loss(x: Any) -> Any:
        return hb.remat_chain(step, x, 4, slots=1).sum()

    for find in (hb.grad, lambda f: hb.compile(hb.grad(f))):
        np.testing.assert_allclose(find(loss)(X), hb.grad(loop)(X), 1e-12)


def test_a_step_may_decide_on_values():
    def step(x: Any) -> Any:
        return x / 2 if x > 1 else 3 * x * x

    def loop(x: Any) -> Any:
        for _ in range(9):
            x = step(x)
        return x

    found = hb.grad(lambda x: hb.remat_chain(step, x, 9, slots=2))(0.7)
    np.testing.assert_allclose(found, hb.grad(loop)(0.7), 1e-12)


def test_a_second_argument_with_a_default_is_the_steps_own():
    assert hb.remat_chain(lambda x, rate=0.5: x * rate, 1.0, 3) == 0.125
    assert hb.remat_chain(np.sin, 1.0, 2) == np.sin(np.sin(1.0))


def test_states_that_are_trees():
    def step(state: Any, i: int) -> Any:
        x, v = state["x"], state["v"]
        assert state["kind"] == "spring"
        v = v - 0.1 * state["k"] * x
        return {**state, "x": x + 0.1 * v, "v": v.astype(v.dtype), "n": state["n"] + 1}

    def loss(run: Function) -> Function:
        def energy(x: Any, k: Any) -> Any:
            start = {"x": x, "v": np.zeros(2, np.float32), "k": k, "n": 0}
            end = run(step, {**start, "kind": "spring", "at": np.arange(2)}, 10)
            assert end["n"] == 10
            assert end["kind"] == "spring"
            return (end["x"] ** 2).sum() + (end["v"] ** 2).sum() + end["at"][1]

        return energy

    def loop(step: Function, x: Any, n: int) -> Any:
        for i in range(n):
            x = step(x, i)
        return x

    def chain(step: Function, x: Any, n: int) -> Any:
        return hb.remat_chain(step, x, n, slots=2)

    x, k = np.array([1.0, 2.0]), 0.5
    expected = hb.grad(loss(loop), (0, 1))(x, k)
    for find in (hb.grad, lambda f, n: hb.compile(hb.grad(f, n))):
        found = find(loss(chain), (0, 1))(x, k)
        np.testing.assert_allclose(found[0], expected[0], 1e-6)
        np.testing.assert_allclose(found[1], expected[1], 1e-6)


def test_chains_inside_of_steps_and_of_recomputation():
    def inner(w: Any) -> Function:
        return lambda x: hb.remat_chain(turning(w), x, 4, slots=1)

    def loss(w: Any) -> Any:
        x = hb.remat_chain(hb.remat(inner(w)), X, 3, slots=2)
        return (hb.remat(inner(w))(x) ** 2).sum()

    np.testing.assert_allclose(hb.grad(loss)(W), hb.grad(plain(16))(W, X), 1e-12)


def test_a_pullback_may_be_used_again():
    _, pullback = hb.vjp(lambda x: hb.remat_chain(turning(W), x, 12, slots=3), X)
    rows = np.stack([pullback(u)[0] for u in np.eye(3)])
    _, plain_pullback = hb.vjp(lambda x: loop_of(turning(W), x, 12), X)
    expected = np.stack([plain_pullback(u)[0] for u in np.eye(3)])
    np.testing.assert_allclose(rows, expected, 1e-12)


def loop_of(step: Function, x: Any, n: int) -> Any:
    for _ in range(n):
        x = step(x)
    return x


def test_a_step_that_is_another_the_second_time_is_an_error():
    random = np.random.default_rng(0)

    def noisy(x: Any) -> Any:
        return x + random.normal(size=3)

    with pytest.raises(MutationError, match=r"step \d+ .* did something else"):
        hb.grad(lambda x: hb.remat_chain(noisy, x, 10, slots=2).sum())(X)


def test_an_array_that_changes_before_the_sweep_is_an_error():
    factor = np.ones(3)

    def loss(x: Any) -> Any:
        y = hb.remat_chain(lambda x: x * factor, x, 10, slots=2)
        factor[0] = 2.0
        return y.sum()

    with pytest.raises(MutationError):
        hb.grad(loss)(X)


def test_what_is_given_is_not_changed():
    def step(x: Any) -> Any:
        x[0] = x[1]
        return x * 2

    x = np.array([1.0, 2.0])
    found = hb.grad(lambda x: hb.remat_chain(step, 1.0 * x, 3, slots=1).sum())(x)
    np.testing.assert_array_equal(found, [0.0, 16.0])
    np.testing.assert_array_equal(x, [1.0, 2.0])


def test_refusals():
    with pytest.raises(OptionError, match="n=-1"):
        hb.remat_chain(np.sin, X, -1)
    with pytest.raises(OptionError, match="slots=0"):
        hb.remat_chain(np.sin, X, 3, slots=0)
