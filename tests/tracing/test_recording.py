"""Plain NumPy is recorded: with values Python sees them, with shapes it cannot."""

from __future__ import annotations

import copy
import operator
import pickle

import numpy as np
import pytest

import hubel as hb
from hubel.errors import TraceError
from hubel.tracing.trace import Trace

X = np.array([[0.3, -1.2, 2.0], [0.7, 0.1, -0.4]])


def with_values(f, *args):
    """Run a function on traced values; return what is behind its result."""
    with Trace(with_values=True) as trace:
        return f(*[trace.input(a) for a in args]).value


OPERATORS = [
    operator.add,
    operator.sub,
    operator.mul,
    operator.truediv,
    operator.floordiv,
    operator.mod,
    operator.pow,
    operator.lt,
    operator.le,
    operator.gt,
    operator.ge,
    operator.eq,
    operator.ne,
]


@pytest.mark.parametrize("op", OPERATORS)
@pytest.mark.parametrize("other", [2.5, 3, np.float32(1.5), X + 2])
def test_operators_both_ways(op, other):
    base = np.abs(X) + 1
    for f in (lambda x: op(x, other), lambda x: op(other, x)):
        for found in (with_values(f, base), hb.compile(f)(base)):
            np.testing.assert_allclose(found, f(base), rtol=1e-15)
            assert found.dtype == f(base).dtype


@pytest.mark.parametrize("op", [operator.neg, operator.pos, abs])
def test_operators_of_one_operand(op):
    np.testing.assert_array_equal(with_values(op, X), op(X))


@pytest.mark.parametrize("op", [operator.and_, operator.or_, operator.xor])
def test_operators_on_bools(op):
    def f(x):
        return op(x > 0, ~(x < 1))

    np.testing.assert_array_equal(with_values(f, X), f(X))


def test_matmul_both_ways():
    w = np.arange(6.0).reshape(3, 2)
    np.testing.assert_array_equal(with_values(lambda x: x @ w, X), X @ w)
    np.testing.assert_array_equal(with_values(lambda x: w @ x, X), w @ X)
    np.testing.assert_array_equal(with_values(operator.matmul, X, w), X @ w)


@pytest.mark.parametrize(
    "f",
    [
        lambda x: np.add(x, 1, dtype=np.float32),
        lambda x: np.add.reduce(x, axis=1),
        lambda x: np.maximum(x, 0, where=True),
        lambda x: np.divmod(x, 0.5)[1],
        lambda x: np.sum(x, axis=-1, keepdims=True),
        lambda x: x.mean(axis=0) + x.T.sum(axis=1),
        lambda x: np.transpose(x, (1, 0)).reshape(2, -1),
        lambda x: x.ravel()[::2],
        lambda x: np.concatenate([x, np.ones((2, 1))], axis=1),
        lambda x: np.stack([x[0], x[1]], axis=-1),
        lambda x: np.where(x > 0, x, -1.0),
        lambda x: x.astype(np.float32),
        lambda x: x.clip(0, 1),
    ],
)
def test_functions_and_methods(f):
    expected = f(X)
    for found in (with_values(f, X), hb.compile(f)(X)):
        np.testing.assert_array_equal(found, expected)
        assert found.dtype == expected.dtype


def test_properties_of_arrays_are_there():
    def f(x):
        assert (x.shape, x.ndim, x.size, len(x)) == ((2, 3), 2, 6, 2)
        assert x.dtype == np.float64
        assert x.nbytes == 48
        return x

    np.testing.assert_array_equal(with_values(f, X), X)
    np.testing.assert_array_equal(hb.compile(f)(X), X)


def test_rows_can_be_iterated():
    def f(x):
        return sum(row * i for i, row in enumerate(x))

    np.testing.assert_array_equal(hb.compile(f)(X), f(X))
    with pytest.raises(TypeError, match="iteration over"):
        hb.grad(lambda x: sum(each for each in x))(3.0)


def test_python_flow_sees_values():
    def f(x):
        total = 0.0
        for row in x:
            while row.sum() > 1:
                row = row / 2
            if row[0] > 0.5:
                total = total + row.sum()
        return total

    assert hb.value_and_grad(f)(X)[0] == f(X)


@pytest.mark.parametrize(
    "f",
    [
        lambda x: x if x.sum() > 0 else -x,
        lambda x: x.sum() > 0 and x.max() > 1,
        lambda x: not x.sum(),
        lambda x: max(x[0, 0], x[0, 1]),
        lambda x: bool(x[0, 0]),
        lambda x: [x for _ in range(3) if x[0, 0] > 0],
        lambda x: x[0, 0] in (1.0, 2.0),
    ],
)
def test_a_branch_on_shapes_shows_the_users_own_line(f):
    with pytest.raises(TraceError) as caught:
        hb.compile(f)(X)
    assert f"{__file__}:{f.__code__.co_firstlineno}" in caught.value.where
    assert "lambda x:" in caught.value.where
    assert "np.where" in str(caught.value)


def test_a_branch_deep_inside_names_the_line_of_the_branch():
    def inner(t):
        y = np.tanh(t)
        if y.sum() > 0:  # the line that is at fault
            return y
        return -y

    with pytest.raises(TraceError, match=r"if y\.sum") as caught:
        hb.Graph.trace(lambda x: inner(x * 2), X)
    assert f"{__file__}:{inner.__code__.co_firstlineno + 2}:" in caught.value.where


def test_flow_on_shapes_and_dtypes_works_with_shapes():
    def f(x):
        if x.shape[0] == 2 and x.dtype == np.float64:
            for _ in range(x.ndim):
                x = x * 2
        return x

    np.testing.assert_array_equal(hb.compile(f)(X), 4 * X)


def test_counts_are_known_with_values_only():
    def f(x):
        n = (x > 0).sum()
        return x.ravel()[n] + sum(range(n))

    assert hb.value_and_grad(f)(X)[0] == f(X)
    with pytest.raises(TraceError, match="static"):
        hb.compile(lambda x: x.sum() * sum(range((x > 0).sum())))(X)


def test_formatting_shows_values_where_they_are_known():
    seen = []

    def f(x):
        seen.append(f"{x:.1f} {x!r}")
        return x * x

    hb.grad(f)(3.0)
    assert seen[0] == "3.0 <traced float64[] = 3.0>"
    hb.compile(f)(3.0)
    assert seen[1] == "<traced float64[]> <traced float64[]>"


@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy, np.copy])
def test_copies_stay_in_the_graph(copied):
    assert hb.grad(lambda x: copied(x) * x)(3.0) == 6.0
    np.testing.assert_array_equal(hb.grad(lambda x: (copied(x) * x).sum())(X), 2 * X)


def test_deep_copies_of_containers_stay_in_the_graph():
    moved = hb.grad(lambda p: (copy.deepcopy(p)["x"] * p["x"]).sum())({"x": X})
    np.testing.assert_array_equal(moved["x"], 2 * X)


def test_a_dtype_is_that_of_the_computation():
    pixels = np.array([200, 100], np.uint8)

    def f(x):
        return np.multiply(x, x, dtype=np.uint16)

    np.testing.assert_array_equal(hb.compile(f)(pixels), f(pixels))
    assert f(pixels).max() == 40_000


def test_pickling_is_refused():
    with pytest.raises(TraceError, match="pickled"):
        hb.grad(lambda x: pickle.loads(pickle.dumps(x)))(3.0)


def test_a_function_without_a_gate_is_named():
    doubled = np.frompyfunc(lambda x: 2 * x, 1, 1)
    with pytest.raises(TraceError, match=r"lambda.* it has no gate") as caught:
        hb.grad(lambda x: doubled(x).sum())(np.ones(2))
    assert "hubel.Gate" in str(caught.value)
    assert __file__ in caught.value.where
