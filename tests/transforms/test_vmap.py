from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pytest

import hubel as hb
from hubel.errors import OptionError, ShapeError, TraceError, ZeroGradientWarning


def numbers(*shape: int, seed: int = 0) -> Any:
    return np.random.default_rng(seed).uniform(-1, 1, shape)


def loss(params: dict[str, Any], x: Any, y: Any) -> Any:
    hidden = np.tanh(x @ params["w"] + params["b"])
    return ((hidden @ params["v"] - y) ** 2).sum()


@pytest.fixture
def net() -> tuple[dict[str, Any], Any, Any]:
    params = {"w": numbers(3, 4), "b": numbers(4, seed=1), "v": numbers(4, seed=2)}
    return params, numbers(5, 3, seed=3), numbers(5, seed=4)


def assert_trees_near(found: dict[str, Any], expected: dict[str, Any]):
    assert list(found) == list(expected)
    for name, value in found.items():
        np.testing.assert_allclose(value, expected[name], 1e-12, 1e-14)


def by_loop(f: Any, *args: Any) -> dict[str, Any]:
    parts = [f(*each) for each in zip(*args, strict=True)]
    return {name: np.stack([p[name] for p in parts]) for name in parts[0]}


def test_gradients_of_single_examples(net: Any):
    params, x, y = net
    found = hb.vmap(hb.grad(loss), in_axes=(None, 0, 0))(params, x, y)
    assert found["w"].shape == (5, 3, 4)
    assert_trees_near(found, by_loop(lambda a, b: hb.grad(loss)(params, a, b), x, y))


def test_gradients_of_single_examples_compiled(net: Any):
    params, x, y = net
    each = hb.vmap(hb.grad(loss), in_axes=(None, 0, 0))
    compiled = hb.compile(each)
    assert_trees_near(compiled(params, x, y), each(params, x, y))
    assert_trees_near(compiled(params, 2 * x, y), each(params, 2 * x, y))


def test_the_gradient_of_a_mean_over_a_batch(net: Any):
    params, x, y = net

    def mean(p: Any) -> Any:
        return hb.vmap(loss, in_axes=(None, 0, 0))(p, x, y).mean()

    def plain(p: Any) -> Any:
        return sum(loss(p, a, b) for a, b in zip(x, y, strict=True)) / 5

    assert_trees_near(hb.grad(mean)(params), hb.grad(plain)(params))
    assert_trees_near(hb.compile(hb.grad(mean))(params), hb.grad(plain)(params))


def test_forward_mode_inside_and_outside():
    x, t = numbers(4, 3), numbers(4, 3, seed=1)

    def f(v: Any) -> Any:
        return np.sin(v).sum() * v

    each = hb.vmap(lambda v, d: hb.jvp(f, (v,), (d,))[1])(x, t)
    whole = hb.jvp(hb.vmap(f), (x,), (t,))[1]
    loop = [hb.jvp(f, (v,), (d,))[1] for v, d in zip(x, t, strict=True)]
    np.testing.assert_allclose(each, loop, 1e-14)
    np.testing.assert_allclose(whole, loop, 1e-14)


def test_a_jacobian_by_products_with_every_unit_vector():
    x = numbers(3)
    y, pullback = hb.vjp(lambda v: np.cumsum(v**2), x)
    rows = hb.vmap(lambda u: pullback(u)[0])(np.eye(3))
    np.testing.assert_allclose(rows, np.tril(np.ones((3, 3))) * 2 * x, 1e-14)
    columns = hb.vmap(
        lambda t: hb.jvp(lambda v: np.cumsum(v**2), (x,), (t,))[1], out_axes=1
    )(np.eye(3))
    np.testing.assert_allclose(columns, rows, 1e-14)
    np.testing.assert_array_equal(y, np.cumsum(x**2))


def test_nested_maps_make_outer_products():
    x, y = numbers(3), numbers(4, seed=1)
    table = hb.vmap(lambda a: hb.vmap(lambda b: a * np.exp(b))(y))(x)
    np.testing.assert_allclose(table, np.multiply.outer(x, np.exp(y)), 1e-15)
    crossed = hb.vmap(hb.vmap(np.multiply, (None, 0)), (0, None), 1)(x, y)
    np.testing.assert_allclose(crossed, np.multiply.outer(y, x), 1e-15)


def test_the_gradient_of_a_gradient_of_single_examples():
    w, x = numbers(3), numbers(4, 3, seed=1)

    def penalty(w: Any) -> Any:
        each = hb.vmap(hb.grad(lambda w, x: np.tanh(w @ x) ** 2), (None, 0))(w, x)
        return (each**2).sum()

    hb.check_grads(penalty, (w,))


def test_axes_of_arguments_and_results():
    x, y = numbers(2, 5, 3), numbers(5, seed=1)
    found = hb.vmap(lambda a, b: a * b, in_axes=[1, -1], out_axes=-1)(x, y)
    np.testing.assert_array_equal(found, np.moveaxis(x * y[:, None], 1, -1))
    found = hb.vmap(lambda a: (a, {"s": a.sum()}), 1, (2, {"s": 0}))(x)
    np.testing.assert_array_equal(found[0], np.moveaxis(x, 1, 2))
    np.testing.assert_allclose(found[1]["s"], x.sum((0, 2)), 1e-14)


class Pair(NamedTuple):
    first: Any
    second: Any


def test_axes_of_the_parts_of_a_tree():
    pair = Pair(numbers(4, 2), {"a": numbers(2, seed=1), "b": numbers(2, 4, seed=2)})
    axes = Pair(0, {"a": None, "b": 1})
    found = hb.vmap(lambda p: p.first * p.second["a"] + p.second["b"], in_axes=(axes,))(
        pair
    )
    second = pair.second
    np.testing.assert_array_equal(found, pair.first * second["a"] + second["b"].T)


def test_what_is_the_same_for_all_examples():
    x = numbers(4)
    found = hb.vmap(lambda a, n, power: (a * n, n, power), (0, None), (0, 0, None))(
        x, 3, power="two"
    )
    np.testing.assert_array_equal(found[0], 3 * x)
    np.testing.assert_array_equal(found[1], [3, 3, 3, 3])
    assert found[2] == "two"
    same, one = hb.vmap(lambda a: (np.ones(2), 1.5), out_axes=(1, None))(x)
    np.testing.assert_array_equal(same, np.ones((2, 4)))
    assert one == 1.5


def test_an_argument_that_is_the_same_for_all_may_decide_a_branch():
    def f(a: Any, n: int) -> Any:
        return a if n == 0 else a * f(a, n - 1)

    x = numbers(4)
    np.testing.assert_allclose(hb.vmap(f, (0, None))(x, 2), x**3, 1e-15)


def test_results_share_no_memory_with_arguments():
    x = numbers(3, 2)
    same, view = hb.vmap(lambda a: (a, a[::-1]))(x)
    assert not np.shares_memory(same, x)
    assert not np.shares_memory(view, x)
    same[...] = 0
    assert x.any()


def test_writing_to_an_example():
    def f(a: Any, i: Any) -> Any:
        made = hb.zeros(3)
        made[i] = a.sum()
        made[1:] += a
        return made

    x, places = numbers(4, 2), np.array([0, 2, 1, 0])
    expected = np.zeros((4, 3))
    expected[np.arange(4), places] = x.sum(1)
    expected[:, 1:] += x
    np.testing.assert_allclose(hb.vmap(f)(x, places), expected, 1e-15)


def test_no_examples_at_all():
    found = hb.vmap(lambda a: (np.sort(a), np.linalg.inv(a @ a.T)), 0)(
        np.zeros((0, 2, 2))
    )
    assert found[0].shape == found[1].shape == (0, 2, 2)


def test_whole_numbers_and_dtypes_stay():
    x = np.arange(6, dtype=np.int32).reshape(3, 2)
    assert hb.vmap(lambda a: a + 1)(x).dtype == np.int32
    assert hb.vmap(lambda a: a * 0.5)(x.astype(np.float32)).dtype == np.float32
    assert hb.vmap(np.argmax)(x).tolist() == [1, 1, 1]


class Cube(hb.Gate):
    def forward(self, x: Any) -> Any:
        self.save(x)
        return x**3

    def backward(self, upstream: Any) -> Any:
        (x,) = self.saved
        return upstream * 3 * x**2


def test_a_gate_of_ones_own_runs_on_each_example():
    x = numbers(4, 3)
    np.testing.assert_allclose(hb.vmap(Cube())(x), x**3, 1e-14)
    each = hb.vmap(hb.grad(lambda a: Cube()(a).sum()))(x)
    np.testing.assert_allclose(each, 3 * x**2, 1e-14)
    whole = hb.grad(lambda a: hb.vmap(Cube())(a).sum())(x)
    np.testing.assert_allclose(whole, 3 * x**2, 1e-14)


def test_a_compiled_function_of_one_example():
    x = numbers(4, 3)
    f = hb.compile(lambda a: np.exp(a).sum())
    np.testing.assert_allclose(hb.vmap(f)(x), np.exp(x).sum(1), 1e-14)


def test_complex_examples():
    z = numbers(4, 3) + 1j * numbers(4, 3, seed=1)
    found = hb.vmap(hb.grad(lambda a: (abs(a) ** 2).sum()))(z)
    np.testing.assert_allclose(found, 2 * z.conj(), 1e-13)


def test_refusals():
    x = numbers(4, 3)
    with pytest.raises(TraceError, match=r"np\.where"):
        hb.vmap(lambda a: a if a.sum() > 0 else -a)(x)
    with pytest.raises(ShapeError, match="a has 4, b has 3"):
        hb.vmap(lambda a, b: a)(x, x.T)
    with pytest.raises(ShapeError, match=r"p\.w .* no axis 1"):
        hb.vmap(lambda p: p["w"], 1)({"w": x[0]})
    with pytest.raises(ShapeError, match="no argument has an axis"):
        hb.vmap(lambda a: a, None)(x)
    with pytest.raises(ShapeError, match=r"float64\[\].* no axis 0"):
        hb.vmap(lambda a: a)(1.0)
    with pytest.raises(OptionError, match="in_axes"):
        hb.vmap(lambda a, b: a, (0,))(x, x)
    with pytest.raises(OptionError, match="in_axes"):
        hb.vmap(lambda a: a, ({"w": 0},))(x)
    with pytest.raises(OptionError, match="out_axes=None"):
        hb.vmap(lambda a: a, out_axes=None)(x)
    with pytest.raises(OptionError, match="out_axes=2"):
        hb.vmap(lambda a: a, out_axes=2)(x)


def test_an_error_names_the_users_line():
    with pytest.raises(ShapeError) as caught:
        hb.vmap(lambda a: a @ np.ones(5))(numbers(4, 3))
    assert "test_vmap.py" in caught.value.where


def test_a_dead_gradient_through_a_batch_is_loud_and_names_the_line():
    def dead(x: Any) -> Any:
        return hb.vmap(lambda a: np.floor(a))(x).sum()

    with pytest.warns(ZeroGradientWarning, match=r"floor at .*test_vmap\.py"):
        hb.grad(dead)(numbers(3))


def test_the_zero_second_derivative_of_relu_is_not_called_dead():
    def slope(x: Any) -> Any:
        return hb.vmap(hb.grad(lambda a: np.maximum(a, 0)))(x).sum()

    np.testing.assert_array_equal(hb.grad(slope)(numbers(3)), np.zeros(3))
