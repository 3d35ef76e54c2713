"""Shape errors name both operands, the gates they came from and the user's line."""

from __future__ import annotations

import numpy as np
import pytest

import hubel as hb
from hubel.errors import DTypeError, ShapeError

X = np.ones((4, 3))

WRONG = {
    "add": (
        lambda x: np.tanh(x) + np.exp(x).sum(axis=1),
        r"add\(float64\[4, 3\] from tanh, float64\[4\] from sum\)",
    ),
    "matmul": (
        lambda x: np.sin(x) @ (x * 2),
        r"matmul\(float64\[4, 3\] from sin, float64\[4, 3\] from multiply\)",
    ),
    "constant": (
        lambda x: x * np.ones(4),
        r"multiply\(float64\[4, 3\] from input, float64\[4\] from constant\)",
    ),
    "reshape": (
        lambda x: np.cos(x).reshape(5),
        r"12 elements do not fill shape \(5,\)",
    ),
    "axis": (lambda x: np.cos(x).sum(axis=2), "axis 2 is out of bounds"),
    "concatenate": (
        lambda x: np.concatenate([np.sin(x), np.cos(x)[:, :2]], axis=0),
        r"concatenate\(.*from sin.*\[4, 2\] from slice\)",
    ),
    "index": (lambda x: np.cos(x)[:, 7], "index 7 is out of bounds.*length 3"),
    "broadcast_to": (lambda x: np.broadcast_to(np.sin(x), (2, 4)), "from sin"),
    "where": (lambda x: np.where(x > 0, np.sin(x), np.ones(2)), "where.*from sin"),
    "max of nothing": (lambda x: np.sin(x)[:0].max(), r"max\(float64\[0, 3\] from"),
}


@pytest.mark.parametrize("name", WRONG)
def test_both_ways_of_tracing_say_what_was_wrong_and_where(name):
    f, words = WRONG[name]
    line = f.__code__.co_firstlineno
    for run in (
        hb.grad(lambda x: f(x).sum()),
        hb.compile(f),
        lambda x: hb.Graph.trace(f, x),
        lambda x: hb.jvp(f, (x,), (x,)),
    ):
        with pytest.raises(ShapeError, match=words) as caught:
            run(X)
        assert f"{__file__}:{line}: " in str(caught.value)
        assert "lambda x:" in caught.value.where


def test_a_shape_error_is_a_value_error_too():
    with pytest.raises(ValueError, match="broadcast"):
        hb.grad(lambda x: (x + np.ones(7)).sum())(X)


def test_graphs_by_hand_name_the_line_that_builds():
    g = hb.Graph()
    x, y = g.input("x", (2, 3)), g.input("y", (4,))
    with pytest.raises(ShapeError, match=r"from input.*from input") as caught:
        x + y
    assert "x + y" in caught.value.where


def test_the_line_is_the_innermost_of_the_users():
    def layer(x, w):
        return x @ w  # here

    def net(x):
        return layer(layer(x, np.ones((3, 2))), np.ones((3, 2))).sum()

    with pytest.raises(ShapeError) as caught:
        hb.grad(net)(X)
    assert caught.value.where.endswith("return x @ w  # here")


def test_a_second_layer_is_named_by_its_gate_not_by_its_place():
    with pytest.raises(ShapeError, match="from maximum"):
        hb.compile(lambda x: np.maximum(x, 0) @ np.ones((4, 2)))(X)


def test_dtype_errors_say_where():
    with pytest.raises(DTypeError) as caught:
        hb.compile(lambda x: np.bitwise_and(np.sin(x), 1))(X)
    assert "from sin" in str(caught.value)
    assert __file__ in caught.value.where


def test_errors_of_the_users_own_are_left_alone():
    def f(x):
        raise IndexError("mine")

    for run in (hb.grad(f), hb.compile(f)):
        with pytest.raises(IndexError, match=r"^mine$"):
            run(X)
