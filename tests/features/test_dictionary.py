"""The chain from patches to pooled words: a slow version, gradients, learning."""

from __future__ import annotations

import numpy as np
import pytest

import hubel as hb
from hubel import nn
from hubel.errors import DataError, OptionError, ShapeError
from hubel.features import (
    HOG,
    Contrast,
    Dictionary,
    Whitening,
    assign,
    learn_bag_of_words,
    learn_dictionary,
    patches,
    pool,
    sample_patches,
    whiten,
)

RNG = np.random.default_rng(0)
IMAGES = RNG.integers(0, 256, (7, 9, 10, 3)).astype(np.uint8)
WORDS = RNG.normal(size=(5, 27))
WHITE = Whitening(RNG.normal(size=27) / 9, RNG.normal(size=(27, 27)) / 5)
HOW = ("hard", "soft", "triangle")


def slow_words(row, codebook, how, spread):
    """Compare one row with all words."""
    squares = np.array([((row - word) ** 2).sum() for word in codebook])
    if how == "hard":
        return (np.arange(len(codebook)) == squares.argmin()).astype(float)
    if how == "soft":
        near = np.exp(-squares / (2 * spread**2))
        return near / near.sum()
    distances = np.sqrt(squares)
    return np.maximum(0, distances.mean() - distances)


def slow_dictionary(image, codebook, white, how, stride, pooling, spread):
    """Compute a row in 2 x 2 parts, one patch of 3 x 3 at a time."""
    high, wide = ((size - 3) // stride + 1 for size in image.shape[:2])
    cells = {(i, j): [] for i in (0, 1) for j in (0, 1)}
    for y in range(high):
        for x in range(wide):
            top, left = y * stride, x * stride
            patch = image[top : top + 3, left : left + 3].astype(float)
            row = (patch - patch.mean()) / np.sqrt(patch.var() + 10)
            row = (row.ravel() - white.mean) @ white.matrix
            cell = int(y >= high // 2), int(x >= wide // 2)
            cells[cell].append(slow_words(row, codebook, how, spread))
    return np.concatenate([getattr(np, pooling)(cells[c], axis=0) for c in cells])


@pytest.fixture(params=["numpy", "llvm"])
def backend(request, monkeypatch):
    if request.param == "llvm":
        pytest.importorskip("llvmlite", reason="native code needs llvmlite")
    monkeypatch.setenv("HUBEL_BACKEND", request.param)


@pytest.mark.usefixtures("backend")
@pytest.mark.parametrize("how", HOW)
@pytest.mark.parametrize(("stride", "pooling"), [(1, "sum"), (2, "mean"), (2, "max")])
def test_it_is_the_slow_version(how, stride, pooling):
    options = {"stride": stride, "pooling": pooling, "spread": 2.0}
    module = Dictionary(WORDS, WHITE, size=3, how=how, **options)
    expected = [slow_dictionary(i, WORDS, WHITE, how, **options) for i in IMAGES]
    np.testing.assert_allclose(module(IMAGES), expected, rtol=1e-4, atol=1e-4)
    exact = Dictionary(
        WORDS,
        WHITE,
        size=3,
        how=how,
        describe=Contrast(range=(0, 255)),
        **options,
    )
    found = exact(IMAGES.astype(np.float64))
    assert found.dtype == np.float64
    np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-9)


def test_floats_of_a_range_are_as_good_as_bytes():
    module = Dictionary(
        WORDS.astype(np.float32), size=3, describe=Contrast(range=(-1, 1))
    )
    floats = IMAGES.astype(np.float32) / 127.5 - 1
    assert module(floats).dtype == np.float32
    np.testing.assert_allclose(module(floats), module(IMAGES), rtol=1e-3)


def test_patches_are_the_pixels_at_their_places():
    found = patches(IMAGES, 4, 3)
    assert found.shape == (7, 2, 3, 4, 4, 3)
    np.testing.assert_array_equal(found[2, 1, 2], IMAGES[2, 3:7, 6:10])
    traced = hb.compile(lambda x: patches(x, 4, 3))(IMAGES)
    np.testing.assert_array_equal(traced, found)
    with pytest.raises(ShapeError, match="10 x 10"):
        patches(IMAGES, 10)
    with pytest.raises(OptionError, match="at least 1"):
        patches(IMAGES, 2, 0)


def test_whitened_rows_have_the_identity_as_covariance():
    rows = RNG.normal(size=(500, 6)) @ RNG.normal(size=(6, 6)) + 4
    white = whiten(rows, 0)
    np.testing.assert_allclose(
        np.cov(white(rows).T, bias=True), np.eye(6), rtol=0, atol=1e-8
    )
    np.testing.assert_allclose(white.matrix, white.matrix.T, atol=1e-12)
    values, vectors = np.linalg.eigh(np.cov(rows.T, bias=True))
    expected = vectors @ np.diag((values + 0.1) ** -0.5) @ vectors.T
    np.testing.assert_allclose(whiten(rows).matrix, expected, rtol=1e-9, atol=1e-12)


def test_directions_without_variance_become_0():
    rows = RNG.normal(size=(300, 5))
    rows -= rows.mean(1, keepdims=True)  # as patches do
    found = np.cov(whiten(rows, 0)(rows).T, bias=True)
    np.testing.assert_allclose(found, np.eye(5) - 0.2, atol=1e-8)
    np.testing.assert_array_equal(whiten(np.ones((4, 2)), 0)(np.ones((1, 2))), 0)
    with pytest.raises(OptionError, match="eps"):
        whiten(rows, -1)
    with pytest.raises(DataError, match="NaN"):
        whiten(np.full((3, 2), np.nan))
    with pytest.raises(ShapeError, match="matrix"):
        whiten(np.ones(3))
    with pytest.raises(ShapeError, match=r"\(d, d\)"):
        Whitening(np.ones(3), np.eye(2))


@pytest.mark.parametrize("how", HOW)
def test_words_in_whatever_shape(how):
    rows = RNG.normal(size=(2, 3, 27))
    found = assign(rows, WORDS, how, spread=1.5)
    expected = [[slow_words(r, WORDS, how, 1.5) for r in line] for line in rows]
    np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("how", HOW)
def test_whole_numbers_are_floats_to_words(how):
    rows, words = [[200, 3], [0, 90]], [[190, 10], [9, 9], [0, 255]]
    expected = assign(np.array(rows, float), np.array(words, float), how, spread=90)
    for kind in (list, np.uint8, np.int64):
        given = (
            (rows, words)
            if kind is list
            else (np.array(x, kind) for x in (rows, words))
        )
        np.testing.assert_array_equal(assign(*given, how, spread=90), expected)


def test_parts_are_pooled():
    values = RNG.normal(size=(2, 5, 4, 3))
    for how in ("sum", "mean", "max"):
        found = pool(values, 2, how).reshape(2, 2, 2, 3)
        expected = getattr(values[:, 2:, :2], how)(axis=(1, 2))
        np.testing.assert_allclose(found[:, 1, 0], expected)
    with pytest.raises(OptionError, match="how='median'"):
        pool(values, 2, "median")
    with pytest.raises(ShapeError, match="5 rows"):
        pool(values, 5)
    with pytest.raises(ShapeError, match="rows, columns, k"):
        pool(values[0])


@pytest.mark.parametrize("how", ["soft", "triangle"])
@pytest.mark.parametrize("pooling", ["sum", "max"])
def test_gradients_by_words_whitening_and_pixels(how, pooling):
    module = Dictionary(WORDS, WHITE, size=3, stride=3, how=how, pooling=pooling)
    images = RNG.uniform(0, 1, (2, 6, 6, 3))
    weights = RNG.normal(size=(2, 20))
    hb.check_grads(lambda m: (m(images) * weights).sum(), (module,), order=1)
    hb.check_grads(lambda x: (module(x) * weights).sum(), (images,), order=1)


def test_gradients_are_finite_where_a_patch_is_a_word():
    flat = np.full((1, 6, 6, 3), 7, np.uint8)
    module = Dictionary(np.vstack([np.zeros(27), WORDS]), size=3)
    gradient = hb.grad(lambda m: m(flat).sum())(module)
    assert np.isfinite(gradient.codebook).all()
    assert gradient.codebook.any()


def test_a_switch_freezes_it_whole_or_in_part():
    module = Dictionary(WORDS, WHITE, size=3)
    assert list(module.parameters()) == ["codebook", "whitening.matrix"]
    assert not module.freeze().parameters()
    part = module.replace(whitening=nn.freeze(WHITE))
    assert list(part.parameters()) == ["codebook"]
    assert list(nn.unfreeze(part).parameters()) == list(module.parameters())
    np.testing.assert_array_equal(part(IMAGES), module(IMAGES))


def test_training_end_to_end_changes_the_words():
    images = RNG.integers(0, 40, (60, 8, 8, 1)).astype(np.uint8)
    labels = np.arange(60) % 2
    images[labels == 1, :, ::2] += 150  # stripes down, or along
    images[labels == 0, ::2] += 150
    words = learn_dictionary(images, 6, size=3, max_iter=3)
    for frozen in (True, False):
        net = nn.Sequential(words.freeze(frozen), nn.Linear(24, 2))
        settings = {"epochs": 5, "batch_size": 20, "lr": 0.002, "live": False}
        trained, history = nn.fit(net, images, labels, **settings)
        assert history[-1].train_accuracy > 0.95
        inner = trained[0].inner if frozen else trained[0]
        assert np.array_equal(inner.codebook, words.codebook) == frozen


def test_learning_is_a_function_of_the_seed_alone():
    whole = learn_dictionary(IMAGES, 4, size=3, samples=100, max_iter=3, seed=5)
    shards = (IMAGES[i : i + 2] for i in range(0, 7, 2))
    same = learn_dictionary(shards, 4, size=3, samples=100, max_iter=3, seed=5)
    np.testing.assert_array_equal(whole.codebook, same.codebook)
    other = learn_dictionary(IMAGES, 4, size=3, samples=100, max_iter=3, seed=6)
    assert (whole.codebook != other.codebook).any()


def test_every_patch_has_the_same_chance():
    images = np.arange(400, dtype=np.float64).reshape(100, 2, 2, 1)
    drawn = [sample_patches(images, 40, size=1, seed=s).ravel() for s in range(500)]
    for each in drawn:
        assert len(set(each)) == 40  # none twice
    counts = np.bincount(np.concatenate(drawn).astype(int), minlength=400)
    # Each is drawn with chance 0.1: 50 of 500 times, with a deviation of 6.7.
    assert abs(counts - 50).max() < 35
    assert abs(counts.reshape(4, 100).mean(1) - 50).max() < 2.5


def test_all_patches_where_there_are_few():
    found = sample_patches(IMAGES, 10**4, size=4, stride=3)
    np.testing.assert_array_equal(found, patches(IMAGES, 4, 3).reshape(-1, 4, 4, 3))


def test_shards_of_another_kind_are_refused():
    with pytest.raises(ShapeError, match="a shard of float32"):
        sample_patches([IMAGES, IMAGES.astype(np.float32)], 10, size=2)
    with pytest.raises(DataError, match="no images"):
        sample_patches([], 10)
    with pytest.raises(OptionError, match="0 patches"):
        sample_patches(IMAGES, 0)


def test_the_bag_of_visual_words_counts_patches():
    images = RNG.integers(0, 256, (4, 40, 48, 3)).astype(np.uint8)
    bag = learn_bag_of_words(images, 12, samples=200)
    assert bag.codebook.shape == (12, 144)
    found = bag(images)
    np.testing.assert_array_equal(found.sum(1), 2 * 3)
    words = bag.codebook
    rows = HOG()(patches(images, 32, 8).reshape(-1, 32, 32, 3))
    nearest = ((rows[:, None] - words) ** 2).sum(2).argmin(1).reshape(4, 6)
    expected = [np.bincount(each, minlength=12) for each in nearest]
    np.testing.assert_array_equal(found, expected)


def test_root_sift_describes_patches_too():
    root_sift = HOG(
        bins=8,
        signed=True,
        cell=4,
        block=4,
        spatial="bilinear",
        window=8.0,
        norm="L1-sqrt",
    )
    images = RNG.integers(0, 256, (3, 24, 24)).astype(np.uint8)
    bag = learn_bag_of_words(images, 5, size=16, stride=4, describe=root_sift)
    assert bag.codebook.shape == (5, 128)
    np.testing.assert_array_equal(bag(images).sum(1), 9)


def test_what_makes_no_sense_is_refused():
    with pytest.raises(OptionError, match="how='nearest'"):
        Dictionary(WORDS, how="nearest")
    with pytest.raises(OptionError, match="spread"):
        Dictionary(WORDS, spread=0)
    with pytest.raises(OptionError, match="median"):
        Dictionary(WORDS, pooling="median")
    with pytest.raises(OptionError, match="grid"):
        Dictionary(WORDS, grid=0)
    with pytest.raises(ShapeError, match="codebook"):
        Dictionary(WORDS[0])
    with pytest.raises(ShapeError, match="codebook"):
        Dictionary(WORDS, size=4)(IMAGES)
    with pytest.raises(OptionError, match="fewer words"):
        learn_dictionary(IMAGES, 50, samples=40)
    with pytest.raises(OptionError, match="black and white"):
        learn_dictionary(IMAGES.astype(np.float32), 5)
    with pytest.raises(OptionError, match="eps"):
        Contrast(0)
