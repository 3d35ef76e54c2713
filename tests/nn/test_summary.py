"""The table of a net."""

from __future__ import annotations

import numpy as np
import pytest

from hubel.errors import OptionError
from hubel.graph.node import Spec
from hubel.nn import (
    Conv2d,
    Flatten,
    Linear,
    MaxPool2d,
    Normalize,
    ReLU,
    Sequential,
    mlp,
    summary,
)
from hubel.nn._summary import layers_of, training_memory

IMAGES = Spec((10, 8, 8, 3), np.dtype(np.uint8))
NET = Sequential(
    Normalize(np.zeros(3), np.ones(3)),
    Sequential(Conv2d(3, 4, 3), ReLU()),
    MaxPool2d(2),
    Flatten(),
    mlp(36, 5, 2),
)


def test_layers_come_with_shapes_and_counts():
    rows = {row.path: row for row in layers_of(NET, IMAGES)}
    assert list(rows) == ["0", "1.0", "1.1", "2", "3", "4.0", "4.1", "4.2"]
    assert rows["1.0"].shape == (10, 6, 6, 4)
    assert rows["1.0"].parameters == 3 * 3 * 3 * 4 + 4
    assert rows["1.0"].multiply_adds == 10 * 6 * 6 * 4 * 27
    assert rows["3"].shape == (10, 36)
    assert (rows["3"].kept, rows["2"].kept) == (0, 10 * 36 * 4)
    assert rows["4.0"].multiply_adds == 10 * 36 * 5
    assert sum(row.parameters for row in rows.values()) == NET.count_parameters()


def test_memory_is_that_of_a_step():
    net = mlp(300, 50, 10)
    few, many = (
        training_memory(net, Spec((n, 300), np.dtype(np.float32)), optimizer="sgd")
        for n in (10, 1000)
    )
    size = 4 * net.count_parameters()
    assert few.parameters == few.optimizer == size
    assert few.working < many.working
    assert many.working > 1000 * 50 * 4
    assert many.total == 2 * size + many.working
    adam = training_memory(net, Spec((10, 300), np.dtype(np.float32)), optimizer="adam")
    assert adam.optimizer >= 2 * size


def test_the_table_ends_with_sums_and_words():
    lines = summary(NET, IMAGES).splitlines()
    assert lines[0].split() == [
        "layer",
        "gives",
        "parameters",
        "multiply-adds",
        "bytes",
    ]
    assert f"{NET.count_parameters():,}" in lines[-3]
    assert lines[-2].startswith("3-layer net, 2 hidden layers: 3-4@3x3-5-2, ")
    assert "a training step on 10:" in lines[-1]


def test_what_gives_no_classes_has_no_training_line():
    assert "training" not in summary(Sequential(ReLU()), np.zeros((2, 3, 4)))
    assert "Linear(3, 2)" in summary(Linear(3, 2), np.zeros((2, 3), np.float32))


@pytest.mark.parametrize("images", [np.float32(1), np.zeros((0, 3))])
def test_no_images_are_refused(images):
    with pytest.raises(OptionError, match="counts the images"):
        summary(Linear(3, 2), images)
