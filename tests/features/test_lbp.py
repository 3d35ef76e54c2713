"""Local binary patterns: scikit-image, whole numbers, what turning an image changes."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

import hubel as hb
from hubel.errors import OptionError
from hubel.features import LBP, lbp

RNG = np.random.default_rng(4)
COARSE = RNG.integers(0, 240, (6, 5, 6)).repeat(5, 1).repeat(5, 2)
NOISE = RNG.integers(0, 3, (3, 25, 30))
GREYS = np.concatenate([COARSE[:3], COARSE[3:] + NOISE]).astype(np.uint8)
METHODS = ["uniform", "nri_uniform", "ror", "default"]


def rings(points):
    """Number the codes by the least of their rotations."""
    digits = [f"{code:0{points}b}" for code in range(2**points)]
    least = [min(d[k:] + d[:k] for k in range(points)) for d in digits]
    order = sorted(set(least))
    return np.array([order.index(each) for each in least])


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(("points", "radius"), [(8, 1), (4, 1), (12, 2.5)])
def test_patterns_are_those_of_scikit_image(method, points, radius):
    feature = pytest.importorskip("skimage.feature", reason="needs scikit-image")
    peer = feature.local_binary_pattern
    expected = np.stack([peer(grey, points, radius, method) for grey in GREYS])
    if method == "ror":
        expected = rings(points)[expected.astype(int)]
    found = LBP(method, points, radius).patterns(GREYS)
    allowed = 0 if radius == 1 else 0.002  # it rounds, which decides equal ones
    assert (found != expected).mean() <= allowed


def test_patterns_are_those_that_were_kept():
    golden = np.load(Path(__file__).parent / "golden" / "textures.npz")
    found = LBP("default").patterns(golden["small"])
    np.testing.assert_array_equal(found, golden["patterns"])


def in_whole_numbers(grey, points, radius):
    """Return the codes of pixels, slowly and exactly."""
    steps, codes = 10**5, np.zeros(grey.shape, int)
    framed = np.pad(grey.astype(int), 9)
    for k in range(points):
        angle = 2 * math.pi * k / points
        y, x = -radius * math.sin(angle), radius * math.cos(angle)
        (top, down), (left, right) = (
            divmod(round(round(each, 5) * steps), steps) for each in (y, x)
        )
        for i, j in np.ndindex(grey.shape):
            corner = framed[i + top + 9 : i + top + 11, j + left + 9 : j + left + 11]
            shares = np.outer([steps - down, down], [steps - right, right])
            total = (corner * shares).sum()
            codes[i, j] |= int(total >= int(grey[i, j]) * steps**2) << k
    return codes


@pytest.mark.parametrize(("points", "radius"), [(8, 1.0), (8, 1.5), (6, 3.0)])
def test_comparisons_of_bytes_are_exact(points, radius):
    found = LBP("default", points, radius).patterns(GREYS)
    for patterns, grey in zip(found[::2], GREYS[::2], strict=True):
        expected = in_whole_numbers(grey, points, radius)
        np.testing.assert_array_equal(patterns, expected)


@pytest.mark.parametrize("method", METHODS)
def test_every_pixel_is_counted_once(method):
    feature = LBP(method)
    counts = feature(GREYS)
    assert counts.shape == (6, feature.bins)
    for row, patterns in zip(counts, feature.patterns(GREYS), strict=True):
        expected = np.bincount(patterns.ravel(), minlength=feature.bins)
        np.testing.assert_array_equal(row, expected)


def test_cells_of_a_grid_add_up_to_the_whole():
    cells = lbp(GREYS, grid=3).reshape(6, 9, 10)
    np.testing.assert_array_equal(cells.sum(1), lbp(GREYS))
    corner = LBP().patterns(GREYS)[0, :8, :10]
    np.testing.assert_array_equal(
        cells[0, 0], np.bincount(corner.ravel(), minlength=10)
    )


@pytest.mark.parametrize("method", ["uniform", "ror"])
def test_a_turned_image_has_the_same_patterns(method):
    feature = LBP(method)
    turned = feature.patterns(np.rot90(GREYS, axes=(1, 2)))
    inner = slice(None), slice(1, -1), slice(1, -1)
    expected = np.rot90(feature.patterns(GREYS), axes=(1, 2))
    np.testing.assert_array_equal(turned[inner], expected[inner])


@pytest.mark.parametrize("points", [8, 24])
def test_light_and_contrast_change_nothing(points):
    feature = LBP("nri_uniform", points, 2)
    inner = slice(None), slice(2, -2), slice(2, -2)
    brighter = (GREYS // 2 + 40).astype(np.uint8)
    expected = feature.patterns((GREYS // 2).astype(np.uint8))[inner]
    np.testing.assert_array_equal(feature.patterns(brighter)[inner], expected)
    floats = (GREYS // 2) * 2.0**-8
    np.testing.assert_array_equal(feature.patterns(floats)[inner], expected)


def test_even_floats_are_even():
    even = np.full((1, 9, 9), 0.1)
    assert (LBP("default").patterns(even)[:, 1:-1, 1:-1] == 255).all()
    in_color = np.full((1, 9, 9, 3), 0.1, np.float32)
    assert (LBP("default").patterns(in_color)[:, 1:-1, 1:-1] == 255).all()


def test_colors_are_made_grey():
    colors = np.stack([GREYS] * 3, axis=-1)
    np.testing.assert_array_equal(lbp(colors), lbp(GREYS))


@pytest.mark.parametrize("backend", ["numpy", "llvm"])
def test_native_code_and_numpy_agree(backend):
    run = hb.compile(lambda images: LBP(grid=2).compose(images), backend=backend)
    np.testing.assert_array_equal(run(GREYS[..., None]), lbp(GREYS, grid=2))


def test_the_gradient_is_0_and_says_so():
    floats = GREYS / 255
    with pytest.warns(hb.errors.ZeroGradientWarning):
        gradient = hb.grad(lambda x: LBP()(x).sum())(floats)
    assert not gradient.any()


def test_what_is_refused_says_what_to_do():
    with pytest.raises(OptionError, match="from 2 to 16"):
        LBP("ror", 24)
    with pytest.raises(OptionError, match="half a pixel"):
        LBP(radius=0)
    with pytest.raises(OptionError, match="'nri_uniform'"):
        LBP("other")
