"""CIFAR-10 from a folder, both versions."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import pytest
from PIL import features

from hubel.data import cifar10
from hubel.errors import DataError
from tests.data.python_batches import CLASSES, batch, meta, sample


def write_python(home: Path) -> None:
    """Write a python version of two batches and a test batch."""
    home.mkdir()
    for seed, name in enumerate(("data_batch_10", "data_batch_9", "test_batch")):
        (home / name).write_bytes(batch(*sample(2 + seed, seed)))
    (home / "batches.meta").write_bytes(meta())


def write_binary(home: Path) -> None:
    """Write the binary version of the same."""
    home.mkdir()
    for seed, name in enumerate(("data_batch_10", "data_batch_9", "test_batch")):
        planes, labels = sample(2 + seed, seed)
        records = np.column_stack([np.array(labels, np.uint8), planes])
        (home / f"{name}.bin").write_bytes(records.tobytes())
    (home / "batches.meta.txt").write_text("\n".join(CLASSES) + "\n\n")


def test_both_versions_give_the_same(tmp_path: Path) -> None:
    write_python(tmp_path / "python")
    write_binary(tmp_path / "binary")
    python, binary = cifar10(tmp_path / "python"), cifar10(tmp_path / "binary")
    for one, other in zip(python, binary, strict=True):
        assert np.array_equal(one.images, other.images)
        assert np.array_equal(one.labels, other.labels)
        assert one.class_names == other.class_names == tuple(CLASSES)
        assert one.name == other.name
    assert (len(python[0]), len(python[1])) == (5, 4)


def test_batches_follow_their_numbers(tmp_path: Path) -> None:
    write_binary(tmp_path / "binary")
    train, _ = cifar10(tmp_path / "binary")
    assert train.labels.tolist() == sample(3, 1)[1] + sample(2, 0)[1]


def test_the_folder_around_is_enough_and_the_binary_version_preferred(
    tmp_path: Path,
) -> None:
    write_python(tmp_path / "cifar-10-batches-py")
    assert "data_batch_9 3" in cifar10(tmp_path)[0].notices[0]
    write_binary(tmp_path / "cifar-10-batches-bin")
    assert "data_batch_9.bin 3" in cifar10(str(tmp_path))[0].notices[0]


def test_an_unusual_count_is_a_notice(tmp_path: Path) -> None:
    write_binary(tmp_path / "binary")
    train, test = cifar10(tmp_path / "binary")
    assert train.notices == (
        "cifar10 train: 5 images (data_batch_9.bin 3, data_batch_10.bin 2), where the "
        "official set has 50,000",
    )
    assert "4 images" in test.notices[0]
    assert train[:2].notices == train.notices


def test_names_are_optional_but_read_where_they_are(tmp_path: Path) -> None:
    home = tmp_path / "binary"
    write_binary(home)
    (home / "batches.meta.txt").unlink()
    assert cifar10(home)[0].class_names == tuple(CLASSES)
    (home / "batches.meta.txt").write_text("\n".join(CLASSES).upper())
    assert cifar10(home)[1].class_names[6] == "FROG"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"cat\ndog\n", "2 class names"),
        (b"\xff\n", "not text"),
        (b"x" * 5000, "at most 4,096"),
        (b"", "is empty"),
    ],
)
def test_other_names_are_refused(tmp_path: Path, content: bytes, words: str) -> None:
    write_binary(tmp_path / "binary")
    (tmp_path / "binary" / "batches.meta.txt").write_bytes(content)
    with pytest.raises(DataError, match=rf"batches\.meta\.txt.*{words}"):
        cifar10(tmp_path / "binary")


def test_a_missing_part_is_refused(tmp_path: Path) -> None:
    write_binary(tmp_path / "binary")
    (tmp_path / "binary" / "test_batch.bin").unlink()
    with pytest.raises(DataError, match=r"test_batch\.bin is missing"):
        cifar10(tmp_path / "binary")


def test_a_missing_folder_says_how_to_get_it(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for name, words in [
        (".", "no data_batch_1.bin"),
        ("absent", "not a folder"),
        ("file", "not a folder"),
    ]:
        with pytest.raises(DataError, match=words) as caught:
            cifar10(tmp_path / name)
        assert "https://www.cs.toronto.edu/~kriz/cifar.html" in caught.value.remedy
        assert "cifar-10-binary.tar.gz" in caught.value.remedy


def test_the_real_images(cifar10_folder: Path) -> None:
    train, test = cifar10(cifar10_folder)
    assert np.bincount(train.labels).tolist() == [5000] * 10
    assert np.bincount(test.labels).tolist() == [800] * 10
    assert train.notices == ()
    assert "8,000 images" in test.notices[0]
    if features.version("libjpeg_turbo") != "3.2.0":
        pytest.skip("the sums are those of libjpeg-turbo 3.2.0")
    assert hashlib.sha256(train.images).hexdigest() == (
        "5aaf8a2cf2e577ff4dbb15e4f368840fab5aca1812bcc69682005f8dc661d466"
    )
    assert hashlib.sha256(test.images).hexdigest() == (
        "1d382cd220706e70e827b48731bd867b9ce6037ebec06674b2b5ef05c4ebecf4"
    )
