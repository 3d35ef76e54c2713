"""SIFT at keypoints: OpenCV's, the grid's, spots of known size, turned images."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from hubel.errors import OptionError, ShapeError
from hubel.features import DenseSIFT, Keypoints, detect_keypoints, sift

GOLDEN = np.load(Path(__file__).parent / "golden" / "textures.npz")
IMAGE = GOLDEN["large"]
OPENCV = Keypoints(*GOLDEN["keypoints"].astype(float).T)
OPENCV = OPENCV._replace(angle=np.radians(OPENCV.angle))
OURS, DESCRIPTORS = sift(IMAGE)


def turned_by(one, other):
    return abs((one - other + math.pi) % (2 * math.pi) - math.pi)


def test_descriptors_at_the_keypoints_of_opencv_are_close_to_its_own():
    expected = GOLDEN["descriptors"].astype(float)
    expected /= np.linalg.norm(expected, axis=1, keepdims=True)
    cosines = (sift(IMAGE, OPENCV)[1] * expected).sum(1)
    assert cosines.mean() > 0.995
    assert cosines.min() > 0.98


def test_most_keypoints_of_opencv_are_found():
    """It doubles images with a shift of a quarter of a pixel, which it leaves in."""
    far = np.hypot(OURS.x[:, None] + 0.25 - OPENCV.x, OURS.y[:, None] + 0.25 - OPENCV.y)
    sizes = abs(np.log2(OURS.size[:, None] / OPENCV.size))
    same = (far < 1) & (sizes < 0.25)
    assert same.any(0).mean() > 0.8
    assert np.median(far.min(0)) < 0.1
    angles = turned_by(OURS.angle[:, None], OPENCV.angle)
    assert (same & (angles < 0.2)).any(0).mean() > 0.75


@pytest.mark.parametrize("width", [3.0, 5.0, 9.0])
@pytest.mark.parametrize("sign", [1, -1])
def test_a_spot_is_found_where_it_is(width, sign):
    y, x = np.mgrid[:80, :90]
    spot = np.exp(-((x - 41.3) ** 2 + (y - 38.8) ** 2) / (2 * width**2))
    found = detect_keypoints(0.5 + sign * spot / 2)
    strongest = found.response.argmax()
    assert abs(found.x[strongest] - 41.3) < 0.1
    assert abs(found.y[strongest] - 38.8) < 0.1
    # Where the difference of heights, width^2 / (width^2 + blur^2), to that a third of
    # an octave on is greatest; an image has a blur of half a pixel.
    expected = math.sqrt((width**2 - 0.25) / 2 ** (1 / 3))
    assert abs(found.size[strongest] / 2 / expected - 1) < 0.01


def test_an_even_image_and_a_straight_edge_have_no_keypoints():
    assert not len(detect_keypoints(np.full((40, 40), 0.4)).x)
    edge = np.repeat(np.arange(40.0)[None] > 20, 40, axis=0)
    keypoints, descriptors = sift(edge.astype(np.float32))
    assert not len(keypoints.x)
    assert descriptors.shape == (0, 128)


def test_on_a_grid_it_is_the_dense_one():
    feature = DenseSIFT(5, 4.8, sigma=1.6)
    images = IMAGE[None, 40:73, 50:83]
    y, x = (
        each.ravel() for each in np.meshgrid(*2 * [feature.points(33)], indexing="ij")
    )
    none = np.zeros(len(x))
    points = Keypoints(x, y, none + 3.2, none, none)
    expected = feature(images).reshape(-1, 128)
    cosines = (sift(images[0], points)[1] * expected).sum(1)
    assert cosines.min() > 0.99  # blurred after doubling, not at once


def test_a_turned_image_has_the_same_descriptors():
    keypoints, found = sift(np.rot90(IMAGE))
    x, y = 159 - keypoints.y, keypoints.x
    angle = keypoints.angle + math.pi / 2
    inside = (abs(OURS.x - 80) < 55) & (abs(OURS.y - 80) < 55)
    same = (np.hypot(OURS.x[:, None] - x, OURS.y[:, None] - y) < 0.5) & (
        turned_by(OURS.angle[:, None], angle) < 0.1
    )
    same &= abs(OURS.size[:, None] / keypoints.size - 1) < 0.05
    assert same.any(1)[inside].mean() > 0.85
    ours, theirs = np.nonzero(same & inside[:, None])
    cosines = (DESCRIPTORS[ours] * found[theirs]).sum(1)
    assert np.median(cosines) > 0.98


def test_bytes_floats_and_colors_are_alike():
    for image in (IMAGE / np.float32(255), np.stack([IMAGE] * 3, axis=-1)):
        keypoints, descriptors = sift(image)
        np.testing.assert_allclose(keypoints.x, OURS.x, atol=1e-2)
        np.testing.assert_allclose(descriptors, DESCRIPTORS, atol=1e-2)


def test_roots_have_length_1_too():
    for rows in (DESCRIPTORS, sift(IMAGE, root=True)[1]):
        np.testing.assert_allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-3)
        assert rows.dtype == np.float32


def test_what_is_refused_says_what_to_do():
    with pytest.raises(ShapeError, match="at least 12"):
        detect_keypoints(IMAGE[:9])
    with pytest.raises(OptionError, match="contrast above 0"):
        detect_keypoints(IMAGE, 0)
    with pytest.raises(ShapeError, match="sizes above 0"):
        sift(IMAGE, OURS._replace(x=OURS.x[:1]))
    with pytest.raises(ShapeError, match="sizes above 0"):
        sift(IMAGE, Keypoints(*np.zeros((5, 3))))
