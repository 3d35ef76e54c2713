"""`hubel export` from outside."""

from __future__ import annotations

import json
import sys

import numpy as np
import pytest

from hubel import cli
from hubel.data import tenshapes
from hubel.experiments import TrainSettings, load, train

pytest.importorskip("onnx_ir", reason="onnx-ir writes the file")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    settings = TrainSettings(images=200, hidden=(8,), epochs=1, activation="maxout")
    return train(settings, out=tmp_path_factory.mktemp("runs") / "run").folder


def test_it_writes_into_the_run(folder, capsys):
    assert cli.main(["export", str(folder), "--onnx"]) == 0
    out = capsys.readouterr().out
    path = folder / "model.onnx"
    assert out.startswith(f"{path}: {path.stat().st_size:,} bytes")
    runtime = pytest.importorskip("onnxruntime", reason="onnxruntime runs the file")
    assert "onnxruntime gives the same, to " in out
    session = runtime.InferenceSession(path, providers=["CPUExecutionProvider"])
    images = tenshapes(20, 5)[0].images
    found, labels = session.run(None, {"images": images})
    model = load(folder)
    np.testing.assert_allclose(found, model.predict_proba(images), atol=1e-6)
    np.testing.assert_array_equal(labels, model.predict(images))


def test_json_tells_where_and_how_near(folder, tmp_path, capsys):
    path = tmp_path / "net.onnx"
    words = ["export", str(folder), "--onnx", str(path), "--best", "--json"]
    assert cli.main(words) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["file"] == str(path)
    assert told["image_shape"] == [32, 32, 3]
    assert told["onnxruntime_difference"] is None or (
        0 <= told["onnxruntime_difference"] <= 1e-6
    )


def test_what_cannot_be_written_is_one_message(folder, tmp_path, capsys, monkeypatch):
    path = tmp_path / "no" / "net.onnx"
    assert cli.main(["export", str(folder), "--onnx", str(path)]) == 1
    assert "cannot be written" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        cli.main(["export", str(folder)])
    assert "--onnx" in capsys.readouterr().err
    monkeypatch.setitem(sys.modules, "onnx_ir", None)
    assert cli.main(["export", str(folder), "--onnx"]) == 1
    assert "hubel[onnx]" in capsys.readouterr().err


def test_without_onnxruntime_it_says_so(folder, tmp_path, capsys, monkeypatch):
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    assert cli.main(["export", str(folder), "--onnx", str(tmp_path / "a.onnx")]) == 0
    assert "not compared" in capsys.readouterr().out
