"""Textons: a slow version, what is learned, gradients."""

from __future__ import annotations

import numpy as np
import pytest

import hubel as hb
from hubel.errors import OptionError, ShapeError
from hubel.features import FilterBank, Textons, learn_textons

RNG = np.random.default_rng(8)
IMAGES = RNG.integers(0, 256, (4, 12, 14)).astype(np.uint8)
BANK = FilterBank("mr8", scale=0.3, weber=True)
WORDS = BANK.responses(IMAGES).reshape(-1, 8)[:600:100]


@pytest.mark.parametrize("backend", ["numpy", "llvm"])
def test_it_counts_the_nearest_textons(backend, monkeypatch):
    if backend == "llvm":
        pytest.importorskip("llvmlite", reason="native code needs llvmlite")
    monkeypatch.setenv("HUBEL_BACKEND", backend)
    found = Textons(WORDS, BANK, grid=2)(IMAGES)
    answers = BANK.responses(IMAGES)
    squares = ((answers[..., None, :] - WORDS) ** 2).sum(-1)
    nearest = squares.argmin(-1)
    for i, j in np.ndindex(2, 2):
        cell = nearest[:, 6 * i : 6 * i + 6, 7 * j : 7 * j + 7].reshape(4, -1)
        expected = [np.bincount(row, minlength=6) / 42 for row in cell]
        columns = slice(6 * (2 * i + j), 6 * (2 * i + j) + 6)
        np.testing.assert_allclose(found[:, columns], expected, atol=1e-6)


def test_soft_textons_are_differentiable():
    images = RNG.uniform(size=(1, 5, 6, 3))
    made = Textons(WORDS.astype(float), FilterBank("mr8", scale=0.3), how="soft")
    hb.check_grads(lambda x: made(x), (images,), order=1)
    learned = hb.grad(lambda net: (net(images)[0] * np.arange(6.0)).sum())(made)
    assert abs(learned.codebook).max() > 0
    assert not made.freeze().count_parameters()


def test_textures_are_told_apart():
    y, x = np.mgrid[:24, :24]
    turns = np.array([0.2, 1.5])
    labels = np.arange(20) % 2
    phases = RNG.uniform(0, 6, 20)[:, None, None]
    waves = np.cos(turns)[:, None, None] * x + np.sin(turns)[:, None, None] * y
    images = 0.5 + 0.4 * np.sin(waves[labels] + phases)
    images += RNG.normal(size=images.shape) / 30
    textons = learn_textons(images, 6, bank="leung-malik", samples=3000)
    assert textons.codebook.shape == (6, 48)
    rows = textons(images)
    np.testing.assert_allclose(rows.sum(1), 1)
    means = np.stack([rows[labels == k][:5].mean(0) for k in (0, 1)])
    nearest = ((rows[:, None] - means) ** 2).sum(2).argmin(1)
    np.testing.assert_array_equal(nearest, labels)


def test_the_same_seed_learns_the_same():
    one, two = (learn_textons(IMAGES, 4, scale=0.3, seed=3) for _ in (1, 2))
    np.testing.assert_array_equal(one.codebook, two.codebook)
    other = learn_textons(IMAGES, 4, scale=0.3, samples=60, seed=4)
    assert (one.codebook != other.codebook).any()


def test_what_is_refused_says_what_to_do():
    with pytest.raises(ShapeError, match=r"Give \(k, 8\)"):
        Textons(np.zeros((3, 9)))
    with pytest.raises(OptionError, match="grid=-1"):
        Textons(WORDS, grid=-1)
    with pytest.raises(OptionError, match="fewer textons"):
        learn_textons(IMAGES, 50, samples=20)
    with pytest.raises(OptionError, match="'triangle'"):
        Textons(WORDS, how="firm")
