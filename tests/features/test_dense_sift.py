"""SIFT on a grid: OpenCV's numbers, a slow version, turned images, derivatives."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

import hubel as hb
from hubel.errors import OptionError
from hubel.features import DenseSIFT, dense_sift

GOLDEN = np.load(Path(__file__).parent / "golden" / "textures.npz")
SMALL = GOLDEN["small"]
LIKE_OPENCV = DenseSIFT(5, 4, sigma=1.6)


def lengths(rows):
    return np.linalg.norm(rows.reshape(len(rows), -1, 128), axis=2)


@pytest.mark.parametrize("backend", ["numpy", "llvm"])
def test_descriptors_are_those_of_opencv(backend, monkeypatch):
    if backend == "llvm":
        pytest.importorskip("llvmlite", reason="native code needs llvmlite")
    monkeypatch.setenv("HUBEL_BACKEND", backend)
    expected = GOLDEN["dense"].astype(float)
    expected /= np.linalg.norm(expected, axis=2, keepdims=True)
    found = LIKE_OPENCV(SMALL).reshape(expected.shape)
    assert (found * expected).sum(2).min() > 0.9998  # it rounds to 256 levels


def slow_descriptor(slope_x, slope_y, x, y, cell):
    """Let the pixels around a point vote, one at a time."""
    found = np.zeros((6, 6, 8))
    for i, j in np.ndindex(slope_x.shape):
        row, column = (i - y) / cell + 2.5, (j - x) / cell + 2.5
        if not (0 < row < 5 and 0 < column < 5):
            continue
        length = math.hypot(slope_x[i, j], slope_y[i, j])
        far = ((i - y) ** 2 + (j - x) ** 2) / cell**2
        turn = math.atan2(-slope_y[i, j], slope_x[i, j]) / (2 * math.pi) * 8 % 8
        for a, b, c in np.ndindex(2, 2, 2):
            r, s, o = math.floor(row) + a, math.floor(column) + b, math.floor(turn) + c
            share = (1 - abs(row - r)) * (1 - abs(column - s)) * (1 - abs(turn - o))
            found[r, s, o % 8] += share * length * math.exp(-far / 8)
    row = found[1:5, 1:5].ravel()
    row = np.minimum(row / np.linalg.norm(row), 0.2)
    return row / np.linalg.norm(row)


def test_it_is_the_slow_version():
    image = SMALL[0] / 255
    feature = DenseSIFT(7, 3.5, sigma=0.5)  # no blur
    slope_x, slope_y = np.zeros((2, 32, 32))
    slope_x[1:-1, 1:-1] = image[1:-1, 2:] - image[1:-1, :-2]
    slope_y[1:-1, 1:-1] = image[2:, 1:-1] - image[:-2, 1:-1]
    points = feature.points(32)
    expected = [
        slow_descriptor(slope_x, slope_y, x, y, 3.5) for y in points for x in points
    ]
    found = feature(image[None]).reshape(-1, 128)
    np.testing.assert_allclose(found, expected, atol=1e-5)


def test_a_turned_image_turns_cells_and_orientations():
    def cells(images):
        return DenseSIFT(4)(images / 255).reshape(len(images), 5, 5, 4, 4, 8)

    turned = cells(np.rot90(SMALL, axes=(1, 2)))
    expected = np.rot90(np.rot90(cells(SMALL), axes=(1, 2)), axes=(3, 4))
    np.testing.assert_allclose(turned, np.roll(expected, 2, axis=-1), atol=1e-9)


def test_light_changes_nothing_and_contrast_little():
    floats = SMALL / 255
    expected = dense_sift(floats)
    np.testing.assert_allclose(dense_sift(floats * 0.5 + 0.3), expected, atol=1e-3)
    np.testing.assert_allclose(dense_sift(floats + 0.1), expected, atol=1e-9)
    np.testing.assert_allclose(lengths(expected), 1, atol=1e-3)


def test_roots_have_length_1_too():
    plain, root = DenseSIFT(8)(SMALL), DenseSIFT(8, root=True)(SMALL)
    np.testing.assert_allclose(lengths(root), 1, rtol=1e-5)
    sums = plain.reshape(-1, 128).sum(1, keepdims=True)
    expected = np.sqrt(plain.reshape(-1, 128) / sums)
    np.testing.assert_allclose(root.reshape(-1, 128), expected, atol=1e-5)


def test_points_lie_about_the_middle():
    images = SMALL[:, :30, :20]
    assert DenseSIFT(6, 3)(images).shape == (6, 4 * 2 * 128)
    np.testing.assert_array_equal(DenseSIFT(6, 3).points(20), [6.5, 12.5])
    assert DenseSIFT().points(9).tolist() == [4]


@pytest.mark.parametrize("root", [False, True])
def test_it_is_differentiable(root):
    images = np.random.default_rng(9).uniform(size=(1, 9, 9, 3))
    feature = DenseSIFT(2, 2, root=root)
    weights = np.random.default_rng(10).normal(size=feature(images).shape)
    hb.check_grads(lambda x: (feature(x) * weights).sum(), (images,), order=1)


def test_even_images_give_0_with_finite_gradients():
    images = np.full((1, 17, 17), 0.7)
    for root in (False, True):
        feature = DenseSIFT(root=root)
        assert not feature(images).any()
        assert not feature(images.astype(np.float32)).any()
        gradient = hb.grad(lambda x, f=feature: f(x).sum())(images)
        assert np.isfinite(gradient).all()


def test_what_is_refused_says_what_to_do():
    for given in ({"step": 0}, {"cell": 0.5}, {"sigma": -1}):
        with pytest.raises(OptionError, match=next(iter(given))):
            DenseSIFT(**given)
