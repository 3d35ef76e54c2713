"""Donated arrays are the ones returned, and nothing that is still needed is lost."""

from __future__ import annotations

import numpy as np
import pytest

import hubel as hb
from hubel.errors import OptionError

A = np.array([1.0, 2.0, 3.0])
B = np.array([10.0, 20.0, 30.0])
SQUARE = np.arange(9.0).reshape(3, 3)


def test_the_donated_array_is_returned():
    step = hb.compile(lambda w, g: w - 0.1 * g, donate=(0,))
    w, g = A.copy(), B.copy()
    for _ in range(3):
        expected = w - 0.1 * g
        out = step(w, g)
        assert out is w
        np.testing.assert_allclose(w, expected)
    np.testing.assert_array_equal(g, B)


def test_without_donation_nothing_is_written():
    w = A.copy()
    out = hb.compile(lambda w: w * 2)(w)
    assert out is not w
    np.testing.assert_array_equal(w, A)


def test_trees_are_donated_leaf_by_leaf():
    def step(params, state, x):
        moved = [0.9 * v + x for v in state]
        return [p - v for p, v in zip(params, moved, strict=True)], moved

    compiled = hb.compile(step, donate=(0, 1))
    params, state = [A.copy(), B.copy()], [0 * A, 0 * B]
    expected = step(params, state, 2.0)
    found = compiled(params, state, 2.0)
    for out, given in zip(found[0] + found[1], params + state, strict=True):
        assert out is given
    for out, wanted in zip(found[0] + found[1], expected[0] + expected[1], strict=True):
        np.testing.assert_allclose(out, wanted)


UNSAFE = {
    "swap": lambda a, b: (b, a),
    "turned round": lambda a, b: (b + 1, a, b),
    "old value later": lambda a, b: (a + 1, a),
    "old value twice": lambda a, b: (a + 1, a * 2, b * a),
    "old value reversed": lambda a, b: (a + 1, a[::-1]),
    "old values crossed": lambda a, b: (a + b, a - b),
    "old value in a sum": lambda a, b: (a + 1, (a * b).sum()),
    "a view of the old": lambda a, b: (a * 2, a[1:] * 1.0, a[:1]),
    "the same result twice": lambda a, b: (a + b, a + b),
    "a result and its view": lambda a, b: (a + b, (a + b)[::-1]),
    "as it is": lambda a, b: (a, b),
    "only reversed": lambda a, b: (a[::-1], b[::-1]),
    "swapped and reversed": lambda a, b: (b[::-1], a[::-1]),
    "reads itself reversed": lambda a, b: (a + a[::-1], b - b[::-1]),
    "shifted": lambda a, b: (np.concatenate([a[1:], a[:1]]), b),
    "new value read": lambda a, b: (np.tanh(a), np.tanh(a) * a + b),
    "a chain": lambda a, b: (np.exp(np.tanh(a * 2) + a), b + np.tanh(a)),
    "sums": lambda a, b: (np.cumsum(a), np.cumsum(b)[::-1] * a),
    "constants": lambda a, b: (np.zeros(3), np.ones(3) * a),
    "sorted": lambda a, b: (np.sort(a)[::-1], a),
}


@pytest.mark.parametrize("name", UNSAFE)
@pytest.mark.parametrize("donate", [(0,), (1,), (0, 1), (1, 0)])
def test_what_is_needed_later_is_not_lost(name, donate):
    f = UNSAFE[name]
    compiled = hb.compile(f, donate=donate)
    for k in range(3):
        a, b = A * (k + 1), B - k
        expected = [np.copy(each) for each in f(a.copy(), b.copy())]
        kept = [a.copy(), b.copy()]
        found = compiled(a, b)
        for out, wanted in zip(found, expected, strict=True):
            np.testing.assert_allclose(out, wanted, rtol=1e-14)
        for i, given in enumerate((a, b)):
            if i not in donate:
                np.testing.assert_array_equal(given, kept[i])
                assert not any(np.shares_memory(given, out) for out in found)
        arrays = [out for out in found if isinstance(out, np.ndarray)]
        for i, one in enumerate(arrays):
            assert not any(np.shares_memory(one, other) for other in arrays[i + 1 :])


@pytest.mark.parametrize(
    "f",
    [
        lambda m: m.T,
        lambda m: m @ m,
        lambda m: m + m.T,
        lambda m: (m.T + 1, m),
        lambda m: m - m.mean(axis=0),
        lambda m: m.reshape(-1)[::-1].reshape(3, 3),
        lambda m: np.where(m > 4, m.T, -m),
    ],
)
def test_matrices(f):
    m = SQUARE.copy()
    expected = f(SQUARE.copy())
    found = hb.compile(f, donate=(0,))(m)
    if not isinstance(expected, tuple):
        expected, found = (expected,), (found,)
    assert found[0] is m
    for out, wanted in zip(found, expected, strict=True):
        np.testing.assert_allclose(out, wanted)


def test_strided_and_fortran_arrays_can_be_donated():
    step = hb.compile(lambda m: np.tanh(m) + m.T, donate=(0,))
    base = np.arange(36.0).reshape(6, 6) / 9
    for m in (base[::2, ::2], np.asfortranarray(base[:3, :3]), base[3:, 3:].T):
        expected = np.tanh(m) + m.T
        assert step(m) is m
        np.testing.assert_allclose(m, expected)


def test_results_of_other_shapes_and_dtypes_are_fresh():
    f = hb.compile(lambda a: (a.sum(), a.astype(np.float32), a[1:]), donate=(0,))
    a = A.copy()
    found = f(a)
    np.testing.assert_array_equal(a, A)
    assert not any(np.shares_memory(a, out) for out in found[1:])


def test_scalars_are_not_donated():
    f = hb.compile(lambda a, n: (a + 1, n + 1), donate=(0, 1))
    assert f(1.0, 2) == (2.0, 3)
    assert f(np.float64(1.0), np.float64(2.0)) == (2.0, 3.0)
    zero_d = np.array(1.0)
    assert f(zero_d, 2)[0] == 2.0
    assert zero_d == 1.0


# Refusals ------------------------------------------------------------------------


def test_arrays_that_share_memory_cannot_be_donated():
    step = hb.compile(lambda w, x: (w + 1, w * x), donate=(0,))
    w = A.copy()
    base = np.arange(6.0)
    for donated, other in [(w, w), (base[:3], base[2:5]), (base[:3], base[::-1][3:])]:
        kept = base.copy()
        with pytest.raises(OptionError, match=r"w is donated, .* memory .* of x"):
            step(donated, other)
        np.testing.assert_array_equal(w, A)
        np.testing.assert_array_equal(base, kept)


def test_two_donated_arrays_that_are_one():
    both = hb.compile(lambda p: [x + 1 for x in p], donate=(0,))
    w = A.copy()
    with pytest.raises(OptionError, match=r"p\.0 is donated.* p\.1"):
        both([w, w])
    np.testing.assert_array_equal(w, A)


def test_views_that_do_not_overlap_are_fine():
    step = hb.compile(lambda w, x: w + x, donate=(0,))
    base = np.arange(6.0)
    np.testing.assert_array_equal(step(base[:3], base[3:]), [3.0, 5.0, 7.0])
    np.testing.assert_array_equal(base, [3.0, 5.0, 7.0, 3.0, 4.0, 5.0])


def test_arrays_of_subclasses_share_memory_too():
    class Named(np.ndarray):
        """A subclass."""

    step = hb.compile(lambda w, x: (w + 1, w * x), donate=(0,))
    w = A.copy()
    with pytest.raises(OptionError, match="shares memory"):
        step(w, w.view(Named))
    with pytest.raises(OptionError, match="shares memory"):
        step(w.view(Named), w)
    windows = np.lib.stride_tricks.as_strided(w, (3,), (0,))
    with pytest.raises(OptionError, match="shares memory"):
        step(w, windows)


def test_a_read_only_array_cannot_be_donated():
    step = hb.compile(lambda w: w + 1, donate=(0,))
    w = A.copy()
    w.flags.writeable = False
    with pytest.raises(OptionError, match="w is donated, but its array is read-only"):
        step(w)
    assert step(A.copy())[0] == 2.0


@pytest.mark.parametrize("donate", [(2,), (-1,)])
def test_positions_that_are_not_there(donate):
    with pytest.raises(OptionError, match="donate="):
        hb.compile(lambda a, b: a + b, donate=donate)(A, B)


def test_donation_inside_a_gradient_writes_nothing():
    step = hb.compile(lambda w: w * w, donate=(0,))
    w = A.copy()
    np.testing.assert_array_equal(hb.grad(lambda t: step(t).sum())(w), 2 * A)
    np.testing.assert_array_equal(w, A)
