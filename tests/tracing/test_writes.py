"""Writes into traced arrays mean what they mean in NumPy, or are refused."""

from __future__ import annotations

import numpy as np
import pytest

import hubel as hb
from hubel.errors import DTypeError, ShapeError, TraceError

X = np.array([1.0, 2.0, 3.0, 4.0])


def both(f, x=X):
    """Check values and gradients of a function that writes, against copies."""
    expected = f(x.copy())
    np.testing.assert_allclose(hb.compile(f)(x), expected, rtol=1e-14)
    value, gradient = hb.value_and_grad(f)(x)
    np.testing.assert_allclose(value, expected, rtol=1e-14)
    hb.check_grads(f, (x,), order=1)
    return gradient


def test_a_write_cuts_the_old_value_off():
    def f(x):
        z = x * x
        z[1] = 5.0
        z[2:] = x[:2]
        return (z * np.arange(1.0, 5.0)).sum()

    np.testing.assert_array_equal(both(f), [2.0 + 3.0, 4.0, 0.0, 0.0])


def test_a_write_of_every_indexing_form():
    def f(x):
        z = np.stack([x, 2 * x, 3 * x])
        z[0, ::2] = x[1]
        z[-1] = 7.0
        z[:, np.array([0, 3])] = x[:2]
        z[z > 6.5] = 0.5
        return (z * np.arange(12.0).reshape(3, 4)).sum()

    both(f)


def test_update_in_place_of_one_element():
    def f(x):
        z = x * 1.0
        z[0] += x[3]
        z[1:3] *= x[0]
        return (z * z).sum()

    both(f)


def test_the_argument_itself_can_be_written():
    def f(x):
        x[0] = 10.0
        return (x * x).sum()

    np.testing.assert_array_equal(both(f), [0.0, 4.0, 6.0, 8.0])


def test_the_users_array_is_never_written():
    x = X.copy()

    def f(t):
        t[0] = 10.0
        t += 1.0
        return (t * t).sum()

    hb.grad(f)(x)
    hb.compile(f)(x)
    np.testing.assert_array_equal(x, X)


def test_what_was_computed_before_a_write_stays():
    def f(x):
        z = x * 1.0
        before = z * 2.0
        z[:] = 0.0
        return (before + z).sum()

    np.testing.assert_array_equal(both(f), [2.0] * 4)


@pytest.mark.parametrize("op", ["+=", "-=", "*=", "/="])
def test_operators_in_place_are_seen_under_every_name(op):
    scope: dict[str, object] = {}
    source = f"def f(x):\n y = x\n x {op} 3.0\n return (x * y).sum()\n"
    exec(compile(source, "<written in place>", "exec"), scope)
    f = scope["f"]
    assert f(X.copy()) == hb.value_and_grad(f)(X)[0]  # type: ignore[operator]
    both(f)


def test_in_place_keeps_the_dtype_of_the_array():
    def f(x):
        x += np.ones(4)
        assert x.dtype == np.float32
        return x.sum()

    assert hb.grad(f)(X.astype(np.float32)).dtype == np.float32

    def integers(x):
        n = np.arange(4) + x.astype(int)
        n += 0.5
        return n.sum() * x.sum()

    with pytest.raises(DTypeError, match="does not fit int"):
        hb.grad(integers)(X)


def test_in_place_cannot_grow():
    def f(x):
        x += np.ones((2, 4))
        return x.sum()

    with pytest.raises(ShapeError, match=r"\[2, 4\] does not fit float64\[4\]"):
        hb.grad(f)(X)


def test_scalars_are_rebound_as_in_python():
    def f(x):
        y = x
        x += 1.0
        return x * y

    assert hb.grad(f)(3.0) == 7.0
    assert f(3.0) == hb.compile(f)(3.0) == 12.0


VIEWS = {
    "a slice": lambda z: z[1:],
    "a transpose": lambda z: z.T,
    "a reshape": lambda z: z.reshape(2, 2),
    "a view of a view": lambda z: z[1:][1:],
    "an expanded axis": lambda z: z[None],
}


@pytest.mark.parametrize("name", VIEWS)
def test_a_write_beside_a_living_view_is_refused(name):
    def write_base(x):
        z = x * 1.0
        view = VIEWS[name](z)
        z[0] = 9.0
        return (view * view).sum()

    def write_view(x):
        z = x * 1.0
        view = VIEWS[name](z)
        view[0] = 9.0
        return (z * z).sum()

    for f in (write_base, write_view):
        for run in (hb.grad(f), hb.compile(f)):
            with pytest.raises(TraceError, match="view") as caught:
                run(X)
            assert "= 9.0" in caught.value.where


@pytest.mark.parametrize("run", [hb.grad, hb.compile])
def test_a_view_changed_in_place_without_its_base_is_refused(run):
    def f(x):
        z = x * 1.0
        view = z[1:]
        view *= 3.0
        return (z * z).sum()

    with pytest.raises(TraceError, match="view") as caught:
        run(f)(X)
    assert "view *= 3.0" in caught.value.where


def test_an_array_changed_in_place_beside_its_view_is_refused():
    def f(x):
        z = x * 1.0
        view = z[1:]
        z += 1.0
        return view.sum()

    with pytest.raises(TraceError, match="view"):
        hb.grad(f)(X)


def test_an_error_of_ones_own_is_not_hidden_by_a_lost_write():
    def f(x):
        view = x[1:]
        view *= 3.0
        raise KeyError("mine")

    with pytest.raises(KeyError, match="mine"):
        hb.grad(f)(X)


def test_a_view_can_be_changed_when_its_base_is_gone():
    def f(x):
        part = (x * x)[1:]
        part *= x[0]
        return part.sum()

    both(f)


def test_a_write_beside_another_view_of_the_same_array_is_refused():
    def f(x):
        z = x * 1.0
        left, right = z[:3], z[1:]
        del z
        left[2] = 9.0
        return right.sum()

    with pytest.raises(TraceError, match="view"):
        hb.grad(f)(X)


def test_a_view_of_a_view_is_seen_when_the_one_between_is_gone():
    def f(x):
        z = x * 1.0
        middle = z[1:]
        end = middle[1:]
        del middle
        z[3] = 9.0
        return end.sum()

    with pytest.raises(TraceError, match="view"):
        hb.grad(f)(X)


def test_a_view_that_is_gone_does_no_harm():
    def f(x):
        z = x * 1.0
        total = z[1:].sum() + z.reshape(2, 2).T.sum()
        z[0] = 9.0
        return total + (z * z).sum()

    both(f)


def test_a_copy_of_a_view_is_on_its_own():
    def f(x):
        z = x * 1.0
        part = z[1:].copy()
        z[1] = 9.0
        return (part * part).sum() + z.sum()

    both(f)


def test_reading_and_writing_in_a_loop():
    def f(x):
        z = x * 1.0
        for i in range(1, 4):
            z[i] = z[i - 1] * z[i] + 1.0
        return z[3]

    both(f)


def test_inner_values_written_into_outer_arrays():
    def f(x):
        z = hb.zeros(2)

        def inner(y):
            z[0] = x * y
            z[1] = y
            return z.sum()

        return hb.grad(inner)(x)  # x + 1

    assert hb.grad(f)(3.0) == 1.0


def test_a_handle_written_inside_an_inner_trace_dies_with_it():
    def f(x):
        z = hb.zeros(2)

        def inner(y):
            z[0] = y
            return z.sum()

        return hb.grad(inner)(x) + z.sum()

    with pytest.raises(TraceError, match="after its trace had ended"):
        hb.grad(f)(3.0)


def test_a_write_that_does_not_fit():
    def f(x):
        x[:2] = np.ones(3)
        return x.sum()

    with pytest.raises(ShapeError) as caught:
        hb.grad(f)(X)
    assert "x[:2] = np.ones(3)" in caught.value.where


def test_a_write_out_of_bounds():
    def f(x):
        x[7] = 1.0
        return x.sum()

    with pytest.raises((ShapeError, IndexError), match="out of bounds"):
        hb.grad(f)(X)
