"""Histograms of oriented gradients: other programs' numbers, laws, derivatives."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import hubel as hb
from hubel.errors import OptionError, ShapeError
from hubel.features import HOG, hog
from tests.features.slow_hog import uoctti

GOLDEN = np.load(Path(__file__).parent / "golden" / "hog.npz")
IMAGES = GOLDEN["images"]
EXACT = IMAGES.astype(np.float64)
RNG = np.random.default_rng(4)
SMOOTH = RNG.uniform(0.1, 0.9, (2, 12, 10, 3))
PRESETS = ["lecture", "skimage", "opencv", "dalal-triggs", "uoctti", "cs231n"]


@pytest.mark.parametrize(
    ("block", "norm"), [(1, "L1"), (2, "L1-sqrt"), (2, "L2"), (3, "L2-Hys")]
)
def test_scikit_image_says_the_same(block, norm):
    expected = GOLDEN[f"skimage {block} {norm}"]
    found = hog(EXACT, "skimage", range=(0, 255), block=block, norm=norm)
    np.testing.assert_allclose(found, expected, atol=1e-6)
    bytes_too = hog(IMAGES, "skimage", block=block, norm=norm)
    np.testing.assert_allclose(bytes_too, expected, atol=2e-5)


def test_scikit_image_says_the_same_of_other_shapes():
    skimage = pytest.importorskip("skimage.feature", reason="needs scikit-image")
    image = RNG.integers(0, 256, (37, 45, 3)).astype(np.float64)
    for cell, bins, block in ((8, 8, 2), (5, 9, 3), (6, 4, 1)):
        for given_image, axis in ((image, -1), (image[..., 1], None)):
            expected = skimage.hog(
                given_image,
                bins,
                (cell, cell),
                (block, block),
                channel_axis=axis,
            )
            options = {"cell": cell, "bins": bins, "block": block}
            found = hog(given_image[None], "skimage", range=(0, 255), **options)
            np.testing.assert_allclose(found[0], expected, atol=1e-6)


@pytest.mark.parametrize("root", [False, True])
def test_opencv_says_the_same(root):
    found = hog(IMAGES, "opencv", root=root)
    np.testing.assert_allclose(found, GOLDEN[f"opencv {root}"], atol=1e-3)


def test_the_course_says_the_same_and_loses_half():
    found = hog(EXACT, "cs231n", range=(0, 255))
    np.testing.assert_allclose(found, GOLDEN["cs231n"], atol=1e-9)
    np.testing.assert_allclose(hog(IMAGES, "cs231n"), GOLDEN["cs231n"], atol=1e-4)
    whole = hog(IMAGES, "cs231n", binning="hard").sum()
    assert 0.3 < found.sum() / whole < 0.7


def test_the_31_numbers_of_a_cell():
    image = RNG.uniform(0, 255, (25, 33, 3))
    expected = uoctti(image, 8)
    found = hog(image[None], "uoctti", range=(0, 255)).reshape(3, 4, 31)
    np.testing.assert_allclose(found, expected, atol=1e-12)


def test_the_lengths_that_papers_say():
    assert hog(IMAGES).shape == (12, 144)
    assert hog(IMAGES, block=2, norm="L2-Hys").shape == (12, 324)
    person = np.zeros((1, 128, 64, 3), np.uint8)
    assert hog(person, "dalal-triggs").shape == (1, 3780)
    assert hog(IMAGES, "uoctti").shape == (12, 16 * 31)


@pytest.mark.parametrize("binning", ["linear", "hard"])
@pytest.mark.parametrize("signed", [False, True])
@pytest.mark.parametrize("start", [0.0, -0.5])
def test_the_bins_of_a_cell_add_up_to_its_gradients(binning, signed, start):
    cells = HOG(binning=binning, signed=signed, start=start, channels="gray")
    found = cells.cells(EXACT[..., 0])
    x, y = np.zeros((2, 12, 32, 32))
    x[:, :, 1:-1] = EXACT[:, :, 2:, 0] - EXACT[:, :, :-2, 0]
    y[:, 1:-1] = EXACT[:, 2:, :, 0] - EXACT[:, :-2, :, 0]
    lengths = np.hypot(x, y).reshape(12, 4, 8, 4, 8).sum((2, 4))
    np.testing.assert_allclose(found.sum(-1), lengths, rtol=1e-12)


def test_an_edge_votes_for_its_slope():
    y, x = np.mgrid[:16, :16]
    for degrees in range(5, 180, 10):
        angle = np.radians(degrees)
        plane = (np.cos(angle) * x + np.sin(angle) * y)[None]
        cell = HOG(bins=18, cell=8, binning="hard").cells(plane)[0, 0, 0]
        inner = HOG(bins=18, cell=8, differences="interior").cells(plane)[0, 0, 0]
        assert inner.argmax() == degrees // 10
        assert cell.argmax() == degrees // 10
        np.testing.assert_allclose(inner.max(), inner.sum(), rtol=1e-12)


@given(st.floats(-100, 100), st.floats(0.1, 10))
def test_brightness_changes_nothing_and_contrast_scales(shift, factor):
    plain = hog(SMOOTH, cell=4)
    np.testing.assert_allclose(
        HOG(cell=4).compose(SMOOTH * factor + shift), plain * factor, atol=1e-10
    )
    options = {"cell": 4, "block": 2, "norm": "L2-Hys", "eps": 1e-12}
    np.testing.assert_allclose(
        HOG(**options).compose(SMOOTH * factor),
        HOG(**options).compose(SMOOTH),
        atol=1e-12,
    )


@pytest.mark.parametrize("binning", ["linear", "hard"])
def test_turning_and_transposing_the_image_permutes(binning):
    square = RNG.uniform(size=(2, 16, 16, 3))
    # At the border gradients lie on the edges of bins, which belong to one side.
    options = {"cell": 4, "bins": 8, "differences": "interior"}
    feature = HOG(binning=binning, **options)
    cells = feature.cells(square)
    turned = feature.cells(np.rot90(square, axes=(1, 2)))
    expected = np.roll(np.rot90(cells, axes=(1, 2)), 4, axis=-1)
    np.testing.assert_allclose(turned, expected, atol=1e-12)
    flipped = feature.cells(square.swapaxes(1, 2))
    # A slope of a becomes one of 90 degrees minus a.
    expected = np.roll(cells.swapaxes(1, 2)[..., ::-1], 4, axis=-1)
    np.testing.assert_allclose(flipped, expected, atol=1e-12)


@pytest.mark.parametrize("preset", PRESETS)
def test_images_without_contrast_give_0_and_finite_gradients(preset):
    flat = np.full((1, 16, 16, 3), 0.5)
    feature = HOG(preset, block=1) if preset == "skimage" else HOG(preset)
    np.testing.assert_array_equal(feature(flat), np.zeros_like(feature(flat)))
    gradient = hb.grad(lambda x: (feature(x) ** 2).sum())(flat)
    assert not gradient.any()


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"signed": True, "start": -0.5, "bins": 12, "differences": "interior"},
        {"block": 2, "norm": "L2-Hys", "clip": 0.5},
        {"block": 2, "norm": "L1-sqrt", "bins": 2},
        {"channels": "gray", "norm": "L2"},
        {"spatial": "bilinear", "root": True, "norm": "L1"},
        {"block": 2, "window": 2.0, "norm": "opencv", "spatial": "bilinear"},
        {"binning": "hard", "bins": 6, "differences": "interior"},
        {"preset": "uoctti", "binning": "linear"},
    ],
)
def test_derivatives(options):
    feature = HOG(**{"cell": 4, **options})
    # Steps so short that next to no gradient turns into another bin.
    rng, step = np.random.default_rng(7), 1e-6
    weights = rng.normal(size=feature(SMOOTH).shape)
    towards = rng.normal(size=SMOOTH.shape)
    loss = lambda x: (feature(x) * weights).sum()  # noqa: E731
    ahead, behind = (loss(SMOOTH + sign * step * towards) for sign in (1, -1))
    expected = (ahead - behind) / (2 * step)
    forward = hb.jvp(loss, (SMOOTH,), (towards,))[1]
    np.testing.assert_allclose(forward, expected, rtol=1e-6)
    reverse = (hb.grad(loss)(SMOOTH) * towards).sum()
    np.testing.assert_allclose(reverse, forward, rtol=1e-11)


@pytest.mark.parametrize("preset", PRESETS)
@pytest.mark.parametrize("dtype", [np.uint8, np.float32, np.float64])
def test_the_plan_is_the_gates(preset, dtype):
    images = IMAGES[:5].astype(dtype)
    feature = HOG(preset, range=(0, 255))
    tolerance = 1e-10 if dtype == np.float64 else 2e-4
    found = feature(images)
    assert found.dtype == (np.float64 if dtype == np.float64 else np.float32)
    np.testing.assert_allclose(found, feature.compose(images), tolerance, tolerance)


def test_bytes_and_floats_of_a_range_are_alike():
    expected = hog(IMAGES)
    np.testing.assert_allclose(hog(EXACT / 255), expected, atol=1e-3)
    shifted = hog(EXACT / 255 * 2 - 1, range=(-1, 1), root=True, channels="gray")
    np.testing.assert_allclose(
        shifted, hog(IMAGES, root=True, channels="gray"), atol=2e-3
    )


def test_what_is_refused_says_what_to_do():
    for options, words in (
        ({"preset": "hog"}, "'lecture', 'skimage'"),
        ({"orientations": 9}, "settings are white"),
        ({"bins": 1}, "at least 2"),
        ({"bins": 2, "signed": True}, "at least 3"),
        ({"cell": 2.5}, "whole number"),
        ({"eps": 0}, "above 0"),
        ({"window": -1.0}, "None, or pixels"),
        ({"norm": "L3"}, "'L2-Hys'"),
        ({"norm": "uoctti"}, "signed=True"),
    ):
        with pytest.raises(OptionError, match=words):
            HOG(**options)
    with pytest.raises(ShapeError, match="smaller cell"):
        hog(np.zeros((1, 7, 9, 3), np.uint8))
    with pytest.raises(ShapeError, match='channels="max"'):
        hog(np.zeros((1, 9, 9, 2), np.uint8), channels="gray")


def test_a_net_shows_what_is_not_the_default():
    assert repr(HOG()) == "HOG()"
    shown = repr(HOG(bins=12, norm="L2", range=(0, 2)))
    assert shown == "HOG(range=(0.0, 2.0), bins=12, norm='L2')"
