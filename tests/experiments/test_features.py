"""Runs on features of the images: trained, saved, read back, used."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from hubel.data import tenshapes
from hubel.errors import OptionError, RunError, ShapeError
from hubel.experiments import TrainSettings, load, train
from hubel.experiments._loss_graph import loss_graph
from hubel.experiments._nets import NetSpec, normalization
from hubel.experiments._parameters import SavedNet, read_net, write_net
from hubel.experiments._task import prepare
from hubel.features import Together, compute, read_features
from hubel.nn import Linear, Normalize

WORDS = "hog:cell=16+hue:bins=4,sqrt"
SETTINGS = TrainSettings(images=300, features=WORDS, hidden=(8,), epochs=2)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("features") / "run"
    train(SETTINGS, out=path)
    return path


def test_the_net_takes_bytes_and_normalises_what_training_images_have():
    task = prepare(SETTINGS.completed())
    first, second = task.net[:2]
    assert isinstance(first, Together)
    rows = compute(read_features(WORDS), task.train.images).astype(np.float64)
    assert rows.shape[1] == 4 * 9 + 4 == sum(task.spec.feature_widths)
    np.testing.assert_allclose(second.mean, rows.mean(axis=0), rtol=1e-5)
    spread = rows.std(axis=0)
    expected = np.where(spread > 0, 1 / np.where(spread > 0, spread, 1), 0)
    np.testing.assert_allclose(second.scale, expected, rtol=1e-4)
    assert normalization(task.net) is second
    assert task.net(task.test.images[:3]).shape == (3, 10)


def test_a_run_is_saved_and_used_again(folder: Path):
    model = load(folder)
    images = tenshapes(300, 60)[1].images
    scores = model.scores(images)
    assert scores.shape == (60, 10)
    layers = model.net.layers
    rows = compute(read_features(WORDS), images)
    hidden = np.maximum((rows - model.mean) * model.scale @ layers[2].weight, -np.inf)
    hidden = np.maximum(hidden + layers[2].bias, 0)
    expected = hidden @ layers[-1].weight + layers[-1].bias
    np.testing.assert_allclose(scores, expected, rtol=1e-4, atol=1e-4)
    assert "40-8-10" in repr(model)
    assert "Together" in model.summary(batch=3)


def test_the_report_shows_no_weights_as_pictures(folder: Path):
    page = (folder / "report.html").read_text(encoding="utf-8")
    assert WORDS in page
    assert "What the first layer looks for" not in page


def test_the_graph_of_its_loss_begins_with_pixels(folder: Path):
    graph = loss_graph(load(folder))
    assert any(node.shape == (1, 32, 32, 3) for node in graph.nodes)


def test_the_same_settings_give_the_same_bits(tmp_path: Path, folder: Path):
    again = train(SETTINGS, out=tmp_path / "again")
    before = load(folder).net.parameters()
    for name, array in again.net.parameters().items():
        np.testing.assert_array_equal(before[name], array)


def test_it_may_be_a_line_and_the_images_may_change():
    settings = TrainSettings(
        images=200, features="lbp", hidden=(), epochs=1, augment="flip"
    )
    task = prepare(settings.completed())
    assert [type(layer) for layer in task.net] == [Together, Normalize, Linear]


def spec(**changes: object) -> NetSpec:
    told: dict[str, object] = {
        "image_shape": (16, 16, 3),
        "hidden": (5,),
        "classes": 3,
        "activation": "relu",
        "dropout": 0.0,
        "features": "hog",
    }
    return NetSpec(**(told | changes))  # type: ignore[arg-type]


def test_a_description_goes_there_and_back():
    assert NetSpec.from_json(spec().as_json()) == spec()
    assert spec().as_json()["kind"] == "features"
    assert "conv" not in spec().as_json()
    assert spec().widths == (36, 5, 3)
    assert spec().most_parameters == spec().empty().count_parameters()
    assert spec().filter_shape is None


@pytest.mark.parametrize("words", ["hgo", "hog:bins=0", 3, None])
def test_a_file_with_other_features_is_refused(words: object):
    with pytest.raises(ValueError, match=r"features|bins"):
        NetSpec.from_json(spec().as_json() | {"features": words})


def test_features_that_do_not_fit_are_refused(tmp_path: Path):
    with pytest.raises(OptionError, match="convolutional"):
        spec(conv=(3,))
    with pytest.raises(ShapeError, match="no room"):
        spec(image_shape=(4, 4, 3))
    with pytest.raises(OptionError, match="4097x8x3"):
        spec(image_shape=(4097, 8, 3))
    with pytest.raises(OptionError, match="hgo"):
        TrainSettings(features="hgo")
    small = spec()
    saved = SavedNet(small.empty(), small, ("a", "b", "c"))
    write_net(tmp_path / "net", saved)
    assert read_net(tmp_path / "net").spec == small
    other = SavedNet(small.empty(), spec(features="hog:cell=4"), ("a", "b", "c"))
    write_net(tmp_path / "other", other)
    with pytest.raises(RunError, match="not a net"):
        read_net(tmp_path / "other")


def test_what_has_no_effect_is_said():
    plain = TrainSettings(features="hog", hidden=(), activation="tanh")
    assert any("activation" in notice for notice in plain.notices())
