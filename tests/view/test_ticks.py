"""Round numbers enclose what they belong to, and their labels say what they are."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from hubel.view._axes import inner_ticks
from hubel.view._spread import spread
from hubel.view._ticks import log_labels, log_ticks, tick_labels, ticks

ordinary = st.floats(-1e300, 1e300)
positive = st.floats(1e-300, 1e300)


@given(ordinary, ordinary)
def test_ticks_enclose_the_interval(a, b):
    low, high = sorted((a, b))
    found = ticks(low, high)
    slack = 1e-5 * (found[1] - found[0])
    assert found[0] <= low + slack
    assert found[-1] >= high - slack
    assert 2 <= len(found) <= 12
    steps = np.diff(found)
    assert np.all(steps > 0)
    np.testing.assert_allclose(steps, steps[0], rtol=1e-4)


@given(ordinary, ordinary)
def test_labels_tell_ticks_apart_and_are_true(a, b):
    found = ticks(*sorted((a, b)))
    labels = tick_labels(found)
    assert len(set(labels)) == len(labels)
    read = [float(label.replace(",", "")) for label in labels]
    np.testing.assert_allclose(read, found, atol=0.01 * (found[1] - found[0]))


@given(positive, positive)
def test_log_ticks_enclose_the_interval(a, b):
    low, high = sorted((a, b))
    found = log_ticks(low, high)
    assert found[0] <= low
    assert found[-1] >= high
    assert 2 <= len(found) <= 12
    assert found == sorted(set(found))
    assert [float(s.replace(",", "")) for s in log_labels(found)] == found


@pytest.mark.parametrize("high", [1, 2, 7, 20, 300])
def test_whole_ticks_are_whole(high):
    found = inner_ticks(1, high, count=6, whole=True)
    assert found
    assert all(t == round(t) and 1 <= t <= high for t in found)
    assert len(found) <= 12


def test_a_constant_has_room_around_it():
    assert ticks(0, 0)[0] < 0 < ticks(0, 0)[-1]
    assert ticks(5, 5)[0] < 5 < ticks(5, 5)[-1]
    assert math.isfinite(ticks(1e300, 1e300)[-1])


@given(st.lists(st.floats(0, 100), min_size=1, max_size=6))
def test_spread_labels_keep_their_distance_their_order_and_their_frame(places):
    moved = spread(places, 10, 0, 100)
    order = np.argsort(places, kind="stable")
    assert np.all(np.diff(np.array(moved)[order]) >= 10 - 1e-9)
    assert min(moved) >= 0
    assert max(moved) <= 100


@given(st.lists(st.floats(0, 100), min_size=1, max_size=6))
def test_labels_that_are_far_apart_stay(places):
    ordered = np.sort(places)
    assume(ordered.size == 1 or np.diff(ordered).min() > 10.001)
    np.testing.assert_allclose(spread(places, 10, 0, 100), places)
