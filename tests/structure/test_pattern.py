"""Patterns against boolean matrices, and the kernels beneath them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hubel.errors import ShapeError
from hubel.structure import Pattern
from hubel.structure.rows import arrange, expand, row_of, sum_rows

sizes = st.integers(0, 9)
seeds = st.integers(0, 2**32 - 1)


def mask(seed, rows, columns, share=0.4):
    return np.random.default_rng(seed).random((rows, columns)) < share


@given(sizes, sizes, sizes, seeds)
def test_patterns_are_boolean_matrices(m, n, k, seed):
    a, b, c = mask(seed, m, n), mask(seed + 1, m, n), mask(seed + 2, n, k)
    p, q, r = map(Pattern.of, (a, b, c))
    np.testing.assert_array_equal(p.todense(), a)
    np.testing.assert_array_equal((p | q).todense(), a | b)
    np.testing.assert_array_equal((p @ r).todense(), a @ c)
    np.testing.assert_array_equal(p.T.todense(), a.T)
    np.testing.assert_array_equal(p.kron(r).todense(), np.kron(a, c))
    np.testing.assert_array_equal(p.counts(), a.sum(axis=1))
    assert p.nnz == a.sum()
    assert p.covers(q) == (a | b == a).all()
    assert (p | q).covers(p)
    assert p == Pattern.of(a)
    assert hash(p) == hash(Pattern.of(a))
    assert (p == q) == np.array_equal(a, b)
    assert all(np.array_equal(p.row(i), np.flatnonzero(a[i])) for i in range(m))


@given(sizes, sizes, seeds)
def test_places_in_any_order_and_repeated(m, n, seed):
    dense = mask(seed, m, n)
    rows, columns = np.nonzero(dense)
    rng = np.random.default_rng(seed)
    order = rng.integers(0, max(rows.size, 1), 3 * rows.size)
    order = np.concatenate([rng.permutation(rows.size), order])
    pattern = Pattern.at(rows[order], columns[order], (m, n))
    assert pattern == Pattern.of(dense)
    np.testing.assert_array_equal(pattern.places(), (rows, columns))


@given(sizes, sizes, seeds)
def test_a_pattern_becomes_arrays_and_comes_back(m, n, seed):
    pattern = Pattern.of(mask(seed, m, n))
    arrays = {name: array.copy() for name, array in pattern.arrays().items()}
    assert Pattern.from_arrays(arrays) == pattern


def test_patterns_are_saved_without_pickle(tmp_path):
    pattern = Pattern.of(mask(0, 5, 7))
    np.savez(tmp_path / "pattern.npz", **pattern.arrays())
    with np.load(tmp_path / "pattern.npz", allow_pickle=False) as kept:
        assert Pattern.from_arrays(kept) == pattern


@pytest.mark.parametrize(
    ("starts", "columns", "width"),
    [
        ([], [], 3),
        ([1, 1], [], 3),
        ([0, 2], [0], 3),
        ([0, 2, 1, 3], [0, 1, 2], 3),
        ([0, 2], [1, 0], 3),
        ([0, 2], [1, 1], 3),
        ([0, 1], [3], 3),
        ([0, 1], [-1], 3),
        ([[0, 1]], [0], 3),
    ],
)
def test_arrays_that_are_no_pattern_are_refused(starts, columns, width):
    with pytest.raises(ShapeError, match="not the rows of a matrix"):
        Pattern(np.array(starts, int), np.array(columns, int), width)


def test_what_is_missing_is_named():
    with pytest.raises(ShapeError, match="columns is missing"):
        Pattern.from_arrays({"starts": np.zeros(1), "width": np.array(2)})
    with pytest.raises(ShapeError, match=r"do not lie in a matrix of shape \(2, 2\)"):
        Pattern.at([0], [2], (2, 2))
    with pytest.raises(ShapeError, match="not one row and one column a place"):
        Pattern.at([0], [1, 1], (2, 2))
    with pytest.raises(ShapeError, match="cannot be united"):
        Pattern.of(np.eye(2)) | Pattern.of(np.eye(3))
    with pytest.raises(ShapeError, match="cannot be multiplied"):
        Pattern.of(np.eye(2)) @ Pattern.of(np.eye(3))


def test_patterns_do_not_change():
    pattern = Pattern.of(np.eye(3))
    for array in (pattern.starts, pattern.columns):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 1


def test_a_full_pattern_that_does_not_fit_is_refused():
    with pytest.raises(ShapeError, match=r"1\.3 TB"):
        Pattern.full((409_600, 409_600))
    with pytest.raises(ShapeError, match=r"167\.8 GB"):
        Pattern.at([], [], (409_600, 409_600)).todense()


@given(st.integers(1, 9), st.integers(1, 9), st.integers(0, 40), seeds)
def test_arrange_orders_and_groups(rows, columns, count, seed):
    rng = np.random.default_rng(seed)
    i, j = rng.integers(0, rows, count), rng.integers(0, columns, count)
    values = rng.integers(1, 9, count)
    placed = arrange(i, j, (rows, columns))
    expected = np.zeros((rows, columns), int)
    np.add.at(expected, (i, j), values)
    found = np.zeros((rows, columns), int)
    found[row_of(placed.starts), placed.columns] = placed.gather(values)
    np.testing.assert_array_equal(found, expected)


def test_arrange_where_a_key_has_no_room_for_its_position():
    far = 2**60 - 1
    placed = arrange(np.array([1, 0, 1]), np.array([far, 5, 0]), (2, 2**60))
    assert placed.order.tolist() == [1, 2, 0]
    assert placed.columns.tolist() == [5, 0, far]
    assert placed.starts.tolist() == [0, 1, 3]


@given(st.integers(1, 9), st.integers(1, 9), seeds)
def test_rows_are_expanded_and_summed(m, n, seed):
    dense = mask(seed, m, n)
    pattern = Pattern.of(dense)
    rng = np.random.default_rng(seed)
    picked = rng.integers(0, m, 5)
    entries, counts = expand(pattern.starts, picked)
    expected = [pattern.row(i) for i in picked]
    np.testing.assert_array_equal(pattern.columns[entries], np.concatenate(expected))
    assert counts.tolist() == [row.size for row in expected]
    values = rng.normal(size=(pattern.nnz, 2))
    sums = np.zeros((m, 2))
    np.add.at(sums, pattern.places()[0], values)
    np.testing.assert_allclose(sum_rows(values, pattern.starts), sums, rtol=1e-12)
