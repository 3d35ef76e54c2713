"""Banks of filters: their formulas, SciPy, turned images, derivatives."""

from __future__ import annotations

import math

import numpy as np
import pytest

import hubel as hb
from hubel.errors import OptionError, ShapeError
from hubel.features import (
    FilterBank,
    filter_bank,
    gabor_pairs,
    leung_malik,
    schmid,
    varma_zisserman,
)

IMAGES = np.random.default_rng(5).integers(0, 256, (3, 20, 24)).astype(np.uint8)
KINDS = {"gabor": 16, "leung-malik": 48, "schmid": 13, "mr8": 8}


def test_filters_of_a_bank_see_no_even_light():
    blurs = {"leung": slice(44, 48), "zisserman": slice(36, 37), "schmid": slice(0, 0)}
    banks = leung_malik(), varma_zisserman(), schmid()
    for bank, round_ones in zip(banks, blurs.values(), strict=True):
        np.testing.assert_allclose(abs(bank).sum((1, 2)), 1)
        sums = bank.sum((1, 2))
        np.testing.assert_allclose(sums[round_ones], 1)
        sums[round_ones] = 0
        np.testing.assert_allclose(sums, 0, atol=1e-12)


@pytest.mark.parametrize("turn", range(6))
@pytest.mark.parametrize(("row", "width"), [(0, 1), (1, 2), (2, 4)])
def test_edges_and_bars_are_derivatives_of_long_gaussians(turn, row, width):
    y, x = np.mgrid[-24:25, -24:25].astype(float)
    step = 1e-4
    angle = turn * math.pi / 6

    def gaussian(forth):
        across = x * math.cos(angle) + y * math.sin(angle) + forth
        along = y * math.cos(angle) - x * math.sin(angle)
        return np.exp(-(across**2 + (along / 3) ** 2) / (2 * width**2))

    middle, before, behind = gaussian(0.0), gaussian(-step), gaussian(step)
    bank = varma_zisserman()
    for first, expected in ((0, before - behind), (18, before + behind - 2 * middle)):
        expected = expected - expected.mean()
        expected /= abs(expected).sum()
        found = bank[first + 6 * row + turn]
        np.testing.assert_allclose(found, expected, atol=1e-6)


def test_spots_are_laplacians():
    ndimage = pytest.importorskip("scipy.ndimage", reason="needs SciPy")
    point = np.zeros((49, 49))
    point[24, 24] = 1
    expected = ndimage.gaussian_laplace(point, 2 * math.sqrt(2), truncate=9)
    found = leung_malik()[36 + 2]
    np.testing.assert_allclose(found, expected / abs(expected).sum(), atol=2e-4)


def test_schmids_filters_are_the_same_when_turned():
    for bank in (schmid(25, 0.5), leung_malik(25, 0.5)[36:]):
        np.testing.assert_allclose(np.rot90(bank, axes=(1, 2)), bank, atol=1e-12)


@pytest.mark.parametrize("bank", ["leung-malik", "schmid"])
def test_answers_are_sums_over_the_filter(bank):
    ndimage = pytest.importorskip("scipy.ndimage", reason="needs SciPy")
    feature = FilterBank(bank, scale=0.3)
    floats = IMAGES / 255
    found = feature.responses(floats)
    for k, each in enumerate(feature.filters()):
        expected = ndimage.correlate(floats[0], each, mode="nearest")
        np.testing.assert_allclose(found[0, ..., k], expected, atol=1e-12)


def test_a_gabor_pair_has_the_length_of_both():
    feature = FilterBank(scale=0.3)
    even, odd = gabor_pairs(15, wavelengths=(2.4, 4.8))[:, 1, 3]
    window = IMAGES[0, 3:18, 4:19] / 255
    expected = np.hypot((window * even).sum(), (window * odd).sum())
    found = feature.responses(IMAGES / 255)[0, 10, 11, 8 + 3]
    np.testing.assert_allclose(found, expected)


def test_mr8_takes_the_strongest_orientation():
    feature = FilterBank("mr8", scale=0.3)
    filters = varma_zisserman(15, 0.3)
    window = IMAGES[0, 3:18, 4:19] / 255
    answers = (filters * window).sum((1, 2))
    expected = [*abs(answers[:36]).reshape(6, 6).max(1), *answers[36:]]
    found = feature.responses(IMAGES / 255)[0, 10, 11]
    np.testing.assert_allclose(found, expected, atol=1e-12)


def test_a_turned_image_turns_the_orientations():
    square = IMAGES[:, :20, :20] / 255
    feature = FilterBank(scale=0.3, grid=1)
    rows = feature(square).reshape(3, 2, 8)
    turned = feature(np.rot90(square, axes=(1, 2))).reshape(3, 2, 8)
    np.testing.assert_allclose(turned, np.roll(rows, 4, axis=2), rtol=1e-9)


@pytest.mark.parametrize("bank", KINDS)
def test_a_row_holds_the_means_of_cells(bank):
    feature = FilterBank(bank, scale=0.3, grid=3)
    rows = feature(IMAGES)
    assert rows.dtype == np.float32
    cells = rows.reshape(3, 3, 3, KINDS[bank])
    answers = abs(feature.responses(IMAGES))
    corner = answers[:, :6, :8].mean((1, 2))
    np.testing.assert_allclose(cells[:, 0, 0], corner, rtol=1e-4, atol=1e-6)
    floats = filter_bank(IMAGES / 255, bank, scale=0.3, grid=3)
    np.testing.assert_allclose(floats, rows, rtol=1e-3, atol=1e-5)


def test_webers_law_compresses():
    plain, weber = (FilterBank("schmid", scale=0.3, weber=w) for w in (False, True))
    answers = plain.responses(IMAGES / 255)
    length = np.sqrt((answers**2).sum(-1, keepdims=True))
    expected = answers * np.log(1 + length / 0.03) / length
    np.testing.assert_allclose(weber.responses(IMAGES / 255), expected, rtol=1e-9)


@pytest.mark.parametrize("bank", KINDS)
def test_answers_are_differentiable(bank):
    images = np.random.default_rng(6).uniform(size=(1, 6, 6, 3))
    feature = FilterBank(bank, scale=0.3, grid=1, weber=True)
    hb.check_grads(feature.responses, (images,), order=1)


@pytest.mark.parametrize("bank", KINDS)
def test_even_images_have_finite_gradients(bank):
    images = np.zeros((1, 6, 6))
    feature = FilterBank(bank, scale=0.3, grid=1, weber=True)
    np.testing.assert_allclose(feature(images), 0, atol=1e-12)
    gradient = hb.grad(lambda x: feature(x).sum())(images)
    assert np.isfinite(gradient).all()


def test_what_is_refused_says_what_to_do():
    with pytest.raises(OptionError, match="'leung-malik'"):
        FilterBank("lm")
    with pytest.raises(OptionError, match=r"from 0\.3 to 10"):
        FilterBank(scale=0)
    with pytest.raises(ShapeError, match="smaller grid="):
        filter_bank(IMAGES[:, :3])
