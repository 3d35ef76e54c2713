"""``hb.compile``: one trace per signature, fresh results, threads, errors."""

from __future__ import annotations

import functools
import logging
import sys
import threading
from dataclasses import dataclass, field

import numpy as np
import pytest

import hubel as hb
from hubel.errors import OptionError, TraceError
from hubel.graph.node import Spec
from hubel.transforms.compiled import KEPT

X = np.array([0.5, -1.0, 2.0])


class Counted:
    """A function that counts how often it is traced."""

    def __init__(self, f):
        functools.update_wrapper(self, f)
        self.f = f
        self.count = 0

    def __call__(self, *args, **kwargs):
        self.count += 1
        return self.f(*args, **kwargs)


def test_a_signature_is_traced_once():
    f = Counted(lambda x, y: x * y)
    compiled = hb.compile(f)
    for k in range(5):
        np.testing.assert_array_equal(compiled(X, k * X), k * X * X)
    assert f.count == 1


@pytest.mark.parametrize(
    "args",
    [
        (np.ones(4), 2.0),
        (X.astype(np.float32), 2.0),
        (X, 2),
        (X, np.float64(2)),
        (X, X),
        ([X, X], 2.0),
    ],
)
def test_a_new_signature_is_traced_again(args):
    f = Counted(lambda x, y: (x[0] if isinstance(x, list) else x) * y)
    compiled = hb.compile(f)
    compiled(X, 2.0)
    compiled(*args)
    assert f.count == 2
    compiled(X, 5.0)
    compiled(*args)
    assert f.count == 2


def test_a_new_number_is_no_new_signature():
    f = Counted(lambda x, rate, n: x - rate * x * n)
    compiled = hb.compile(f)
    for rate, n in [(0.1, 1), (0.2, 2), (1e-9, 10**9), (float("inf"), -3)]:
        np.testing.assert_array_equal(compiled(X, rate, n), X - rate * X * n)
    assert f.count == 1


def test_a_new_signature_is_logged_at_debug(caplog):
    def rescale(x, y):
        return x * y

    compiled = hb.compile(rescale)
    with caplog.at_level(logging.DEBUG, logger="hubel"):
        compiled(X, 2.0)
        compiled(X, 3.0)
        compiled(np.ones(4), 2.0)
    assert [record.getMessage() for record in caplog.records] == [
        "compiling rescale for float64[3], float64[]",
        "compiling rescale for float64[4], float64[]",
    ]
    assert {record.levelname for record in caplog.records} == {"DEBUG"}


def test_layout_in_memory_is_no_signature():
    f = Counted(lambda x: np.tanh(x @ x.T))
    compiled = hb.compile(f)
    square = np.arange(9.0).reshape(3, 3) / 9
    for x in (square, square.T, np.asfortranarray(square), square[::-1]):
        np.testing.assert_allclose(compiled(x), np.tanh(x @ x.T), rtol=1e-14)
    strided = np.arange(36.0).reshape(6, 6)[::2, ::2]
    np.testing.assert_allclose(compiled(strided), np.tanh(strided @ strided.T))
    assert f.count == 1


# Static arguments ----------------------------------------------------------------


@pytest.mark.parametrize("value", ["a", True, False, None, b"x"])
def test_what_is_no_number_is_static(value):
    f = Counted(lambda x, kind: x if kind == value else -x)
    compiled = hb.compile(f)
    np.testing.assert_array_equal(compiled(X, value), X)
    np.testing.assert_array_equal(compiled(X, "other"), -X)
    np.testing.assert_array_equal(compiled(X, kind=value), X)
    compiled(X, value)
    assert f.count == 3


def test_arguments_static_by_name():
    f = Counted(lambda x, n, *, axis=0: np.stack([x] * n).sum(axis=axis))
    compiled = hb.compile(f, static_argnames=["n", "axis"])
    np.testing.assert_array_equal(compiled(X, 2), 2 * X)
    np.testing.assert_array_equal(compiled(X, 3), 3 * X)
    np.testing.assert_array_equal(compiled(X, n=3), 3 * X)
    np.testing.assert_array_equal(compiled(X, 2, axis=1), [X.sum()] * 2)
    np.testing.assert_array_equal(compiled(X, 2), 2 * X)
    assert f.count == 4


def test_static_names_have_to_be_arguments():
    with pytest.raises(OptionError, match=r"names m, .* are x, n"):
        hb.compile(lambda x, n: x, static_argnames=["n", "m"])
    assert hb.compile(lambda x, **rest: x, static_argnames=["m"])(2.0, m="a") == 2.0
    assert hb.compile(print, static_argnames=["sep"]) is not None


def test_a_static_argument_may_be_a_container():
    f = Counted(lambda x, shape: x.reshape(shape))
    compiled = hb.compile(f, static_argnames=("shape",))
    assert compiled(X, (3, 1)).shape == (3, 1)
    assert compiled(X, (1, 3)).shape == (1, 3)
    assert compiled(X, (3, 1)).shape == (3, 1)
    assert f.count == 2


def test_static_fields_of_dataclasses():
    @dataclass
    class Layer:
        weight: object
        kind: str = field(metadata={"static": True})

    f = Counted(lambda layer, x: np.tanh(x) if layer.kind == "tanh" else x)
    compiled = hb.compile(f)
    np.testing.assert_array_equal(compiled(Layer(X, "tanh"), X), np.tanh(X))
    np.testing.assert_array_equal(compiled(Layer(X, "none"), X), X)
    compiled(Layer(2 * X, "tanh"), X)
    assert f.count == 2


def test_decorator_forms():
    @hb.compile
    def double(x):
        """Double it."""
        return 2 * x

    @hb.compile(static_argnames=("n",))
    def power(x, n):
        return x**n

    assert double(2.0) == 4.0
    assert power(2.0, n=3) == 8.0
    assert (double.__name__, double.__doc__) == ("double", "Double it.")


def test_the_cache_is_bounded_and_keeps_what_is_used():
    f = Counted(lambda x: x + 1)
    compiled = hb.compile(f)
    for n in range(1, KEPT + 1):
        compiled(np.zeros(n))
    compiled(np.zeros(1))
    compiled(np.zeros(KEPT + 1))  # size 2 goes: unused for longest
    assert f.count == KEPT + 1
    compiled(np.zeros(1))
    assert f.count == KEPT + 1
    compiled(np.zeros(2))
    assert f.count == KEPT + 2


# Results -------------------------------------------------------------------------


def test_results_are_fresh():
    compiled = hb.compile(lambda x: {"same": x, "twice": (x + x, x.T), "view": x[1:]})
    first = compiled(X)
    second = compiled(2 * X)
    np.testing.assert_array_equal(first["same"], X)
    np.testing.assert_array_equal(first["twice"][0], 2 * X)
    np.testing.assert_array_equal(second["twice"][0], 4 * X)
    first["same"] *= 0
    first["view"] *= 0
    np.testing.assert_array_equal(compiled(X)["view"], X[1:])
    assert X[0] == 0.5


def test_results_keep_their_structure_and_their_types():
    def f(x, n):
        return [x, (n, n + 1, 2.5), {"none": None, "text": "t", "flag": True}, x.sum()]

    found = hb.compile(f)(X, 3)
    assert found[1] == (3, 4, 2.5)
    assert [type(each) for each in found[1]] == [int, int, float]
    assert found[2] == {"none": None, "text": "t", "flag": True}
    assert type(found[3]) is np.float64


def test_constants_and_duplicates_are_results_of_their_own():
    table = np.arange(3.0)
    compiled = hb.compile(lambda x: (table, table, x, x, np.tanh(x), np.tanh(x)))
    found = compiled(X)
    for array in found:
        array += 100
    np.testing.assert_array_equal(table, np.arange(3.0))
    again = compiled(X)
    np.testing.assert_array_equal(again[0], table)
    np.testing.assert_array_equal(again[4], np.tanh(X))
    assert len({id(each) for each in found}) == 6


def test_empty_arrays_and_no_results():
    np.testing.assert_array_equal(
        hb.compile(lambda x: np.tanh(x) * 2)(np.zeros((0, 3))), np.zeros((0, 3))
    )
    assert hb.compile(lambda x: None)(X) is None
    assert hb.compile(lambda: 5)() == 5


def test_floating_point_warnings_are_silent():
    with np.errstate(all="raise"):
        assert np.isneginf(hb.compile(np.log)(0.0))
        assert np.isnan(hb.compile(lambda x: x / x)(np.float64(0.0)))


# Errors --------------------------------------------------------------------------


def test_an_error_while_tracing_leaves_the_function_usable():
    f = Counted(lambda x: x.reshape(3, 1) * 2)
    compiled = hb.compile(f)
    for _ in range(3):
        with pytest.raises(ValueError, match="elements"):
            compiled(np.ones(4))
    np.testing.assert_array_equal(compiled(X), 2 * X[:, None])
    np.testing.assert_array_equal(compiled(X), 2 * X[:, None])
    assert f.count == 4


def test_an_error_while_running_leaves_the_function_usable():
    class Fragile(hb.Gate):
        def forward(self, x):
            if float(np.sum(x)) > 100:
                raise KeyError("too large")
            return 2.0 * np.asarray(x)

    compiled = hb.compile(lambda x: Fragile()(x + 1) * 3)
    for _ in range(3):
        np.testing.assert_array_equal(compiled(X), 6 * (X + 1))
        with pytest.raises(KeyError, match="too large"):
            compiled(X + 1000)


def test_a_wrong_call_is_the_functions_own_error():
    with pytest.raises(TypeError, match="argument"):
        hb.compile(lambda x: x)(X, X)


def test_a_compiled_function_that_calls_itself_with_plain_arrays():
    @hb.compile
    def f(x):
        if x.shape == (3,):
            return x + f(np.ones(2)).sum()
        return 2 * x

    np.testing.assert_array_equal(f(X), X + 4)


# Threads -------------------------------------------------------------------------


def test_many_threads_use_one_compiled_function():
    w = np.linspace(-1, 1, 600).reshape(20, 30)

    def f(x, k):
        return np.tanh(x @ w) * k + (x @ w).sum(axis=1)[:, None]

    compiled = hb.compile(f)
    wrong: list[int] = []

    def work(k):
        random = np.random.default_rng(k)
        for i in range(30):
            x = random.normal(size=(10 + (i + k) % 3, 20))
            if not np.allclose(compiled(x, float(k)), f(x, k), rtol=1e-12):
                wrong.append(k)

    threads = [threading.Thread(target=work, args=(k,)) for k in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_threads_do_not_meet_in_the_arena():
    """Threads change places often, in steps that let go of the interpreter."""
    compiled = hb.compile(lambda x: np.tanh(np.sin(x * 2) + x).sum(axis=1))
    x = np.linspace(0, 1, 60_000).reshape(200, 300)
    expected = {k: np.tanh(np.sin(x * k * 2) + x * k).sum(axis=1) for k in range(4)}
    wrong: list[int] = []

    def work(k):
        given = x * k
        for _ in range(15):
            if not np.allclose(compiled(given), expected[k], rtol=1e-12):
                wrong.append(k)

    compiled(x)
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        threads = [threading.Thread(target=work, args=(k,)) for k in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        sys.setswitchinterval(before)
    assert wrong == []


def test_many_threads_trace_once():
    started = threading.Barrier(6)
    f = Counted(lambda x: np.tanh(x) + 1)
    compiled = hb.compile(f)

    def work():
        started.wait()
        compiled(X)

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert f.count == 1


def test_threads_that_overflow_the_cache():
    compiled = hb.compile(lambda x: x * 2)
    failures: list[BaseException] = []

    def work(k):
        try:
            for n in range(1, 2 * KEPT):
                assert compiled(np.ones(1 + (n * k) % (2 * KEPT))).sum() > 0
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=work, args=(k,)) for k in (1, 3, 5, 7)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []


# Plans ---------------------------------------------------------------------------


def test_plans_can_be_looked_at():
    compiled = hb.compile(lambda x: np.tanh(x + 1).sum())
    plan = compiled.plan(X)
    assert plan is compiled.plan(Spec((3,), np.dtype("float64")))
    text = plan.describe()
    assert text.startswith("plan: 3 nodes, arena ")
    assert "tanh = tanh(add)  float64[3]  24 bytes in arena+0" in text


def test_a_function_that_captures_traced_values_has_no_plan():
    def f(x):
        return hb.compile(lambda y: x * y).plan(2.0)

    with pytest.raises(TraceError, match="captures traced values"):
        hb.grad(f)(3.0)


def test_branches_are_refused_with_the_line():
    with pytest.raises(TraceError, match=r"test_compile\.py.*if x > 0"):
        hb.compile(lambda x: x if x > 0 else -x)(1.0)


def test_leaves_with_one_path_are_refused():
    from hubel.errors import GraphError

    compiled = hb.compile(lambda d: {"s": d[1] + d["1"]})
    with pytest.raises(GraphError, match=r"both called d\.1"):
        compiled({1: X, "1": X})
    with pytest.raises(GraphError, match=r"both called out\.1"):
        hb.compile(lambda x: {1: x, "1": 2 * x})(X)
    assert hb.compile(lambda d: d["a b"] * d[2])({"a b": 2.0, 2: 3.0}) == 6.0
