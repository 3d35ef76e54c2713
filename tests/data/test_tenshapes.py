"""`tenshapes`: what is promised of it, and that edges are what tells its classes."""

from __future__ import annotations

import numpy as np
import pytest

from hubel.data import Dataset, tenshapes
from hubel.data._drawing import BATCH
from hubel.data._shapes import SHAPES
from hubel.errors import OptionError


def test_what_it_gives() -> None:
    train, test = tenshapes(500, 130)
    assert train.images.shape == (500, 32, 32, 3)
    assert test.images.shape == (130, 32, 32, 3)
    assert train.images.dtype == np.uint8
    assert train.class_names == tuple(SHAPES)
    assert (train.name, test.name) == ("tenshapes train", "tenshapes test")
    assert train.notices == ()


def test_the_defaults_are_large_enough_to_train_on() -> None:
    train, test = tenshapes()
    assert np.bincount(train.labels).tolist() == [1000] * 10
    assert np.bincount(test.labels).tolist() == [200] * 10


def test_every_batch_is_balanced_and_shuffled() -> None:
    labels = tenshapes(2 * BATCH, 0)[0].labels.reshape(2, BATCH)
    assert [np.bincount(part).tolist() for part in labels] == [[25] * 10] * 2
    assert not np.array_equal(labels[0], labels[1])
    assert np.any(np.diff(labels[0]) < 0)


def test_an_image_depends_on_seed_part_and_number_alone() -> None:
    few, many = tenshapes(30, 10, seed=5), tenshapes(BATCH + 1, 40, seed=5)
    for short, long in zip(few, many, strict=True):
        assert np.array_equal(short.images, long.images[: len(short)])
        assert np.array_equal(short.labels, long.labels[: len(short)])
    other, _ = tenshapes(30, 0, seed=6)
    assert not np.array_equal(few[0].images, other.images)
    assert not np.array_equal(many[0].images[:40], many[1].images)


def test_no_two_images_are_alike() -> None:
    train, test = tenshapes(1000, 1000)
    images = np.concatenate([train.images, test.images]).reshape(2000, -1)
    assert len(np.unique(images, axis=0)) == 2000


@pytest.mark.parametrize("counts", [(-1, 0), (0, -1), (1_000_001, 0)])
def test_counts_out_of_range_are_refused(counts: tuple[int, int]) -> None:
    with pytest.raises(OptionError, match="0 to 1,000,000"):
        tenshapes(*counts)


@pytest.mark.parametrize("name", SHAPES)
def test_a_shape_has_an_inside_an_outside_and_an_edge(name: str) -> None:
    """Its distance is below 0 inside, above 0 far away, and grows nowhere too fast."""
    steps = np.linspace(-1.6, 1.6, 321)
    u, v = np.meshgrid(steps, steps)
    distance = SHAPES[name](u, v)
    near = np.hypot(u, v) < 1.3
    assert (distance[near] < 0).mean() > 0.12
    assert distance[~near].min() > 0
    slope = np.hypot(*np.gradient(distance, steps, steps))
    assert slope.max() < 1.8


def test_a_class_is_as_often_bright_as_dark() -> None:
    """The mean image of every class is flat, so no linear template fits one."""
    train, _ = tenshapes(5000, 0)
    grey = train.images.mean(axis=-1)
    means = np.stack([grey[train.labels == label].mean(axis=0) for label in range(10)])
    assert np.ptp(means.mean(axis=0)) < 20
    assert means.std(axis=(1, 2)).max() < 8


def linear_accuracy(
    train: np.ndarray, test: np.ndarray, parts: tuple[Dataset, Dataset]
) -> float:
    """Return the best test accuracy of a linear classifier over its regularisation."""
    linear_model = pytest.importorskip("sklearn.linear_model")
    scale = train.std() + 1e-6
    mean = train.mean(axis=0)
    train, test = (train - mean) / scale, (test - mean) / scale
    return max(
        linear_model.RidgeClassifier(alpha=alpha)
        .fit(train, parts[0].labels)
        .score(test, parts[1].labels)
        for alpha in (100.0, 1000.0, 10_000.0)
    )


def test_edges_tell_the_classes_and_pixels_do_not() -> None:
    feature = pytest.importorskip("skimage.feature")
    parts = tenshapes(3000, 1000)

    def hog(image: np.ndarray) -> np.ndarray:
        return feature.hog(image, 9, (8, 8), (2, 2), channel_axis=-1)

    pixels = [part.images.reshape(len(part), -1).astype(float) for part in parts]
    edges = [np.array([hog(image) for image in part.images]) for part in parts]
    raw = linear_accuracy(*pixels, parts)
    oriented = linear_accuracy(*edges, parts)
    assert 0.1 < raw < 0.3
    assert oriented > raw + 0.4
