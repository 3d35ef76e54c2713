"""Settings: completed from one table, checked before anything is read."""

from __future__ import annotations

from dataclasses import fields, replace

import pytest

from hubel.errors import OptionError
from hubel.experiments import SOURCES, TrainSettings


@pytest.mark.parametrize("data", SOURCES)
@pytest.mark.parametrize("hidden", [(), (100,), (512, 256)])
@pytest.mark.parametrize("loss", ["softmax", "svm"])
@pytest.mark.parametrize("optimizer", ["sgd", "nesterov", "adam"])
def test_every_combination_has_defaults(data, hidden, loss, optimizer):
    settings = TrainSettings(data=data, hidden=hidden, loss=loss, optimizer=optimizer)
    whole = settings.completed()
    open_ones = {"data_dir", "size", "images", "validation", "augment", "threads"}
    open_ones.add("features")
    for field in fields(whole):
        assert (getattr(whole, field.name) is None) == (field.name in open_ones)
    assert whole.completed() == whole
    assert whole.config().lr == whole.lr


def test_what_is_given_stays():
    given = {"epochs": 3, "lr": 0.5, "l2": 0.0, "batch_size": 7, "dropout": 0.25}
    whole = TrainSettings(**given, normalize="channel").completed()
    assert {name: getattr(whole, name) for name in given} == given
    assert whole.normalize == "channel"


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"data": "cifar"}, "no data set 'cifar'"),
        ({"loss": "hinge"}, "no loss 'hinge'"),
        ({"images": 1}, "1 images needs at least 2"),
        ({"epochs": 0}, "epochs is 0"),
        ({"lr": float("nan")}, "lr is nan"),
        ({"schedule": "sine"}, "no schedule 'sine'"),
        ({"optimizer": "sgdd"}, "no optimiser 'sgdd'"),
        ({"momentum": 1.0}, "momentum is 1.0"),
        ({"augment": "flop"}, "'flop' says no augmentation"),
    ],
)
def test_wrong_settings_are_named(wrong, told):
    with pytest.raises(OptionError, match=told):
        TrainSettings(**wrong).completed()


def test_settings_without_effect_are_said():
    linear = TrainSettings(hidden=(), activation="tanh", dropout=0.5)
    assert [n.split()[-3:] for n in linear.notices()] == [["no", "hidden", "layer"]] * 2
    adam = TrainSettings(optimizer="adam", momentum=0.5)
    assert adam.notices() == ("momentum has no effect: Adam has its own",)
    assert replace(adam, momentum=0.9).notices() == ()
    assert TrainSettings(dropout=0.5, activation="tanh").notices() == ()
