"""Histograms of colours: NumPy's own, totals, the grid, derivatives."""

from __future__ import annotations

import numpy as np
import pytest

import hubel as hb
from hubel.errors import OptionError
from hubel.features import ColorHistogram, color_histogram

IMAGES = np.random.default_rng(0).integers(0, 256, (9, 6, 8, 3)).astype(np.uint8)


@pytest.mark.parametrize("bins", [2, 4, 5])
def test_it_counts_as_numpy_does(bins):
    for image, row in zip(IMAGES, color_histogram(IMAGES, bins), strict=True):
        counts, _ = np.histogramdd(
            image.reshape(-1, 3) * float(bins), bins, range=[(0, 255 * bins)] * 3
        )
        np.testing.assert_array_equal(row, counts.ravel())


def test_floats_of_a_range_and_grey_images():
    expected = color_histogram(IMAGES, 4)
    floats = IMAGES.astype(np.float64) - 100
    np.testing.assert_array_equal(
        color_histogram(floats, 4, range=(-100, 155)), expected
    )
    grey = color_histogram(IMAGES[..., 0], 4)
    np.testing.assert_array_equal(grey, expected.reshape(9, 4, 16).sum(2))


def test_hard_and_soft_votes_have_the_same_total_in_every_cell():
    hard, soft = (
        color_histogram(IMAGES, 3, mode, grid=2).reshape(9, 4, 27)
        for mode in ("hard", "soft")
    )
    np.testing.assert_array_equal(hard.sum(2), 12)
    np.testing.assert_allclose(soft.sum(2), 12, rtol=1e-5)
    np.testing.assert_array_equal(
        hard[:, 0], color_histogram(np.ascontiguousarray(IMAGES[:, :3, :4]), 3)
    )


def test_a_colour_between_centres_is_shared():
    # The centres of two parts are at 1/4 and 3/4.
    image = np.array([[[[0.25, 0.75, 0.5]]]])
    assert color_histogram(image, 2, "soft").tolist() == [[0, 0, 0.5, 0.5, 0, 0, 0, 0]]


def test_soft_votes_are_differentiable():
    images = np.random.default_rng(1).uniform(0.3, 0.45, (1, 3, 5, 3))
    hb.check_grads(ColorHistogram(2, "soft"), (images,), order=1)


def test_what_is_refused_says_what_to_do():
    with pytest.raises(OptionError, match="at least 2"):
        ColorHistogram(1)
    with pytest.raises(OptionError, match="'hard', 'soft'"):
        ColorHistogram(mode="fuzzy")
    with pytest.raises(OptionError, match="fewer bins"):
        color_histogram(IMAGES, 17)
    with pytest.raises(OptionError, match="at least 1 row"):
        ColorHistogram(grid=0)
