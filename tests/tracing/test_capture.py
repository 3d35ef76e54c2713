"""Captured arrays: a change between recording and use never passes unseen."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import hubel as hb
from hubel.errors import MutationError
from hubel.tracing.capture import COPIED, fingerprint

SIDE = 400
LARGE = SIDE * SIDE * 8
SMALL = np.arange(6.0).reshape(2, 3)


def large():
    return np.random.default_rng(0).normal(size=(SIDE, SIDE))


def test_the_sizes_of_these_tests():
    assert LARGE > COPIED > SMALL.nbytes
    assert COPIED == 2**20


def test_small_captured_arrays_are_copied():
    a = SMALL.copy()
    _, pullback = hb.vjp(lambda x: (a * x * x).sum(), 2.0)
    a[:] = 100.0
    assert pullback(1.0)[0] == 4.0 * SMALL.sum()


def test_small_arguments_are_copied():
    a = SMALL.copy()
    _, pullback = hb.vjp(lambda x: (x * x).sum(), a)
    a[:] = 100.0
    np.testing.assert_array_equal(pullback(1.0)[0], 2 * SMALL)


def test_a_large_captured_array_that_changed_is_an_error_with_gate_and_line():
    a = large()

    def f(x):
        return (a * x * x).sum()

    _, pullback = hb.vjp(f, 2.0)
    pullback(1.0)
    a[3, 4] += 1e-9
    with pytest.raises(MutationError, match="multiply captured") as caught:
        pullback(1.0)
    line = f.__code__.co_firstlineno + 1
    assert caught.value.where == f"{__file__}:{line}: return (a * x * x).sum()"
    a[3, 4] = large()[3, 4]
    pullback(1.0)


def test_a_large_argument_that_changed_is_an_error():
    a = large()
    _, pullback = hb.vjp(lambda x: (x * x).sum(), a)
    a[0] = 0.0
    with pytest.raises(MutationError, match="pass the array as an argument"):
        pullback(1.0)


def test_a_change_while_the_function_runs_is_an_error():
    a = np.ones((SIDE, SIDE))

    def f(x):
        y = (a * x).sum()
        a[:] = 0.0
        return y

    for run in (hb.grad(f), lambda x: hb.jvp(f, (x,), (1.0,))):
        a[:] = 1.0
        with pytest.raises(MutationError):
            run(2.0)


def test_a_change_through_an_older_view_is_seen():
    base = large()
    view = base[:]
    view.flags.writeable = False
    _, pullback = hb.vjp(lambda x: (view * x * x).sum(), 2.0)
    base[7, 7] = 0.0
    with pytest.raises(MutationError):
        pullback(1.0)


def test_large_arrays_that_stay_are_no_error():
    a = large()
    _, pullback = hb.vjp(lambda x: (a * x * x).sum(), 2.0)
    assert pullback(1.0)[0] == pullback(1.0)[0]


def test_compiled_functions_keep_what_they_captured():
    for a in (SMALL.copy(), large()):
        before = a.copy()
        f = hb.compile(lambda x, a=None, c=a: c * x)
        first = f(2.0)
        a[:] = -1.0
        np.testing.assert_array_equal(f(2.0), first)
        np.testing.assert_array_equal(first, 2.0 * before)


def test_compiled_functions_keep_what_they_return():
    a = SMALL.copy()
    f = hb.compile(lambda x: (x, a))
    f(1.0)[1][:] = 50.0
    a[:] = -1.0
    np.testing.assert_array_equal(f(1.0)[1], SMALL)


def test_graphs_keep_their_values():
    x = SMALL.copy()
    g = hb.Graph.trace(lambda x: x * x, x)
    y = g.forward(x)
    x[:] = 0.0
    y[:] = 0.0
    np.testing.assert_array_equal(g.backward(np.ones((2, 3)))["x"], 2 * SMALL)


ARRAYS = st.builds(
    lambda n, seed, dtype: np.random.default_rng(seed).integers(0, 4, n).astype(dtype),
    st.integers(1, 20_000),
    st.integers(0, 9),
    st.sampled_from(["u1", "f4", "f8", "i2", "c16"]),
)


@given(ARRAYS, st.data())
def test_fingerprints_see_every_change_of_one_element(array, data):
    before = fingerprint(array)
    assert fingerprint(array.copy()) == before
    place = data.draw(st.integers(0, array.size - 1))
    array[place] += 1
    assert fingerprint(array) != before


@given(ARRAYS, st.data())
def test_fingerprints_see_every_exchange(array, data):
    before = fingerprint(array)
    a, b = data.draw(st.tuples(*[st.integers(0, array.size - 1)] * 2))
    changed = bool(array[a] != array[b])
    array[[a, b]] = array[[b, a]]
    assert (fingerprint(array) != before) is changed


def changes(a):
    """List arrays that sums, exclusive ors or sets of elements cannot tell apart."""
    yield "shuffled", np.random.default_rng(1).permutation(a.ravel()).reshape(a.shape)
    yield "rows shuffled", np.random.default_rng(1).permutation(a)
    yield "reversed", a[::-1]
    yield "transposed", np.ascontiguousarray(a.T)
    yield "negated", -a
    yield "rolled", np.roll(a, 4096)
    square = a.copy()
    square[:2, :2] = square[:2, :2][::-1, ::-1]
    yield "a square turned", square
    yield "zero", np.zeros_like(a)
    yield "one", np.ones_like(a)
    yield "two", np.full_like(a, 2.0)


def test_fingerprints_tell_rearranged_and_constant_arrays_apart():
    a = large()
    arrays = [a, *(each for _, each in changes(a))]
    prints = [fingerprint(each) for each in arrays]
    for one, other in itertools.combinations(prints, 2):
        assert one != other


def test_fingerprints_read_the_elements_not_the_memory():
    a = large()
    assert fingerprint(a[::2]) == fingerprint(a[::2].copy())
    assert fingerprint(np.asfortranarray(a)) == fingerprint(a)


@pytest.mark.parametrize("dtype", [np.float32, np.dtype(">f8")])
def test_a_broadcast_number_stays_one_number(dtype):
    base = np.array([2], dtype)
    wide = np.broadcast_to(base, (30, 40))
    graph = hb.Graph.trace(lambda x: x * wide, x=np.ones((30, 40), dtype)).core
    base[0] = 7
    (constant,) = [
        node.constant for node in graph.nodes if node.gate.name == "constant"
    ]
    assert constant.strides == (0, 0)
    assert constant.dtype == dtype
    np.testing.assert_array_equal(constant, np.full((30, 40), 2))
