"""Self-similarity: a slow version, what it should not see, derivatives."""

from __future__ import annotations

import math

import numpy as np
import pytest

import hubel as hb
from hubel.errors import OptionError
from hubel.features import SelfSimilarity, self_similarity

RNG = np.random.default_rng(13)
IMAGES = RNG.integers(0, 256, (2, 30, 34, 3)).astype(np.uint8)


def slow_descriptor(image, y, x, radius, half, noise):
    """Compare patches one by one; bins without a pixel are not a number."""

    def patch(down, right):
        rows = slice(y + down - half, y + down + half + 1)
        return image[rows, x + right - half : x + right + half + 1]

    reach = range(-radius, radius + 1)
    squares = {
        (i, j): ((patch(i, j) - patch(0, 0)) ** 2).sum() for i in reach for j in reach
    }
    near = [squares[i, j] for i in (-1, 0, 1) for j in (-1, 0, 1)]
    limit = max(*near, noise**2 * patch(0, 0).size)
    best = np.full((4, 20), np.nan)
    for (i, j), square in squares.items():
        away = math.hypot(i, j)
        if 0 < away <= radius:
            ring = min(int(math.log(away) / math.log(radius) * 4), 3)
            angle = math.floor(math.atan2(i, j) / (2 * math.pi) * 20 + 0.5) % 20
            best[ring, angle] = np.fmax(best[ring, angle], math.exp(-square / limit))
    return best


@pytest.mark.parametrize("backend", ["numpy", "llvm"])
def test_it_is_the_slow_version(backend, monkeypatch):
    if backend == "llvm":
        pytest.importorskip("llvmlite", reason="native code needs llvmlite")
    monkeypatch.setenv("HUBEL_BACKEND", backend)
    feature = SelfSimilarity(3, 11, 3, noise=0.3)
    found = feature(IMAGES / 255).reshape(2, 2, 4, 4, 20)
    rows, columns = (feature.starts(size) + 12 for size in (30, 34))
    for a, b in np.ndindex(2, 4):
        best = slow_descriptor(IMAGES[0] / 255, rows[a], columns[b], 11, 1, 0.3)
        seen = np.isfinite(best)
        assert seen[2:].all()
        stretched = found[0, a, b]
        # Linear in the similarities: the scale follows from two of them.
        low, high = best[seen].argmin(), best[seen].argmax()
        ours, slow = stretched[seen], best[seen]
        scale = (ours[high] - ours[low]) / (slow[high] - slow[low])
        np.testing.assert_allclose(
            ours, ours[low] + (slow - slow[low]) * scale, atol=1e-6
        )
        assert stretched.min() == 0
        assert stretched.max() == 1


def test_a_turned_image_turns_the_angles():
    square = IMAGES[:, :25, :25] / 255
    rows = self_similarity(square, 4, 8).reshape(2, 2, 2, 4, 20)
    turned = self_similarity(np.rot90(square, axes=(1, 2)), 4, 8).reshape(rows.shape)
    expected = np.roll(np.rot90(rows, axes=(1, 2)), -5, axis=-1)
    same = abs(turned - expected) < 1e-9
    assert same[..., 2:, :].mean() > 0.98  # an inner bin may borrow another pixel


def test_colors_may_be_others():
    """The layout of an image counts, not what it is made of."""
    y, x = np.mgrid[:21, :21]
    inside = np.hypot(y - 10, x - 10) < 5
    one = np.where(inside, 0.2, 0.9)[None]
    other = np.where(inside, 0.8, 0.3)[None]
    expected = self_similarity(one)
    np.testing.assert_allclose(self_similarity(other), expected, atol=0.05)
    assert expected.std() > 0.2


def test_bytes_are_as_good_as_floats():
    found, expected = self_similarity(IMAGES), self_similarity(IMAGES / 255)
    np.testing.assert_allclose(found, expected, atol=1e-4)


def test_it_is_differentiable():
    images = RNG.uniform(size=(1, 9, 9, 3))
    feature = SelfSimilarity(2, 3, 3, noise=0.3)
    hb.check_grads(lambda x: feature(x), (images,), order=1)


def test_even_images_give_0_with_finite_gradients():
    images = np.full((1, 21, 21), 0.3)
    assert not self_similarity(images).any()
    gradient = hb.grad(lambda x: SelfSimilarity()(x).sum())(images)
    assert np.isfinite(gradient).all()


def test_what_is_refused_says_what_to_do():
    for given in ({"step": 0}, {"radius": 1}, {"patch": 4}, {"noise": 0}):
        with pytest.raises(OptionError, match=next(iter(given))):
            SelfSimilarity(**given)
