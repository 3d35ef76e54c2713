"""Point sets in the plane."""

from __future__ import annotations

import numpy as np
import pytest

from hubel.data import points
from hubel.errors import OptionError

KINDS = ["circle", "spiral", "xor", "blobs", "random"]


@pytest.mark.parametrize("kind", KINDS)
def test_what_it_gives(kind: str) -> None:
    data = points(kind, 301, seed=3)
    assert data.images.shape == (301, 2)
    assert data.images.dtype == np.float64
    assert data.class_names == ("class 0", "class 1")
    assert data.name == kind
    assert np.abs(data.images).max() < 1.5
    assert np.abs(data.images).max() > 0.8
    assert np.array_equal(data.images, points(kind, 301, seed=3).images)
    assert not np.array_equal(data.images, points(kind, 301, seed=4).images)


@pytest.mark.parametrize("kind", ["circle", "spiral", "blobs", "random"])
def test_more_classes(kind: str) -> None:
    data = points(kind, 300, classes=3)
    counts = np.bincount(data.labels)
    assert len(counts) == 3
    assert counts.min() > 60
    if kind != "random":
        assert counts.tolist() == [100] * 3


def test_a_circle_lies_in_bands_with_a_gap() -> None:
    data = points("circle", 600, noise=0)
    radius = np.hypot(*data.images.T)
    assert radius[data.labels == 0].max() + 0.15 < radius[data.labels == 1].min()
    assert radius.max() <= 1


def test_a_spiral_has_arms_that_are_turned_copies() -> None:
    data = points("spiral", 900, classes=3, noise=0)
    radius = np.hypot(*data.images.T)
    angle = np.arctan2(*data.images.T[::-1])
    turned = angle - 2.5 * np.pi * radius - 2 * np.pi * data.labels / 3
    assert np.abs(np.exp(1j * turned) - 1).max() < 1e-9


def test_xor_is_told_by_the_product_of_the_coordinates() -> None:
    x, y = points("xor", 500, noise=0).images.T
    labels = points("xor", 500, noise=0).labels
    assert np.array_equal(labels, (x * y < 0).astype(int))
    assert np.abs(np.stack([x, y])).min() >= 0.06
    assert {tuple(row) for row in np.sign([x, y]).T} == {
        (sx, sy) for sx in (-1.0, 1.0) for sy in (-1.0, 1.0)
    }


def test_blobs_are_nearest_to_their_own_centre() -> None:
    data = points("blobs", 1000, classes=4, noise=0)
    centres = np.stack([data.images[data.labels == k].mean(axis=0) for k in range(4)])
    away = np.linalg.norm(data.images[:, None] - centres, axis=2)
    assert (away.argmin(axis=1) == data.labels).mean() > 0.98


def test_random_labels_have_nothing_to_do_with_the_points() -> None:
    data = points("random", 20_000)
    halves = data.images > 0
    for side in halves.T:
        assert abs(data.labels[side].mean() - data.labels[~side].mean()) < 0.03


def test_noise_is_what_is_added() -> None:
    clean, noisy = (points("spiral", 5000, noise=noise) for noise in (0.0, 0.2))
    assert abs(np.std(noisy.images - clean.images) - 0.2) < 0.01


@pytest.mark.parametrize(
    ("kind", "options", "words"),
    [
        ("cube", {}, "circle, spiral, xor, blobs, random"),
        ("xor", {"classes": 3}, "xor points take 2 classes, not 3"),
        ("blobs", {"classes": 1}, "2 to 10 classes, not 1"),
        ("blobs", {"classes": 11}, "not 11"),
        ("blobs", {"count": 0}, "not 0"),
        ("blobs", {"count": 10**9}, "1 to 10,000,000"),
        ("blobs", {"noise": -0.1}, "-0.1"),
        ("blobs", {"noise": float("nan")}, "nan"),
        ("blobs", {"noise": float("inf")}, "inf"),
    ],
)
def test_arguments_out_of_range_are_refused(
    kind: str, options: dict[str, float], words: str
) -> None:
    with pytest.raises(OptionError, match=words):
        points(kind, **options)  # type: ignore[arg-type]
