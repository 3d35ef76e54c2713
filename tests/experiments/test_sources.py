"""Where the data come from: an option, the environment, or nowhere with a way out."""

from __future__ import annotations

import numpy as np
import pytest

from hubel.data import tenshapes
from hubel.errors import DataError, OptionError
from hubel.experiments import read_data
from hubel.view import png_bytes


def test_tenshapes_are_drawn_in_any_number():
    train, test = read_data("tenshapes", images=30)
    assert (len(train), len(test)) == (30, 6)
    np.testing.assert_array_equal(train.images, tenshapes(30, 0)[0].images)
    assert len(read_data("tenshapes", images=2)[1]) == 1


def test_tenshapes_read_no_folder():
    with pytest.raises(OptionError, match="tenshapes is generated"):
        read_data("tenshapes", "somewhere")


@pytest.mark.parametrize("name", ["mnist", "cifar10"])
def test_no_folder_says_how_to_get_one(name, monkeypatch):
    monkeypatch.delenv("HUBEL_DATA", raising=False)
    with pytest.raises(DataError, match=rf"{name} is read(.|\n)*https:.*--data-dir"):
        read_data(name)


def test_a_wrong_folder_says_how_to_get_a_right_one(tmp_path, monkeypatch):
    monkeypatch.setenv("HUBEL_DATA", str(tmp_path))
    for folder in (None, str(tmp_path), str(tmp_path / "no")):
        with pytest.raises(DataError, match=r"Download .*kriz/cifar.html"):
            read_data("cifar10", folder)


def put_pictures(folder, count=10, shape=(8, 8, 3)):
    """Write pictures of two classes, dark and light."""
    for level, name in ((40, "dark"), (200, "light")):
        (folder / name).mkdir(parents=True)
        for number in range(count):
            body = png_bytes(np.full(shape, level + number, np.uint8))
            (folder / name / f"{number}.png").write_bytes(body)


def test_pictures_in_a_folder(tmp_path):
    put_pictures(tmp_path)
    train, test = read_data("folder", str(tmp_path), size=4, resize="fit")
    assert (len(train), len(test), train.images.shape[1:]) == (16, 4, (4, 4, 3))
    some, same = read_data("folder", str(tmp_path), 8)
    assert set(some.labels) == {0, 1}
    assert (len(some), some.images.shape[1]) == (8, 8)
    np.testing.assert_array_equal(same.labels, test.labels)
    assert len(read_data("folder", str(tmp_path), 99)[0]) == 16


def test_no_folder_of_pictures(monkeypatch, tmp_path):
    monkeypatch.setenv("HUBEL_DATA", str(tmp_path))  # that is for the known sets
    with pytest.raises(DataError, match="--data PATH"):
        read_data("folder")


def test_the_environment_names_the_folder(mnist_folder, monkeypatch):
    monkeypatch.setenv("HUBEL_DATA", str(mnist_folder))
    train, test = read_data("mnist", images=100)
    assert (len(train), len(test)) == (100, 10_000)
