"""What NumPy cannot hand over is refused with what to write in its place."""

from __future__ import annotations

import math

import numpy as np
import pytest

import hubel as hb
from hubel.errors import TraceError


def fill(x):
    a = np.zeros(3)
    a[0] = x
    return a.sum()


def fill_all(x):
    a = np.zeros(3)
    a[:] = np.stack([x, x, x])
    return a.sum()


def add_into(x):
    a = np.zeros(3)
    a += x
    return a.sum()


def write_out(x):
    a = np.zeros(())
    np.add(x, x, out=a)
    return a


REFUSED = {
    "array of": (lambda x: np.array([x, x]).sum(), "hb.array"),
    "array of elements": (lambda x: np.array([np.stack([x, x])[0], 1.0]), "np.stack"),
    "array of objects": (lambda x: np.array([x, x], dtype=object).sum(), "hb.array"),
    "asarray": (lambda x: np.asarray(x), "hb.array"),
    "full": (lambda x: np.full(3, x).sum(), "np.full_like"),
    "r_": (lambda x: np.r_[x, x].sum(), "np.stack"),
    "c_": (lambda x: np.c_[np.stack([x, x])].sum(), "np.stack"),
    "vectorize": (lambda x: np.vectorize(lambda v: 2 * v)(x), "NumPy array"),
    "sin of a list": (lambda x: np.sin([x, x]).sum(), "hb.array"),
    "math": (lambda x: math.sin(x), "np.sin in place of math.sin"),
    "float": (lambda x: float(x) * 2, "hb.stop_gradient"),
    "complex": (lambda x: complex(x).real, "Python"),
    "int": (lambda x: int(x) * x, r"np\.floor"),
    "write an element": (fill, "hb.zeros"),
    "write a slice": (fill_all, "hb.zeros"),
    "in place": (add_into, r"a = a \+ b"),
    "out": (write_out, "out="),
    "where of a ufunc": (
        lambda x: np.add(x, 1.0, where=np.array(True)),
        r"np\.where\(condition",
    ),
    "range": (lambda x: sum(x for _ in range(x)), "static"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refused_with_the_replacement_and_the_users_line(name):
    f, remedy = REFUSED[name]
    for run in (hb.grad(f), hb.compile(f), lambda x: hb.jvp(f, (x,), (1.0,))):
        with pytest.raises(TraceError, match=remedy) as caught:
            run(3.0)
        assert caught.value.where.startswith(f"{__file__}:")


def test_the_line_shown_is_the_line_at_fault():
    line = fill.__code__.co_firstlineno + 2
    with pytest.raises(TraceError, match=rf":{line}: a\[0\] = x"):
        hb.grad(fill)(1.0)


def test_an_array_of_objects_is_refused_where_it_meets_the_graph():
    with pytest.raises(TraceError, match="Python objects"):
        hb.grad(lambda x: (x * np.array([1, None])).sum())(3.0)


@pytest.mark.parametrize("f", [hb.array, np.stack, np.concatenate])
def test_the_replacements_work(f):
    def total(x):
        parts = [x, 2 * x] if f is not np.concatenate else [x[None], 2 * x[None]]
        return (f(parts) * np.array([1.0, 10.0])).sum()

    assert hb.grad(total)(np.float64(3.0)) == 21.0


def test_array_takes_nested_lists_numbers_and_dtypes():
    def f(x):
        a = hb.array([[x, 1.0], [2, x * x]], dtype=np.float32)
        assert a.shape == (2, 2)
        assert a.dtype == np.float32
        return a.sum()

    assert hb.grad(f)(3.0) == 7.0
    assert hb.compile(f)(3.0) == 15.0


def test_array_can_be_written_and_read_by_a_traced_index():
    def f(x):
        table = hb.array([1.0, 2.0, 3.0])
        table[0] = x
        return table[np.argmax(table)] * table[0]

    assert hb.grad(f)(2.5) == 3.0
    assert hb.grad(f)(4.0) == 8.0
    assert hb.compile(f)(4.0) == 16.0

    def plain(x):
        return np.arange(3.0)[np.argmax(np.stack([x, x]))]

    with pytest.raises(TraceError, match=r"hb\.array\(a\)\[x\]|static"):
        hb.compile(plain)(4.0)


def test_array_and_zeros_are_plain_outside_of_a_trace():
    assert type(hb.array([1.0, 2.0])) is np.ndarray
    assert type(hb.zeros((2, 2))) is np.ndarray
    assert hb.zeros(3, np.float32).dtype == np.float32


def test_array_copies_as_np_array_does():
    x = np.ones(3)
    assert hb.array(x) is not x

    def f(t):
        a = hb.array(t)
        a[0] = 0.0
        return (a + 2 * t).sum()

    np.testing.assert_array_equal(hb.grad(f)(x), [2.0, 3.0, 3.0])


def test_zeros_can_be_filled():
    def f(x):
        table = hb.zeros((3, 2))
        for i in range(3):
            table[i] = x[i] * np.arange(2.0)
        table[0, 1] = x[0] ** 2
        return table.sum()

    x = np.array([1.0, 2.0, 3.0])
    np.testing.assert_array_equal(hb.grad(f)(x), [2.0, 1.0, 1.0])
    assert hb.compile(f)(x) == f(x) == 6.0


def test_what_stands_in_place_of_full():
    assert hb.grad(lambda x: np.broadcast_to(x, (3,)).sum())(2.0) == 3.0
    assert (
        hb.grad(lambda x: np.full_like(x[None], x, shape=3).sum())(np.float64(2)) == 3.0
    )


@pytest.mark.parametrize(
    "f",
    [
        lambda x: np.full_like(np.ones(3), x).sum(),
        lambda x: np.copyto(np.ones(3), x),
        lambda x: np.put(np.ones(3), 0, x),
    ],
)
def test_functions_that_write_into_plain_arrays(f):
    with pytest.raises(TraceError, match=r"broadcast_to|hb\.zeros"):
        hb.grad(f)(2.0)
