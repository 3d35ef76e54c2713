"""A run's model, used from Python: arrays, files, ONNX."""

from __future__ import annotations

import json

import numpy as np
import pytest

import hubel as hb
from hubel.data import tenshapes
from hubel.errors import DataError, DTypeError, OptionError, RunError, ShapeError
from hubel.experiments import Model, TrainSettings, load, load_run, train
from hubel.nn import predict, predict_scores
from hubel.view import png_bytes
from tests.experiments.test_sources import put_pictures

IMAGES = tenshapes(100, 1)[0].images


@pytest.fixture(scope="module")
def model(small_run) -> Model:
    return hb.load(small_run.folder)


@pytest.fixture(scope="module")
def svm_run(tmp_path_factory):
    settings = TrainSettings(images=300, hidden=(), loss="svm", epochs=1)
    return train(settings, out=tmp_path_factory.mktemp("runs") / "svm")


def test_it_is_the_run_s_net(model, small_run):
    run = load_run(small_run.folder)
    assert model.class_names == run.class_names
    assert model.image_shape == (32, 32, 3)
    assert (model.loss, model.resize) == ("softmax", "error")
    np.testing.assert_array_equal(model.scores(IMAGES), predict_scores(run.net, IMAGES))
    np.testing.assert_array_equal(model.predict(IMAGES), predict(run.net, IMAGES))
    np.testing.assert_array_equal(model.mean, run.net[0].mean)
    np.testing.assert_array_equal(model.scale, run.net[0].scale)
    assert repr(model).startswith("Model of 32x32x3 images in 10 classes: 2-layer net")


def test_best_is_another_net(small_run, tmp_path):
    best = load(small_run.folder, best=True)
    np.testing.assert_array_equal(
        best.scores(IMAGES),
        predict_scores(load_run(small_run.folder, best=True).net, IMAGES),
    )


def test_probabilities_are_those_of_the_scores(model):
    found = model.predict_proba(IMAGES)
    assert found.dtype == np.float32
    np.testing.assert_allclose(found.sum(axis=1), 1, rtol=1e-6)
    powers = np.exp(model.scores(IMAGES).astype(np.float64))
    np.testing.assert_allclose(found, powers / powers.sum(axis=1, keepdims=True), 1e-5)


def test_top_is_in_order(model):
    everything = model.top(IMAGES, 99)
    assert len(everything) == 100
    assert {len(guesses) for guesses in everything} == {10}
    sure = model.predict_proba(IMAGES)
    for row, guesses in enumerate(everything):
        values = [guess.probability for guess in guesses]
        assert values == sorted(values, reverse=True)
        assert guesses[0].label == model.predict(IMAGES)[row]
        assert guesses[0].name == model.class_names[guesses[0].label]
        assert guesses[0].probability == sure[row, guesses[0].label]
    assert [len(guesses) for guesses in model.top(IMAGES[:2], 3)] == [3, 3]
    with pytest.raises(OptionError, match="first 0 classes"):
        model.top(IMAGES, 0)


def test_files_are_pictures_of_the_model_s_size(model, tmp_path):
    files = [tmp_path / f"{number}.png" for number in range(3)]
    for file, image in zip(files, IMAGES, strict=False):
        file.write_bytes(png_bytes(image))
    np.testing.assert_array_equal(model.scores(files), model.scores(IMAGES[:3]))
    np.testing.assert_array_equal(model.scores(str(files[0])), model.scores(IMAGES[:1]))
    large = tmp_path / "large.png"
    large.write_bytes(png_bytes(IMAGES[0].repeat(3, axis=0).repeat(2, axis=1)))
    with pytest.raises(DataError, match="96x64, where 32x32 was expected"):
        model.predict(large)
    assert model.read(large, resize="crop").shape == (32, 32, 3)


@pytest.mark.parametrize(
    ("images", "error"),
    [
        (IMAGES / 255, DTypeError),
        (IMAGES.astype(np.int64), DTypeError),
        (IMAGES[0], ShapeError),
        (IMAGES[:, :31], ShapeError),
        (IMAGES.transpose(0, 3, 1, 2), ShapeError),
        (IMAGES[:0], OptionError),
        ([], OptionError),
        ([*IMAGES[:2]], DTypeError),
        (object(), DTypeError),
    ],
)
def test_what_is_no_image_is_refused(model, images, error):
    with pytest.raises(error):
        model.predict(images)


def test_the_svm_has_no_probabilities(svm_run):
    svm = load(svm_run.folder)
    with pytest.raises(OptionError, match="no probabilities"):
        svm.predict_proba(IMAGES)
    assert {guess.probability for guess in svm.top(IMAGES[:1])[0]} == {None}


def test_what_is_no_run_is_refused(tmp_path):
    with pytest.raises(RunError, match="hubel train"):
        load(tmp_path)


def test_the_summary_counts(model):
    said = model.summary(batch=7)
    assert "Linear(3072, 8)" in said
    assert f"{3072 * 8 * 7:,}" in said
    assert "2-layer net, 1 hidden layer: 3072-8-10" in said


@pytest.mark.parametrize("loss", ["softmax", "svm"])
def test_onnx_gives_the_same_from_the_same_pixels(loss, small_run, svm_run, tmp_path):
    pytest.importorskip("onnx_ir", reason="onnx-ir writes the file")
    runtime = pytest.importorskip("onnxruntime", reason="onnxruntime runs it")
    model = load((small_run if loss == "softmax" else svm_run).folder)
    path = tmp_path / "net.onnx"
    assert model.to_onnx(path) <= 1e-6
    session = runtime.InferenceSession(path, providers=["CPUExecutionProvider"])
    told = session.get_modelmeta().custom_metadata_map
    assert tuple(json.loads(told["class_names"])) == model.class_names
    assert told["hubel"] == hb.__version__
    assert "0 to 255" in told["image_range"]
    (given,) = session.get_inputs()
    assert (given.name, given.shape) == ("images", ["n", 32, 32, 3])
    assert given.type == "tensor(uint8)"
    name, expected = "scores", model.scores
    if loss == "softmax":
        name, expected = "probabilities", model.predict_proba
    assert [each.name for each in session.get_outputs()] == [name, "labels"]
    for count in (100, 1):
        found, labels = session.run(None, {"images": IMAGES[:count]})
        np.testing.assert_allclose(
            found, expected(IMAGES[:count]), atol=1e-6, rtol=1e-6
        )
        np.testing.assert_array_equal(labels, model.predict(IMAGES[:count]))


def test_pictures_are_resized_as_in_the_training(tmp_path):
    put_pictures(tmp_path / "pictures", shape=(9, 12, 3))
    settings = TrainSettings(
        data="folder",
        data_dir=str(tmp_path / "pictures"),
        size=8,
        resize="stretch",
        hidden=(),
        epochs=1,
    )
    model = load(train(settings, out=tmp_path / "run").folder)
    assert (model.resize, model.image_shape) == ("stretch", (8, 8, 3))
    file = next((tmp_path / "pictures").rglob("*.png"))
    assert model.read(file).shape == (8, 8, 3)
    assert model.predict([file, file]).shape == (2,)
    with pytest.raises(DataError, match="9x12, where 8x8 was expected"):
        model.read(file, resize="error")


def test_it_is_there_under_hubel_s_name():
    assert hb.load is load
    assert hb.onnx.to_onnx.__name__ == "to_onnx"
    names: dict[str, object] = {}
    exec("from hubel import *", names)
    assert "load" in names
    assert "onnx" not in names
