"""Where the data come from: an option, the environment, or nowhere with a way out."""

from __future__ import annotations

import numpy as np
import pytest

from hubel.data import tenshapes
from hubel.errors import DataError, OptionError
from hubel.experiments import read_data


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


def test_the_environment_names_the_folder(mnist_folder, monkeypatch):
    monkeypatch.setenv("HUBEL_DATA", str(mnist_folder))
    train, test = read_data("mnist", images=100)
    assert (len(train), len(test)) == (100, 10_000)
