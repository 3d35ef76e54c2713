"""Row 5: the Jacobian of max(0, x) on 4096 inputs is 4096 x 4096, and diagonal."""

import time
import tracemalloc
import xml.etree.ElementTree as ElementTree

import numpy as np

import hubel as hb
from hubel.structure import Diagonal
from hubel.view import pattern

X = np.random.default_rng(0).normal(size=4096)


def relu(x):
    return np.maximum(x, 0)


def test_the_jacobian_is_a_diagonal_of_32_kilobytes_and_takes_no_sweep():
    jacobian = hb.jacobian(relu)(X)
    assert isinstance(jacobian, Diagonal)
    assert jacobian.shape == (4096, 4096)
    assert jacobian.nbytes == 8 * 4096  # dense: 134 MB
    assert jacobian.explain().sweeps == 0
    np.testing.assert_array_equal(jacobian.diagonal(), X > 0)


def test_it_takes_a_fraction_of_a_megabyte_and_no_time_to_speak_of():
    differentiate = hb.jacobian(relu)
    differentiate(X)
    tracemalloc.start()
    try:
        differentiate(X)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 10**6
    times = []
    for _ in range(50):
        start = time.perf_counter()
        differentiate(X)
        times.append(time.perf_counter() - start)
    assert min(times) < 1e-3  # about 75 us; the benchmark has the figures


def test_the_gradient_goes_through_without_the_jacobian():
    upstream = np.random.default_rng(1).normal(size=4096)
    gradient = hb.jacobian(relu)(X).T @ upstream
    _, pullback = hb.vjp(relu, X)
    np.testing.assert_array_equal(gradient, pullback(upstream)[0])
    np.testing.assert_array_equal(gradient, np.where(X > 0, upstream, 0))


def test_a_minibatch_of_100_has_409600_on_the_diagonal():
    batch = np.random.default_rng(2).normal(size=(100, 4096))
    jacobian = hb.jacobian(relu)(batch)
    assert isinstance(jacobian, Diagonal)
    assert jacobian.shape == (409_600, 409_600)  # dense: 1.3 TB
    assert jacobian.nbytes == batch.nbytes
    np.testing.assert_array_equal(jacobian.apply(batch), np.maximum(batch, 0))


def test_the_picture_of_the_pattern_shows_the_diagonal():
    rows, columns = hb.jacobian(relu)(X).pattern.places()
    np.testing.assert_array_equal(rows, columns)
    picture = pattern(rows, columns, (4096, 4096))
    assert ElementTree.fromstring(picture).tag.endswith("svg")
    assert "4,096 of 16,777,216 places" in picture
