"""`Dataset`: what it refuses, what slices, subsets and splits keep."""

from __future__ import annotations

from dataclasses import FrozenInstanceError

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hubel.data import Dataset
from hubel.errors import DTypeError, OptionError, ShapeError


def numbered(count: int) -> Dataset:
    """Return a data set whose example i has pixels i and label i modulo 3."""
    images = np.zeros((count, 2, 2, 1), np.uint8)
    images[:] = np.arange(count, dtype=np.uint8).reshape(-1, 1, 1, 1)
    return Dataset(images, np.arange(count) % 3, ("a", "b", "c"), "toy", ("seen",))


def test_a_dataset_cannot_be_changed() -> None:
    data = numbered(4)
    with pytest.raises(ValueError, match="read-only"):
        data.images[0] = 1
    with pytest.raises(ValueError, match="read-only"):
        data.labels[0] = 1
    with pytest.raises(FrozenInstanceError):
        data.name = "other"  # type: ignore[misc]


def test_the_given_arrays_stay_writable_and_are_not_copied() -> None:
    images = np.zeros((2, 1, 1, 3), np.uint8)
    data = Dataset(images, np.zeros(2, np.int64), ("a",), "toy")
    images[1] = 7
    assert data.images[1].max() == 7


@pytest.mark.parametrize(
    ("images", "labels", "error", "words"),
    [
        (np.zeros((2, 4)), np.zeros(3, int), ShapeError, r"2 images.*\(3,\)"),
        (np.zeros((2, 4)), np.zeros((2, 1), int), ShapeError, r"\(2, 1\)"),
        (np.zeros((2, 4), np.uint8), np.zeros(2, int), ShapeError, "height, width"),
        (np.zeros((2, 4, 4, 3)), np.zeros(2, int), ShapeError, "float64"),
        (np.zeros((2, 4), int), np.zeros(2, int), DTypeError, "int64"),
        (np.zeros((2, 4)), np.zeros(2), DTypeError, "float64"),
        (np.zeros((2, 4)), np.array([0, 2]), OptionError, "0 to 2"),
        (np.zeros((2, 4)), np.array([0, -1]), OptionError, "-1 to 0"),
    ],
)
def test_fields_that_do_not_fit_are_refused(
    images: np.ndarray, labels: np.ndarray, error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words):
        Dataset(images, labels, ("a", "b"), "toy")


def test_labels_of_any_whole_dtype_become_int64() -> None:
    data = Dataset(np.zeros((2, 2)), np.array([1, 0], np.uint8), ("a", "b"), "toy")
    assert data.labels.dtype == np.int64
    assert data.labels.tolist() == [1, 0]


def test_a_slice_shares_memory_and_keeps_the_rest() -> None:
    data = numbered(10)
    part = data[2:8:2]
    assert part.images[:, 0, 0, 0].tolist() == [2, 4, 6]
    assert part.labels.tolist() == [2, 1, 0]
    assert (part.name, part.notices, part.class_names) == (
        data.name,
        data.notices,
        data.class_names,
    )
    assert np.shares_memory(part.images, data.images)


def test_an_index_is_refused_with_what_to_write_instead() -> None:
    with pytest.raises(OptionError, match=r"slice, not int[\s\S]*data.images\[3\]"):
        numbered(4)[3]  # type: ignore[index]


def test_a_subset_follows_its_indices() -> None:
    part = numbered(9).subset([8, 0, 8])
    assert part.images[:, 0, 0, 0].tolist() == [8, 0, 8]
    assert part.labels.tolist() == [2, 0, 2]
    assert len(numbered(9).subset([])) == 0


@pytest.mark.parametrize(
    "indices", [[0, 4], [-1], [0.5], [[0, 1]], [True, False, True, False]]
)
def test_indices_that_are_none_are_refused(indices: list[object]) -> None:
    with pytest.raises(OptionError, match="subset"):
        numbered(4).subset(indices)  # type: ignore[arg-type]


@given(size=st.integers(0, 200), seed=st.integers(), part=st.floats(0, 1))
def test_a_split_takes_every_example_once(size: int, seed: int, part: float) -> None:
    count = round(part * size)
    data = numbered(size)
    train, validation = data.split(count, seed)
    pixels = [part.images[:, 0, 0, 0].tolist() for part in (train, validation)]
    assert len(validation) == count
    assert sorted(pixels[0] + pixels[1]) == list(range(size))
    assert all(part == sorted(part) for part in pixels)
    for part_, seen in zip((train, validation), pixels, strict=True):
        assert part_.labels.tolist() == [number % 3 for number in seen]


def test_a_split_depends_on_the_seed_alone() -> None:
    first, again, other = (numbered(100).split(20, seed)[1] for seed in (1, 1, 2))
    assert np.array_equal(first.images, again.images)
    assert not np.array_equal(first.images, other.images)


@pytest.mark.parametrize("count", [-1, 5])
def test_a_split_out_of_range_is_refused(count: int) -> None:
    with pytest.raises(OptionError, match="0 to 4"):
        numbered(4).split(count, seed=0)
