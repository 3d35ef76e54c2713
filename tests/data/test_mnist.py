"""MNIST from a folder."""

from __future__ import annotations

import gzip
import hashlib
from pathlib import Path

import numpy as np
import pytest

from hubel.data import mnist
from hubel.errors import DataError
from tests.data.test_idx import header, idx


def write(home: Path, *, images: str, labels: str) -> None:
    """Write a small MNIST with the given names, where {} is the part."""
    home.mkdir(parents=True, exist_ok=True)
    for part, count in (("train", 5), ("t10k", 3)):
        pixels = np.full((count, 28, 28), count, np.uint8)
        digits = np.arange(count, dtype=np.uint8)
        for name, array in ((images, pixels), (labels, digits)):
            data = idx(array)
            zipped = name.endswith(".gz")
            file = home / name.format(part)
            file.write_bytes(gzip.compress(data) if zipped else data)


@pytest.mark.parametrize("place", [".", "mnist", "MNIST/raw"])
@pytest.mark.parametrize("dot", ["-", "."])
@pytest.mark.parametrize("end", ["", ".gz"])
def test_it_is_found_under_its_usual_names(
    tmp_path: Path, place: str, dot: str, end: str
) -> None:
    names = {
        "images": f"{{}}-images{dot}idx3-ubyte{end}",
        "labels": f"{{}}-labels{dot}idx1-ubyte{end}",
    }
    write(tmp_path / place, **names)
    train, test = mnist(tmp_path)
    assert train.images.shape == (5, 28, 28, 1)
    assert test.labels.tolist() == [0, 1, 2]
    assert test.images.max() == 3
    assert train.class_names == tuple("0123456789")
    assert "5 images in train-images" in train.notices[0]


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("train-labels", None, "train-labels-idx1-ubyte, .gz or not, is missing"),
        ("t10k-images", None, "t10k-images-idx3-ubyte, .gz or not, is missing"),
        ("t10k-labels", header(8, (4,)) + bytes(4), r"shape \(4,\).*\(3,\)"),
        ("t10k-labels", header(8, (3, 1)) + bytes(3), r"shape \(3, 1\)"),
        ("t10k-labels", header(8, (3,)) + b"\1\2\12", "record 2 has label 10"),
        ("t10k-labels", header(0x0C, (3,)) + bytes(12), "int32"),
        ("t10k-images", header(8, (3, 4)) + bytes(12), r"shape \(3, 4\)"),
        ("t10k-images", header(9, (3, 2, 2)) + bytes(12), "int8"),
    ],
)
def test_files_that_do_not_fit_are_refused(
    tmp_path: Path, name: str, data: bytes | None, words: str
) -> None:
    write(tmp_path, images="{}-images-idx3-ubyte", labels="{}-labels-idx1-ubyte")
    [path] = tmp_path.glob(f"{name}*")
    path.unlink()
    if data is not None:
        path.write_bytes(data)
    with pytest.raises(DataError, match=words):
        mnist(tmp_path)


def test_a_missing_folder_says_how_to_get_it(tmp_path: Path) -> None:
    for name, words in [(".", "no train-images-idx3-ubyte"), ("x", "not a folder")]:
        with pytest.raises(DataError, match=words) as caught:
            mnist(tmp_path / name)
        assert "https://" in caught.value.remedy


def test_the_real_digits(mnist_folder: Path) -> None:
    """The uncompressed files have the MD5 sums published with them."""
    train, test = mnist(mnist_folder)
    assert np.bincount(train.labels).tolist() == [
        *(5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949)
    ]
    assert train.notices == test.notices == ()
    sums = [
        hashlib.md5(header(8, array.shape) + array.tobytes()).hexdigest()
        for part in (train, test)
        for array in (part.images[..., 0], part.labels.astype(np.uint8))
    ]
    assert sums == [
        "6bbc9ace898e44ae57da46a324031adb",
        "a25bea736e30d166cdddb491f175f624",
        "2646ac647ad5339dbf082846283269ea",
        "27ae3e4e09519cfbb04c329615203637",
    ]
