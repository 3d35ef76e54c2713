"""Histograms of hue: colours that everybody knows, colorsys, totals, derivatives."""

from __future__ import annotations

import colorsys

import numpy as np
import pytest

import hubel as hb
from hubel.errors import DTypeError, OptionError, ShapeError
from hubel.features import HueHistogram, hue_histogram

COLORS = np.random.default_rng(0).integers(0, 256, (40, 4, 5, 3)).astype(np.uint8)


def by_colorsys(images, bins):
    counts = np.zeros((len(images), bins))
    for n, image in enumerate(images):
        for pixel in image.reshape(-1, 3) / 255:
            hue = colorsys.rgb_to_hsv(*pixel)[0]
            counts[n, int(round(hue * bins, 9)) % bins] += 1
    return counts


@pytest.mark.parametrize("bins", [2, 6, 10, 13])
def test_it_counts_the_hues_of_colorsys(bins):
    np.testing.assert_array_equal(
        hue_histogram(COLORS, bins), by_colorsys(COLORS, bins)
    )


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_every_pixel_has_one_bin(dtype):
    rng = np.random.default_rng(2)
    images = rng.uniform(size=(4, 64, 64, 3)).astype(dtype)
    images[0, ..., 0] = 1
    images[0, ..., 2] = images[0, ..., 1] * (1 + 1e-7)  # hues just below red
    for bins in (3, 7, 10):
        assert (hue_histogram(images, bins).sum(1) == 64 * 64).all()


def test_greys_have_hue_0():
    grey = np.full((1, 3, 5, 3), 77, np.uint8)
    assert hue_histogram(grey)[0].tolist() == [15] + [0] * 9
    np.testing.assert_array_equal(hue_histogram(grey[..., 0]), hue_histogram(grey))
    assert not hue_histogram(grey, weight="saturation").any()


@pytest.mark.parametrize("weight", ["count", "saturation", "value"])
def test_hard_and_soft_votes_have_the_same_total(weight):
    floats = COLORS.astype(np.float64)
    hard, soft = (
        hue_histogram(floats, 10, mode, weight, range=(0, 255))
        for mode in ("hard", "soft")
    )
    np.testing.assert_allclose(hard.sum(1), soft.sum(1), rtol=1e-12)
    hsv = [colorsys.rgb_to_hsv(*p) for p in COLORS[0].reshape(-1, 3) / 255]
    index = {"saturation": 1, "value": 2}.get(weight)
    total = 20 if index is None else sum(p[index] for p in hsv)
    np.testing.assert_allclose(hard[0].sum(), total, rtol=1e-12)


def test_cells_of_a_grid_add_up_to_the_whole():
    for size in (4, 5):
        images = COLORS[:, :, :size]
        cells = hue_histogram(images, grid=2).reshape(-1, 4, 10)
        np.testing.assert_array_equal(cells.sum(1), hue_histogram(images))
    np.testing.assert_array_equal(cells[:, 0], hue_histogram(COLORS[:, :2, :2]))


def test_soft_votes_are_differentiable():
    rng = np.random.default_rng(1)
    images = rng.uniform(0.1, 0.9, (2, 3, 3, 3))
    for weight in ("count", "saturation", "value"):
        feature = HueHistogram(7, "soft", weight)
        hb.check_grads(lambda x, f=feature: f(x), (images,), order=1)


def test_greys_have_gradient_0():
    images = np.full((1, 2, 2, 3), 0.5)
    feature = HueHistogram(6, "soft")
    weights = np.arange(6.0)
    gradient = hb.grad(lambda x: (feature(x) * weights).sum())(images)
    assert not gradient.any()


def test_floats_of_a_range_are_as_good_as_bytes():
    expected = hue_histogram(COLORS, weight="value")
    found = hue_histogram(COLORS / np.float32(255), weight="value")
    assert abs(found - expected).sum(1).max() < 2.1  # a colour on an edge may move
    shifted = COLORS.astype(np.float32) - 128
    found = hue_histogram(shifted, weight="value", range=(-128, 127))
    np.testing.assert_allclose(found, expected, rtol=1e-6)


def test_what_is_refused_says_what_to_do():
    with pytest.raises(OptionError, match="at least 2"):
        HueHistogram(1)
    with pytest.raises(OptionError, match="'hard', 'soft'"):
        HueHistogram(mode="fuzzy")
    with pytest.raises(ShapeError, match="red, green and blue"):
        hue_histogram(np.zeros((1, 2, 2, 4), np.uint8))
    with pytest.raises(ShapeError, match="images\\[None\\]"):
        hue_histogram(COLORS[0])
    with pytest.raises(DTypeError, match="int64"):
        hue_histogram(COLORS.astype(np.int64))
    with pytest.raises(OptionError, match="range=\\(0, 255\\)"):
        hue_histogram(COLORS.astype(np.float32))
