"""grad, value_and_grad, jvp and vjp: values, structures, refusals, fresh results."""

from __future__ import annotations

import typing
from dataclasses import dataclass, field

import numpy as np
import pytest

import hubel as hb
from hubel.errors import DifferentiationError, DTypeError, ShapeError

X = np.array([0.3, -1.2, 2.0])


class Pair(typing.NamedTuple):
    first: object
    second: object


@dataclass(frozen=True)
class Layer:
    weight: object
    bias: object
    kind: str = field(default="tanh", metadata={"static": True})


def test_gradients_of_a_formula():
    gradient = hb.grad(lambda x: (np.sin(x) * np.exp(x / 2)).sum())(X)
    expected = np.exp(X / 2) * (np.cos(X) + np.sin(X) / 2)
    np.testing.assert_allclose(gradient, expected, rtol=1e-14)


def test_value_and_grad_gives_both():
    value, gradient = hb.value_and_grad(lambda x: (x**3).sum())(X)
    assert value == pytest.approx((X**3).sum(), rel=1e-14)
    np.testing.assert_allclose(gradient, 3 * X**2, rtol=1e-14)


def test_jvp_and_vjp_are_transposes():
    a = np.arange(6.0).reshape(2, 3)

    def f(x):
        return np.tanh(a @ x)

    t, u = np.array([1.0, -2.0, 0.5]), np.array([3.0, 1.0])
    value, moved = hb.jvp(f, (X,), (t,))
    other, pullback = hb.vjp(f, X)
    np.testing.assert_array_equal(value, f(X))
    np.testing.assert_array_equal(other, f(X))
    assert u @ moved == pytest.approx(pullback(u)[0] @ t, rel=1e-14)


def test_an_input_that_is_not_used_has_gradient_zero():
    first, second = hb.grad(lambda x, y: x.sum(), (0, 1))(X, 5.0)
    np.testing.assert_array_equal(first, np.ones(3))
    assert second == 0.0
    np.testing.assert_array_equal(hb.grad(lambda x: 3.0)(X), np.zeros(3))
    assert hb.jvp(lambda x: 3.0, (X,), (X,)) == (3.0, 0.0)


# Arguments -----------------------------------------------------------------------


def f(x, y, z):
    return x * y**2 * z**3


@pytest.mark.parametrize(
    ("argnums", "expected"),
    [
        (0, 72.0),
        (1, 2 * 2 * 3 * 8.0),
        (-1, 2 * 9 * 12.0),
        ((0, 2), (72.0, 216.0)),
        ((2, 0), (216.0, 72.0)),
        ([-1, -3], (216.0, 72.0)),
        (np.int64(0), 72.0),
        ((), ()),
    ],
)
def test_argnums(argnums, expected):
    assert hb.grad(f, argnums)(2.0, 3.0, 2.0) == expected


@pytest.mark.parametrize("argnums", [3, -4, (0, 7)])
def test_argnums_that_are_not_there(argnums):
    with pytest.raises(DifferentiationError, match="called with 3 positional"):
        hb.grad(f, argnums)(2.0, 3.0, 2.0)


@pytest.mark.parametrize("argnums", [(0, 0), (0, -3)])
def test_argnums_that_name_an_argument_twice(argnums):
    with pytest.raises(DifferentiationError, match="twice"):
        hb.grad(f, argnums)(2.0, 3.0, 2.0)


def test_keyword_arguments_are_passed_on():
    assert hb.grad(lambda x, *, scale: scale * x)(1.0, scale=4.0) == 4.0
    with pytest.raises(DifferentiationError, match="by position"):
        hb.grad(lambda x: x)(x=1.0)


@pytest.mark.parametrize(
    ("argument", "words"),
    [
        (3, r"argument 0 of f is int64\[\]"),
        (np.arange(3), r"argument 0 of f is int64\[3\]"),
        (True, r"argument 0 of f is bool\[\]"),
        (np.ones(2, bool), r"argument 0 of f is bool\[2\]"),
        ({"w": X, "n": [1, 2]}, r"argument 0 at n\.0 of f is int64\[\]"),
        ((X, Layer(X, np.arange(2))), r"argument 0 at 1\.bias of f is int64\[2\]"),
        ("text", "argument 0 of f"),
    ],
)
def test_what_carries_no_gradient_is_refused_by_name(argument, words):
    def f(x):
        pytest.fail("the function ran")

    for run in (
        lambda: hb.grad(f)(argument),
        lambda: hb.vjp(f, argument),
        lambda: hb.jvp(f, (argument,), (argument,)),
    ):
        with pytest.raises(DifferentiationError, match=words) as caught:
            run()
        assert "astype(float)" in str(caught.value)


def test_the_name_of_a_refused_argument_is_its_position():
    with pytest.raises(DifferentiationError, match="argument 2 of f is int64"):
        hb.grad(f, (0, 2))(1.0, 2.0, 3)


# Results -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("result", "words"),
    [
        (lambda x: x, r"returned float64\[3\], not a scalar"),
        (lambda x: (x.sum(), x), "returned tuple, not a scalar"),
        (lambda x: x[:1], r"returned float64\[1\], not a scalar"),
        (lambda x: None, "returned NoneType"),
        (lambda x: x.sum() * 1j, "complex"),
        (lambda x: np.ones(2), "not a scalar"),
    ],
)
def test_results_that_have_no_gradient(result, words):
    with pytest.raises(DifferentiationError, match=words):
        hb.grad(result)(X)


def test_aux_is_handed_through():
    def loss(x):
        y = x * 2
        return y.sum(), {"y": y, "text": "t", "n": 3, "none": None}

    gradient, aux = hb.grad(loss, has_aux=True)(X)
    np.testing.assert_array_equal(gradient, [2.0] * 3)
    np.testing.assert_array_equal(aux["y"], 2 * X)
    assert (aux["text"], aux["n"], aux["none"]) == ("t", 3, None)
    (value, again), _ = hb.value_and_grad(loss, has_aux=True)(X)
    assert value == (2 * X).sum()
    assert type(again["y"]) is np.ndarray


def test_aux_can_be_differentiated_around():
    def outer(x):
        gradient, aux = hb.grad(lambda y: (y**3, y**2), has_aux=True)(x)
        return gradient + aux  # 3 x² + x²

    assert hb.grad(outer)(2.0) == pytest.approx(16.0)


def tree_of(kind):
    """Make a tree of two arrays and a function of it."""
    a, b = X, np.array([[2.0]])
    return {
        "dict": ({"a": a, "b": b}, lambda t: (t["a"], t["b"])),
        "list": ([a, b], lambda t: (t[0], t[1])),
        "tuple": ((a, b), lambda t: t),
        "named tuple": (Pair(a, b), lambda t: (t.first, t.second)),
        "dataclass": (Layer(a, b), lambda t: (t.weight, t.bias)),
        "nested": (
            {"n": [(a,), Layer(b, None)]},
            lambda t: (t["n"][0][0], t["n"][1].weight),
        ),
    }[kind]


KINDS = ["dict", "list", "tuple", "named tuple", "dataclass", "nested"]


@pytest.mark.parametrize("kind", KINDS)
def test_gradients_have_the_structure_of_the_argument(kind):
    tree, parts = tree_of(kind)

    def f(t):
        if isinstance(t, Layer):
            assert t.kind == "tanh"
        a, b = parts(t)
        return (a * a).sum() * b.sum()

    gradient = hb.grad(f)(tree)
    assert type(gradient) is type(tree)
    first, second = parts(gradient)
    np.testing.assert_allclose(first, 4 * X)
    np.testing.assert_allclose(second, [[(X * X).sum()]])
    assert second.shape == (1, 1)


@pytest.mark.parametrize("kind", KINDS)
def test_results_can_be_trees(kind):
    tree, _ = tree_of(kind)
    value, pullback = hb.vjp(lambda t: t, tree)
    assert type(value) is type(tree)
    (gradient,) = pullback(value)
    assert type(gradient) is type(tree)
    _, moved = hb.jvp(lambda t: t, (tree,), (tree,))
    assert type(moved) is type(tree)


# Seeds ---------------------------------------------------------------------------


def test_seeds_of_other_structures_and_shapes():
    _, pullback = hb.vjp(lambda x: {"a": x, "b": x.sum()}, X)
    with pytest.raises(ShapeError, match="leaves"):
        pullback((X, 1.0))
    with pytest.raises(ShapeError, match=r"float64\[2\].*float64\[3\]"):
        pullback({"a": np.ones(2), "b": 1.0})
    with pytest.raises(ShapeError, match="leaves"):
        hb.jvp(lambda x: x, (X,), ({"x": X},))
    with pytest.raises(ShapeError, match="1 primals were given 2 tangents"):
        hb.jvp(lambda x: x, (X,), (X, X))
    with pytest.raises(ShapeError, match=r"float64\[\]"):
        hb.jvp(lambda x: x, (X,), (1.0,))


def test_seeds_take_the_dtype_of_their_values():
    x = X.astype(np.float32)
    assert hb.vjp(lambda t: t, x)[1](np.ones(3))[0].dtype == np.float32
    assert hb.jvp(lambda t: t, (x,), (np.ones(3),))[1].dtype == np.float32
    assert hb.vjp(np.sin, X)[1](np.ones(3, int))[0].dtype == np.float64
    with pytest.raises(DTypeError, match="real"):
        hb.vjp(np.sin, X)[1](np.ones(3, complex))


def test_results_that_are_not_traced_have_tangent_zero():
    value, moved = hb.jvp(lambda x: (x, np.ones(2), 5.0), (X,), (X,))
    np.testing.assert_array_equal(value[1], np.ones(2))
    np.testing.assert_array_equal(moved[1], np.zeros(2))
    assert moved[2] == 0.0
    _, pullback = hb.vjp(lambda x: (x, np.ones(2)), X)
    np.testing.assert_array_equal(pullback((X, np.ones(2)))[0], X)


# Fresh results -------------------------------------------------------------------


def arrays_of(found):
    from hubel.tracing.tree import flatten

    return [x for x in flatten(found)[0] if isinstance(x, np.ndarray)]


def no_two_share(arrays):
    for i, one in enumerate(arrays):
        for other in arrays[i + 1 :]:
            assert not np.shares_memory(one, other)


FUNCTIONS = {
    "same gradient twice": lambda x, y: ((x + y) ** 2).sum(),
    "views": lambda x, y: x.reshape(3).sum() + y[::-1].sum(),
    "the same value": lambda x, y: (x * y).sum() + (x - y).sum(),
    "broadcast": lambda x, y: (x + y).sum(),
}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_gradients_are_arrays_of_their_own(name):
    f, y = FUNCTIONS[name], X + 1
    first = hb.grad(f, (0, 1))(X, y)
    expected = [a.copy() for a in first]
    no_two_share([X, y, *first])
    for array in first:
        assert array.flags.writeable
        array *= 0
    for array, wanted in zip(hb.grad(f, (0, 1))(X, y), expected, strict=True):
        np.testing.assert_array_equal(array, wanted)


@pytest.mark.parametrize("f", [lambda x: x, lambda x: x.T, np.tanh, lambda x: (x, x)])
def test_what_vjp_hands_out_can_be_changed(f):
    x = X.copy()
    value, pullback = hb.vjp(f, x)
    ones = value if isinstance(value, np.ndarray) else value[0]
    seed = np.ones_like(ones)
    seeds = (seed, seed) if isinstance(value, tuple) else seed
    first = pullback(seeds)
    expected = first[0].copy()
    no_two_share([x, seed, *arrays_of(value), *first])
    for array in [*arrays_of(value), *first]:
        array *= 0
    np.testing.assert_array_equal(pullback(seeds)[0], expected)


@pytest.mark.parametrize("f", [lambda x: x, lambda x: (x, x), lambda x: (x, x[::-1])])
def test_what_jvp_hands_out_can_be_changed(f):
    x, t = X.copy(), np.ones(3)
    _, moved = hb.jvp(f, (x,), (t,))
    no_two_share([x, t, *arrays_of(moved)])


def test_stop_gradient():
    assert hb.grad(lambda x: x * hb.stop_gradient(x))(3.0) == 3.0
    assert hb.grad(lambda x: x * hb.stop_gradient({"a": x * x})["a"])(3.0) == 9.0
    assert hb.jvp(lambda x: x * hb.stop_gradient(x), (3.0,), (1.0,)) == (9.0, 3.0)
    assert hb.stop_gradient(3.0) == 3.0
    np.testing.assert_array_equal(
        hb.grad(lambda x: hb.stop_gradient(x).sum())(X), 0 * X
    )
