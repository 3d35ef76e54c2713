"""Every form of ``x[index]`` and ``x[index] = new``, against NumPy itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

import hubel as hb
from hubel.errors import DTypeError, HubelError, ShapeError, TraceError
from tests.gates.applied import assert_as_numpy, evaluated_results, results
from tests.gates.case import sample
from tests.gates.derived import assert_like_numpy

X = sample(4, 5, 6)
I = np.array([0, 2, -1])  # noqa: E741
J = np.array([[1], [-2]])
M = X[..., 0] > 0
V = np.array([True, False, True, True])
ALL, BACK = slice(None), slice(None, None, -1)

FORMS: dict[str, Any] = {
    "int": 1,
    "negative int": -1,
    "NumPy int": np.int64(2),
    "0-d array": np.array(2),
    "slice": slice(1, 3),
    "backward": BACK,
    "backward by two": slice(3, None, -2),
    "empty slice": slice(5, 1),
    "slice out of bounds": slice(-9, 9),
    "new axis": None,
    "Ellipsis": ...,
    "empty tuple": (),
    "ints": (1, 2),
    "all ints": (1, 2, 3),
    "last": (..., 0),
    "first": (0, ...),
    "column": (ALL, 1),
    "new axes": (None, 1, None),
    "everything basic": (1, None, ..., slice(1, 5, 2), None),
    "rows": I,
    "rows as a list": [0, 2],
    "no rows": [],
    "unsigned rows": np.array([1, 2], np.uint64),
    "rows by a matrix": J,
    "pairs": (I, I),
    "pairs in lists": ([0, 1], [2, 3]),
    "broadcast pairs": (I, J),
    "second axis": (ALL, I),
    "apart": (I, ALL, I),
    "apart by an int": (0, ALL, I),
    "beside an int": (ALL, 0, I),
    "int last": (I, 1),
    "int first": (1, I),
    "0-d array and rows": (np.array(2), ALL, I),
    "apart by an empty Ellipsis": (ALL, I, ..., I),
    "apart by an Ellipsis": (I, ..., I),
    "apart by a new axis": (ALL, I, None, I),
    "slices around": (slice(None, None, 2), I, slice(4, 1, -1)),
    "new axis and rows": (None, I),
    "new axes around rows": (ALL, None, I, None),
    "pairs and an int": (I, J, 1),
    "slice and pairs": (slice(1, 3), J, I),
    "mask": X > 0,
    "mask of two axes": M,
    "mask and an int": (M, 1),
    "mask and a slice": (M, slice(1, 3)),
    "mask of one axis": V,
    "mask as a list": [True, False, True, True],
    "mask and rows": (V, I[: np.sum(V)]),
    "mask later": (ALL, X[0, :, 0] > 0),
    "mask later and an int": (ALL, X[0, :, 0] > 0, 1),
    "True": True,
    "False": False,
    "True later": (ALL, True),
    "True and rows": (True, I),
    "rows, apart from True": (I, ALL, True),
    "Trues": (I, True, True),
    "int and True": (0, True),
    "NumPy's False": (np.False_, I[:1]),
}


@pytest.mark.parametrize("name", FORMS)
def test_reading(name: str):
    assert_like_numpy(lambda x: x[FORMS[name]], X)


@pytest.mark.parametrize("name", FORMS)
def test_writing(name: str):
    index = FORMS[name]
    picked = X[index].shape

    def written(x: Any, new: Any) -> Any:
        x = x.copy()
        x[index] = new
        return x

    for shape in {(), picked, picked[-1:], tuple(1 if n != 5 else n for n in picked)}:
        assert_like_numpy(written, X, sample(*shape, seed=7))


def test_writing_ignores_axes_of_length_one_in_front():
    def written(x: Any, new: Any) -> Any:
        x = x.copy()
        x[1:3] = new
        return x

    assert_like_numpy(written, X, sample(1, 1, 2, 5, 1, seed=7))


def test_writing_python_numbers_and_lists():
    def written(x: Any) -> Any:
        x = x * 1
        x[0] = 2
        x[1, :, 0] = [1, 2, 3, 4, 5]
        x[x > 0.5] = 0.0
        x[..., -1] = x[..., 0] * 2
        x += 1
        return x

    assert_as_numpy(written, X)
    assert_as_numpy(written, X.astype(np.float32))


def test_of_several_writes_to_one_place_the_last_one_stays():
    def written(x: Any, new: Any) -> Any:
        x = x.copy()
        x[[1, 2, 1, 1], :2] = new
        return x

    new = np.arange(8.0).reshape(4, 2)
    for given_as in (new, np.asfortranarray(new)):
        assert_like_numpy(written, X[:, :, 0], given_as)
    _, gradient = hb.grad(lambda x, new: written(x, new).sum(), (0, 1))(X[..., 0], new)
    np.testing.assert_array_equal(gradient, [[0, 0], [1, 1], [0, 0], [1, 1]])


def test_a_mask_that_is_traced():
    def chosen(x: Any) -> Any:
        return x[x > 0]

    np.testing.assert_array_equal(results(chosen, X)[0], X[X > 0])
    found = hb.grad(lambda x: (chosen(x) ** 2).sum())(X)
    np.testing.assert_allclose(found, 2 * np.maximum(X, 0))
    with pytest.raises(TraceError, match=r"np\.where"):
        evaluated_results(chosen, X)


def test_writing_by_a_traced_mask_needs_no_values():
    def written(x: Any) -> Any:
        x = x.copy()
        x[x > 0] = 0.5
        x[x[:, 0, 0] < 0] = x[1, 0] * 2
        return x

    def too_many(x: Any) -> Any:
        x = x.copy()
        x[x > 0] = np.ones(np.sum(X > 0))
        return x

    assert_as_numpy(written, X)
    np.testing.assert_array_equal(results(too_many, X)[0], np.where(X > 0, 1, X))
    with pytest.raises(TraceError, match=r"np\.where"):
        evaluated_results(too_many, X)


def test_an_index_that_is_traced():
    assert_as_numpy(lambda x, i: x[i], X, I)
    assert_as_numpy(lambda x, i: x[:, i, 0], X, np.int64(2))
    assert_as_numpy(lambda x, i: x[i, :, i], X, np.uint8(2))

    def written(x: Any, i: Any) -> Any:
        x = x.copy()
        x[i, 0] = x[i, 1] * 3
        return x

    assert_as_numpy(written, X, I)
    found = hb.grad(lambda x, i: x[i].sum())(X, np.array([1, 1]))
    np.testing.assert_array_equal(found[:, 0, 0], [0, 2, 0, 0])


def test_a_count_that_is_traced_is_known_with_values_only():
    np.testing.assert_array_equal(results(lambda x, n: x[:n], X, 2)[0], X[:2])
    with pytest.raises(TraceError, match="static"):
        evaluated_results(lambda x, n: x[:n], X, 2)


def test_an_element_is_no_view_but_a_slice_is():
    def powers(x: Any) -> Any:
        z = x * 1
        for i in range(1, 4):
            before = z[i - 1]
            z[i] = before * x[0]
        return z

    assert_as_numpy(powers, sample(4))

    def seen_twice(x: Any) -> Any:
        z = x * 1
        row = z[0:2][1]
        z[0] = 5.0
        return row + z

    with pytest.raises(TraceError, match="view"):
        results(seen_twice, X)


def test_a_view_may_be_what_is_written():
    def shifted(x: Any) -> Any:
        z = x * 1
        z[0] = z[1]
        row = z[2]
        z[1] = row * 2
        z[..., 1:] = z[..., :-1]
        z[3] += z[0]
        return z

    assert_like_numpy(shifted, X)


def test_reading_and_writing_empty_arrays():
    nothing = np.zeros((0, 3))
    assert_as_numpy(lambda x: x[:, 1], nothing)
    assert_as_numpy(lambda x: x[np.zeros(0, int)], nothing)
    assert results(lambda x: x[x > 0].sum(), np.zeros(0)) == [0.0]


TAKEN: dict[str, Callable[..., Any]] = {
    "take": lambda x: np.take(x, [0, 5, -1]),
    "take an axis": lambda x: np.take(x, [[0, 2], [1, 1]], 1),
    "take one": lambda x: x.take(1, 0),
    "take and wrap": lambda x: np.take(x, [7, -9], 1, mode="wrap"),
    "take and clip": lambda x: np.take(x, [7, -9], 1, mode="clip"),
    "take_along_axis": lambda x: np.take_along_axis(x, np.argsort(x, 1), 1),
    "take_along_axis of all": lambda x: np.take_along_axis(x, np.array([1, 5]), None),
    "take_along_axis, spread": lambda x: np.take_along_axis(x, np.array([[0], [3]]), 0),
    "compress": lambda x: np.compress([True, False, True], x, 0),
    "compress all": lambda x: x.compress([0, 1, 1]),
    "extract": lambda x: np.extract(np.arange(20) % 3 == 0, x),
    "delete": lambda x: np.delete(x, 1, 0),
    "delete a slice": lambda x: np.delete(x, slice(0, 2), 1),
    "delete from all": lambda x: np.delete(x, [0, 3]),
    "insert": lambda x: np.insert(x, 1, 5.0, 1),
    "insert several": lambda x: np.insert(x, [1, 1, 2], x[:, :3], 1),
    "insert into all": lambda x: np.insert(x, 2, x[0]),
    "insert ints": lambda x: np.insert(x, 1, [1, 2, 3, 4, 5], 0),
    "insert a row": lambda x: np.insert(x, 1, x[0], 0),
    "insert at a slice": lambda x: np.insert(x, slice(0, 2), x[:2], 0),
    "resize": lambda x: np.resize(x, (7, 3)),
    "choose": lambda x: np.choose([0, 1, 0, 1, 1], [x, 2 * x]),
    "choose and wrap": lambda x: np.choose(
        [[0], [3], [1], [-1]], [x, x * x], mode="wrap"
    ),
    "select": lambda x: np.select([x > 0.5, x > 0], [x, x * 2], -1.0),
    "piecewise": lambda x: np.piecewise(
        x, [x < 0, x >= 0.5], [lambda x, k: -x * k, 1.0, lambda x, k: x**k], 2
    ),
    "piecewise of one": lambda x: np.piecewise(x[0], x[0] < 0, [lambda x: -x]),
    "sort": np.sort,
    "sort all": lambda x: np.sort(x, None),
    "sort stably": lambda x: np.sort(x, 0, stable=True),
    "partition": lambda x: np.sort(np.partition(x, 2)[:, :3]),
    "partition at two": lambda x: np.partition(x, (0, 1), 0)[:2],
    "diff": np.diff,
    "diff twice": lambda x: np.diff(x, 2, 0),
    "diff never": lambda x: np.diff(x * 1, 0),
    "diff with ends": lambda x: np.diff(x, prepend=0.0, append=x[:, :1]),
    "ediff1d": np.ediff1d,
    "ediff1d with ends": lambda x: np.ediff1d(x, to_begin=x[0, 0], to_end=[1.0, 2.0]),
}


@pytest.mark.parametrize("name", TAKEN)
def test_a_picking_function_is_numpys(name: str):
    assert_like_numpy(TAKEN[name], X[..., 0])


def test_functions_of_positions():
    x = X[..., 0]
    for f in (
        np.argsort,
        lambda x: x.argsort(axis=None),
        lambda x: np.argsort(x, 0, kind="stable"),
        lambda x: np.argpartition(x, 2)[:, 2],
        lambda x: np.searchsorted(np.sort(x[0]), x[1]),
        lambda x: np.searchsorted(x[0], x[1], "right", sorter=np.argsort(x[0])),
        lambda x: np.digitize(x, [-0.5, 0.0, 0.5]),
        lambda x: np.digitize(x, [0.5, 0.0, -0.5], right=True),
        lambda x: np.diff(x > 0),
    ):
        assert_as_numpy(f, x)


def test_positions_where_the_values_are_known():
    for f in (np.nonzero, np.flatnonzero, np.argwhere, np.where):
        for found, true in zip(results(f, X - abs(X)), [f(X - abs(X))], strict=False):
            np.testing.assert_array_equal(found, true[0] if f is np.nonzero else found)
        with pytest.raises(TraceError, match="not known"):
            evaluated_results(f, X)


def test_put_along_axis():
    def written(x: Any) -> Any:
        x = x.copy()
        np.put_along_axis(x, np.array([[1], [0], [2], [0]]), x[:, -1:], 1)
        return x

    assert_like_numpy(written, X[..., 0])
    with pytest.raises(TraceError, match="plain array"):
        results(lambda x: np.put_along_axis(np.zeros((4, 5)), I[:, None], x, 1), X)


REFUSED: dict[str, tuple[Callable[..., Any], type[HubelError], str]] = {
    "too large": (lambda x: x[7], ShapeError, "out of bounds for axis 0 of length 4"),
    "too large, later": (lambda x: x[0, -9], ShapeError, "axis 1 of length 5"),
    "empty": (lambda x: x[:0][0], ShapeError, "the axis is empty"),
    "too many": (lambda x: x[0, 0, 0, 0], ShapeError, "4 indices"),
    "two Ellipses": (lambda x: x[..., ...], ShapeError, "write ... once"),
    "float": (lambda x: x[1.5], DTypeError, "astype(int)"),
    "float array": (lambda x: x[np.ones(2)], DTypeError, "astype(int)"),
    "string": (lambda x: x["a"], DTypeError, "a slice or a boolean mask"),
    "mask": (lambda x: x[np.ones(3, bool)], ShapeError, "does not fit"),
    "masks": (lambda x: x[np.ones((4, 4), bool)], ShapeError, "does not fit"),
    "arrays": (lambda x: x[I, [0, 1]], ShapeError, "(3,) and (2,)"),
    "take": (lambda x: np.take(x, [0.5]), DTypeError, "astype(int)"),
    "take mode": (lambda x: np.take(x, [0], mode="no"), HubelError, "wrap or clip"),
    "along": (lambda x: np.take_along_axis(x, I, 0), ShapeError, "np.take"),
    "compress": (lambda x: np.compress(x > 0, x), TraceError, "static"),
    "compress by a matrix": (lambda x: np.compress(M, x), ShapeError, "(4, 5)"),
    "select": (lambda x: np.select([x > 0], [x, x]), ShapeError, "one choice"),
    "piecewise": (lambda x: np.piecewise(x, [x > 0], []), ShapeError, "one function"),
    "partition": (lambda x: np.partition(x, 6), ShapeError, "out of bounds"),
    "searchsorted": (lambda x: np.searchsorted(x, 0.0), ShapeError, "vector"),
    "side": (lambda x: np.searchsorted(x[0, 0], 0.0, "no"), HubelError, "right"),
    "digitize": (lambda x: np.digitize(x, [0, 2, 1]), HubelError, "neither"),
    "sort fields": (lambda x: np.sort(x, order="a"), HubelError, "fields"),
    "diff": (lambda x: np.diff(x, -1), ShapeError, "negative"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_refusal_says_what_to_do_and_where(name: str):
    f, kind, words = REFUSED[name]
    with pytest.raises(kind) as refusal:
        evaluated_results(f, X)
    assert words in str(refusal.value)
    assert "test_index.py" in refusal.value.where


def test_refusals_of_writes():
    def write(index: Any, new: Any) -> Callable[..., Any]:
        def written(x: Any) -> Any:
            x[index] = new
            return x

        return written

    with pytest.raises(ShapeError, match="does not broadcast"):
        evaluated_results(write(slice(1, 3), np.ones(3)), X)
    with pytest.raises(ShapeError, match="does not broadcast"):
        evaluated_results(write(I, np.ones((2, 5, 6))), X)
    with pytest.raises(DTypeError, match="complex"):
        evaluated_results(write(0, 1j), X)


def test_an_index_array_out_of_bounds_is_numpys_error():
    with pytest.raises(IndexError):
        results(lambda x: x[[9]], X)


@st.composite
def an_index(draw: st.DrawFn) -> Any:
    """Draw any index of an array of shape (3, 4, 5): basic, arrays and masks."""
    shape = (3, 4, 5)
    basic = arrays.basic_indices(shape, allow_newaxis=True, allow_ellipsis=True)
    index = draw(basic)
    items = list(index) if isinstance(index, tuple) else [index]
    axis = 0
    for i, item in enumerate(items):
        if item is Ellipsis:
            break
        if item is not None:
            length = shape[axis]
            axis += 1
            if draw(st.integers(0, 2)) == 0:
                items[i] = draw(
                    arrays.arrays(
                        np.int64,
                        st.sampled_from([(), (2,), (1, 2)]),
                        elements=st.integers(-length, length - 1),
                    )
                    | arrays.arrays(np.bool_, (length,))
                )
    return tuple(items)


@given(an_index())
def test_any_index(index: Any):
    x = np.arange(60.0).reshape(3, 4, 5)
    try:
        picked = x[index]
    except IndexError:
        assume(False)
    assert_as_numpy(lambda x: x[index], x)
    weights = sample(*picked.shape)
    expected = np.zeros_like(x)
    np.add.at(expected, index, weights)
    found = hb.grad(lambda x: (x[index] * weights).sum())(x)
    np.testing.assert_allclose(found, expected, atol=1e-15)

    def written(x: Any) -> Any:
        x = x.copy()
        x[index] = x[index] * 2
        return x

    assert_as_numpy(written, x)
