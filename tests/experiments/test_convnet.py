"""Runs on convolutional nets: made by their filters, saved, read back, told."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from hubel.errors import OptionError
from hubel.experiments import TrainSettings, load_run, train
from hubel.experiments._nets import NetSpec, first_weights
from hubel.nn import Conv2d, Dropout, Normalize, convnet, describe

SPEC = NetSpec(
    image_shape=(8, 12, 3),
    hidden=(5,),
    classes=4,
    activation="relu",
    dropout=0.1,
    conv=(2, 6),
)


def test_a_run_is_trained_saved_and_read_back(tmp_path: Path):
    settings = TrainSettings(
        data="tenshapes", images=200, conv=(4, 8), hidden=(), epochs=2
    )
    result = train(settings, out=tmp_path / "run")
    run = load_run(tmp_path / "run")
    assert run.settings.conv == (4, 8)
    assert [
        layer.weight.shape[3] for layer in run.net if isinstance(layer, Conv2d)
    ] == [
        4,
        8,
    ]
    for name, array in result.net.parameters().items():
        np.testing.assert_array_equal(run.net.parameters()[name], array)
    assert "filters" in result.report.read_text(encoding="utf-8")
    again = train(settings, out=tmp_path / "again")
    assert again.test_loss == result.test_loss


def test_a_description_goes_there_and_back():
    assert NetSpec.from_json(SPEC.as_json()) == SPEC
    assert SPEC.as_json()["kind"] == "convnet"
    plain = NetSpec(**{**vars(SPEC), "conv": ()})
    assert "conv" not in plain.as_json()
    assert NetSpec.from_json(plain.as_json()) == plain


def test_its_sizes_are_those_of_the_net():
    net = SPEC.empty()
    assert SPEC.most_parameters == net.count_parameters()
    assert SPEC.widths == (2 * 3 * 6, 5, 4)
    assert first_weights(net).shape == (27, 2)
    assert SPEC.filter_shape == (3, 3, 3)
    assert net(np.zeros((2, 8, 12, 3), np.uint8)).shape == (2, 4)
    assert any(isinstance(layer, Dropout) for layer in net)
    assert isinstance(net[0], Normalize)


@pytest.mark.parametrize("conv", [(0,), (2, 2, 2, 2), (10**5, 10**5)])
def test_filters_that_cannot_be_are_refused(conv: tuple[int, ...]):
    with pytest.raises(OptionError):
        NetSpec(**{**vars(SPEC), "conv": conv})


@pytest.mark.parametrize("kind", ["convnet", "mlp", "other"])
def test_damaged_descriptions_are_refused(kind: str):
    told = SPEC.as_json() | {"kind": kind, "conv": ["2"]}
    if kind == "mlp":
        del told["activation"]
    with pytest.raises((ValueError, KeyError)):
        NetSpec.from_json(told)


def test_maxout_has_its_pieces_in_filters_too():
    net = convnet((8, 8, 1), (3,), (4, 2), activation="maxout")
    assert net[0].weight.shape == (3, 3, 1, 6)
    assert net(np.zeros((1, 8, 8, 1), np.float32)).shape == (1, 2)
    assert "(3x2)@3x3" in describe(net)
