"""GIST: waves it should see, a slow version, turned images, derivatives."""

from __future__ import annotations

import math

import numpy as np
import pytest

import hubel as hb
from hubel.errors import OptionError, ShapeError
from hubel.features import GIST, gist, grating

IMAGES = np.random.default_rng(11).integers(0, 256, (2, 16, 16)).astype(np.uint8)


def at(feature, frequency, turn):
    """Return what filters do to the frequency that is nearest."""
    y, x = (round(64 * frequency * f(turn)) for f in (math.sin, math.cos))
    return feature.filters(64, 64)[:, y, x]


def test_filters_meet_at_half_their_height():
    feature = GIST((8, 8))
    assert at(feature, 0.25, 0)[0] == 1
    assert at(feature, 0.125, math.pi / 2)[8 + 4] == 1
    third, aside = 0.25 / 3, 0.25 * math.tan(math.pi / 16)
    y, x = np.fft.fftfreq(960)[:, None], np.fft.fftfreq(960)
    filters = feature.filters(960, 960)
    near = np.argmin(abs(x - (0.25 - third)))
    np.testing.assert_allclose(filters[0, 0, near], 0.5, rtol=1e-9)
    near = np.argmin(abs(y[:, 0] - aside))
    np.testing.assert_allclose(filters[0, near, 240], 0.5, rtol=0.02)
    np.testing.assert_allclose(filters[0, near, 240], filters[1, near, 240], rtol=0.02)


@pytest.mark.parametrize("scale", [0, 1, 2])
def test_each_filter_prefers_its_own_wave(scale):
    turns = np.arange(8) * np.pi / 8
    waves = (grating(32, turns, 4.0 * 2**scale) + 1) / 2
    rows = gist(waves).reshape(8, 16, 4, 8).mean(1)
    np.testing.assert_array_equal(rows[:, scale].argmax(1), np.arange(8))
    np.testing.assert_array_equal(rows.max(2).argmax(1), scale)


def slow_gist(image, feature):
    """Compute a row by sums over all pixels."""
    size = len(image)
    framed = np.pad(image, size // 4, mode="symmetric")
    n = len(framed)
    k = np.arange(n)
    waves = np.exp(-2j * np.pi * np.outer(k, k) / n)
    y, x = np.fft.fftfreq(n)[:, None], np.fft.fftfreq(n)

    def filtered(plane, height):
        return (
            np.conj(waves) @ ((waves @ plane @ waves) * height) @ np.conj(waves) / n**2
        )

    slow = 0.5 ** ((x**2 + y**2) * (size / 4) ** 2)
    fine = filtered(framed, 1 - slow).real
    even = fine / (np.sqrt(filtered(fine**2, slow).real) + 20 / 255)
    found = []
    for height in feature.filters(n, n):
        inner = filtered(even, height)[size // 4 :, size // 4 :][:size, :size]
        cells = (abs(inner) ** 2).reshape(2, size // 2, 2, size // 2).mean((1, 3))
        found.append(np.sqrt(cells))
    return np.stack(found, axis=-1).ravel()


def test_it_is_the_slow_version():
    feature = GIST((6, 4, 3), grid=2)
    expected = [slow_gist(image / 255, feature) for image in IMAGES]
    np.testing.assert_allclose(feature(IMAGES / 255), expected, rtol=1e-9)
    np.testing.assert_allclose(feature(IMAGES), expected, rtol=1e-3, atol=1e-5)


def test_a_turned_image_turns_cells_and_orientations():
    rows = gist(IMAGES / 255).reshape(2, 4, 4, 4, 8)
    turned = gist(np.rot90(IMAGES / 255, axes=(1, 2))).reshape(2, 4, 4, 4, 8)
    expected = np.roll(np.rot90(rows, axes=(1, 2)), 4, axis=-1)
    # Half a wave a pixel is one frequency, of which a filter sees one side.
    np.testing.assert_allclose(turned, expected, atol=2e-5)


def test_light_changes_nothing_and_contrast_little():
    expected = gist(IMAGES / 255)
    np.testing.assert_allclose(gist(IMAGES / 255 + 0.2), expected, rtol=1e-6)
    assert 0.7 < gist(IMAGES / 510).sum() / expected.sum() < 1


def test_it_is_differentiable():
    images = np.random.default_rng(12).uniform(size=(1, 6, 6, 3))
    feature = GIST((3, 2), grid=2)
    hb.check_grads(lambda x: feature(x), (images,), order=1)


def test_even_images_give_0_with_finite_gradients():
    images = np.full((1, 9, 9), 0.3)
    assert abs(gist(images, grid=2)).max() < 1e-9
    gradient = hb.grad(lambda x: GIST(grid=2)(x).sum())(images)
    assert np.isfinite(gradient).all()


def test_what_is_refused_says_what_to_do():
    with pytest.raises(OptionError, match="at least 2"):
        GIST((8, 1))
    with pytest.raises(ShapeError, match="smaller grid="):
        gist(IMAGES[:, :3])
