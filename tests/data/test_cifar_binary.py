"""CIFAR-10's binary version, file by file."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from hubel.data import _files, read_cifar10_binary, read_idx
from hubel.errors import DataError
from tests.data.python_batches import sample


def test_records_become_images_with_the_planes_as_channels(tmp_path: Path) -> None:
    planes, labels = sample(3)
    path = tmp_path / "three.bin"
    rows = zip(labels, planes, strict=True)
    path.write_bytes(b"".join(bytes([label]) + row.tobytes() for label, row in rows))
    data = read_cifar10_binary(path)
    assert data.labels.tolist() == labels
    assert data.name == "three.bin"
    for channel in range(3):
        plane = planes[2, channel * 1024 : (channel + 1) * 1024].reshape(32, 32)
        assert np.array_equal(data.images[2, :, :, channel], plane)


def test_a_file_of_part_of_a_record_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "cut.bin"
    path.write_bytes(bytes(3073 * 2 - 1))
    with pytest.raises(DataError, match=r"cut\.bin: 6,145 bytes.*1 records and 3,072"):
        read_cifar10_binary(path)


def test_a_label_above_nine_is_refused_with_its_record(tmp_path: Path) -> None:
    path = tmp_path / "labels.bin"
    path.write_bytes(bytes(3073) + bytes([200]) + bytes(3072))
    with pytest.raises(DataError, match=r"record 1 has label 200.*1 of 2"):
        read_cifar10_binary(path)


def test_what_is_no_readable_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "empty").touch()
    for name, words in [
        ("absent", "no such file"),
        (".", "a folder, where a file"),
        ("empty", "is empty"),
    ]:
        with pytest.raises(DataError, match=words):
            read_cifar10_binary(tmp_path / name)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_pipes_and_loops_of_links_are_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    with pytest.raises(DataError, match="not a regular file"):
        read_cifar10_binary(tmp_path / "pipe")
    with pytest.raises(DataError, match="cannot be read"):
        read_cifar10_binary(tmp_path / "loop")


def test_a_file_that_shrinks_while_it_is_read_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "shrinking"
    path.write_bytes(bytes(3073))
    monkeypatch.setattr(_files, "_size", lambda path, limit: 2 * 3073)
    with pytest.raises(DataError, match="became shorter than 6,146 bytes"):
        read_cifar10_binary(path)
    with pytest.raises(DataError, match="only 3,073 could be read"):
        read_idx(path)


def test_a_file_of_an_absurd_size_is_refused_before_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "huge.bin"
    with path.open("wb") as file:
        file.truncate(3073 * 2**30)  # a hole: no disk is used
    with pytest.raises(DataError, match="at most 2,147,483,648"):
        read_cifar10_binary(path)


@pytest.mark.parametrize(
    ("name", "counts"),
    [
        ("train_exact_4656.bin", [453, 434, 484, 447, 498, 461, 485, 448, 471, 475]),
        ("test_exact_dev_500.bin", [53, 39, 50, 53, 40, 36, 62, 52, 56, 59]),
    ],
)
def test_real_images_in_original_pixels(
    cifar10_exact_folder: Path, name: str, counts: list[int]
) -> None:
    path = cifar10_exact_folder / name
    data = read_cifar10_binary(path)
    assert np.bincount(data.labels).tolist() == counts
    records = np.fromfile(path, np.uint8).reshape(-1, 3073)
    back = data.images.transpose(0, 3, 1, 2).reshape(len(data), -1)
    assert np.array_equal(records[:, 1:], back)
    # The first image of CIFAR-10 is a frog on brown ground.
    if name.startswith("train"):
        assert data.class_names[data.labels[0]] == "frog"
        assert data.images[0, 0, 0].tolist() == [59, 62, 63]
