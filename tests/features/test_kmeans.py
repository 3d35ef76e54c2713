"""k-means: the oracle, what always holds, and rows that are unusual."""

from __future__ import annotations

import numpy as np
import pytest

from hubel.errors import DataError, OptionError, ShapeError
from hubel.features import kmeans

ROWS = np.random.default_rng(0).normal(3, 1, (1500, 20))


def slow(rows, centroids):
    """Return the nearest centroid of each row, and the inertia."""
    squares = ((rows[:, None] - centroids) ** 2).sum(2)
    return squares.argmin(1), squares.min(1).sum()


@pytest.mark.parametrize("iterations", [1, 5, 20])
@pytest.mark.parametrize(
    ("dtype", "tolerance"), [(np.float64, 1e-12), (np.float32, 2e-6)]
)
@pytest.mark.parametrize("far", [0, 5])
def test_it_is_scikit_learns(iterations, dtype, tolerance, far):
    cluster = pytest.importorskip("sklearn.cluster", reason="the oracle")
    rows = ROWS.astype(dtype)
    start = rows[:30].copy()
    start[:far] = 1e3  # centroids that no row is near to
    oracle = cluster.KMeans(
        30, init=start, n_init=1, max_iter=iterations, tol=0, algorithm="lloyd"
    ).fit(rows)
    found = kmeans(rows, 30, init=start, max_iter=iterations, tol=0)
    assert found.centroids.dtype == dtype
    np.testing.assert_allclose(
        found.centroids, oracle.cluster_centers_, rtol=0, atol=tolerance * 10
    )
    np.testing.assert_array_equal(found.labels, oracle.labels_)
    np.testing.assert_allclose(found.inertia, oracle.inertia_, rtol=tolerance * 10)
    assert found.n_iter == oracle.n_iter_


@pytest.mark.parametrize("init", ["random", "k-means++"])
@pytest.mark.parametrize("batch_size", [None, 200])
def test_inertia_and_labels_are_those_of_all_rows(init, batch_size):
    found = kmeans(ROWS, 12, init=init, batch_size=batch_size, max_iter=4, seed=3)
    labels, inertia = slow(ROWS, found.centroids)
    np.testing.assert_array_equal(found.labels, labels)
    np.testing.assert_allclose(found.inertia, inertia, rtol=1e-12)
    assert len(found.history) == found.n_iter == 4
    assert found.inertia < found.history[0]


def test_lloyd_never_gets_worse_and_ends_where_means_are():
    found = kmeans(ROWS, 8, tol=0, max_iter=500)
    assert found.converged
    assert found.n_iter < 500
    assert (np.diff(found.history) <= 1e-9).all()
    for k, centroid in enumerate(found.centroids):
        np.testing.assert_allclose(centroid, ROWS[found.labels == k].mean(0), 1e-12)


def test_a_seed_decides_everything():
    one, same, other = (kmeans(ROWS, 9, max_iter=2, seed=s) for s in (1, 1, 2))
    np.testing.assert_array_equal(one.centroids, same.centroids)
    assert (one.centroids != other.centroids).any()


def test_rows_far_apart_are_a_better_start():
    clumps = 100 * np.eye(20).repeat(50, 0) + ROWS[:1000]
    # One start at random misses clumps; what is far is hardly ever missed.
    plain = kmeans(clumps, 20, max_iter=1).history[0]
    spread = kmeans(clumps, 20, init="k-means++", max_iter=1).history[0]
    assert spread < 0.1 * plain


def test_mini_batches_come_near_to_lloyd_and_take_files(tmp_path):
    np.save(tmp_path / "rows.npy", ROWS.astype(np.float32))
    rows = np.load(tmp_path / "rows.npy", mmap_mode="r")
    whole = kmeans(rows, 10, seed=1).inertia
    found = kmeans(rows, 10, batch_size=100, max_iter=20, seed=1).inertia
    assert found < 1.05 * whole


def test_mini_batches_leave_no_centroid_where_no_row_is():
    start = ROWS[:10].copy()
    start[0] = 1e6
    found = kmeans(ROWS, 10, init=start, batch_size=100, max_iter=3)
    assert np.bincount(found.labels, minlength=10).min() > 0


def test_spherical_centroids_have_length_1_and_scales_do_not_count():
    rows = ROWS - 3
    found = kmeans(rows, 6, spherical=True, max_iter=30)
    np.testing.assert_allclose(np.linalg.norm(found.centroids, axis=1), 1)
    scaled = rows * np.linspace(0.1, 9, len(rows))[:, None]
    same = kmeans(scaled, 6, spherical=True, max_iter=30)
    np.testing.assert_allclose(same.centroids, found.centroids, atol=1e-9)
    cosines = (rows / np.linalg.norm(rows, axis=1, keepdims=True)) @ found.centroids.T
    np.testing.assert_array_equal(found.labels, cosines.argmax(1))
    np.testing.assert_allclose(found.inertia, (2 - 2 * cosines.max(1)).sum())


@pytest.mark.parametrize("init", ["random", "k-means++"])
def test_more_centroids_than_different_rows(init):
    rows = np.repeat([[0.0, 0.0], [3.0, 4.0]], 10, axis=0)
    found = kmeans(rows, 5, init=init)
    assert found.inertia == 0
    assert found.converged
    zero = kmeans(np.zeros((4, 3)), 2, init=init, spherical=True)
    assert np.isfinite(zero.centroids).all()


def test_as_many_centroids_as_rows():
    assert kmeans(ROWS[:7], 7).inertia == pytest.approx(0, abs=1e-20)


def test_progress_is_told():
    told = []
    kmeans(ROWS, 5, max_iter=3, tol=0, progress=lambda *x: told.append(x))
    assert told == [(1, 3), (2, 3), (3, 3)]


def test_what_makes_no_sense_is_refused():
    for options in ({"count": 0}, {"count": 2000}, {"max_iter": 0}, {"batch_size": 0}):
        with pytest.raises(OptionError):
            kmeans(ROWS, **{"count": 3} | options)
    with pytest.raises(OptionError, match=r"k-means\+\+"):
        kmeans(ROWS, 3, init="far")
    with pytest.raises(ShapeError, match="3 centroids of 20"):
        kmeans(ROWS, 3, init=ROWS[:2])
    with pytest.raises(ShapeError, match="matrix"):
        kmeans(ROWS[0], 3)
    bad = ROWS.copy()
    bad[3, 4] = np.nan
    with pytest.raises(DataError, match="NaN"):
        kmeans(bad, 3)
