"""`hubel features`: its files, what it says, and what it refuses."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from hubel.cli import main
from hubel.data import tenshapes
from hubel.features import read_features
from hubel.view import png_bytes

IMAGES = tenshapes(6, 1)[0].images


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for number, image in enumerate(IMAGES):
        place = tmp_path / "in" / "ab"[number % 2]
        place.mkdir(parents=True, exist_ok=True)
        (place / f"{number}.png").write_bytes(png_bytes(image))
    return tmp_path / "in"


def test_a_folder_becomes_rows_and_a_sheet(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    out, sheet = tmp_path / "rows.npy", tmp_path / "sheet.png"
    words = "hog:sqrt+hue:grid=2+lbp"
    given = ["--kind", words, "--out", str(out), "--show", str(sheet)]
    assert main(["features", str(folder), *given]) == 0
    expected = read_features(words)(IMAGES[[0, 2, 4, 1, 3, 5]])
    np.testing.assert_allclose(np.load(out), expected, atol=1e-6)
    assert sheet.read_bytes()[1:4] == b"PNG"
    said = capsys.readouterr().out
    assert "6 images, 194 numbers each" in said
    assert "columns 144 to 183: hue:grid=2" in said
    for name in ("rows.csv", "rows.json", "sheet.png"):
        assert str(tmp_path / name) in said


def test_images_are_not_written_over(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    path = tmp_path / "images.npy"
    np.save(path, IMAGES)
    assert main(["features", str(path), "--out", str(path)]) != 0
    assert "these are the images" in capsys.readouterr().err
    np.testing.assert_array_equal(np.load(path), IMAGES)


def test_json_is_one_object(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    out = tmp_path / "rows.npy"
    assert main(["features", str(folder), "--out", str(out), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["images"], told["numbers"]) == (6, 154)
    assert told["class_names"] == ["a", "b"]
    assert told["columns"] == [["hog", 0, 144], ["hue", 144, 154]]
    assert told["images_per_second"] > 0


def test_quiet_prints_the_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    out = tmp_path / "rows.npy"
    given = ["--images", "20", "--out", str(out), "--quiet"]
    assert main(["features", "tenshapes", *given]) == 0
    assert capsys.readouterr().out == f"{out}\n"
    assert len(np.load(out)) == 24


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (
            ["tenshapes", "--out", "rows.npy", "--kind", "hgo"],
            2,
            "none of the features",
        ),
        (["tenshapes"], 2, "--out"),
        (["tensapes", "--out", "rows.npy"], 2, "did you mean 'tenshapes'"),
        (["no/where", "--out", "rows.npy"], 1, "no folder"),
        (["tenshapes", "--out", "rows.txt"], 1, "ends in neither"),
        (["tenshapes", "--out", "rows.npy", "--show", "a.jpg"], 1, "ends in .png"),
    ],
)
def test_what_makes_no_sense_is_refused(
    words: list[str], code: int, said: str, capsys: pytest.CaptureFixture[str]
):
    try:
        found = main(["features", *words])
    except SystemExit as end:
        found = end.code
    assert found == code
    assert said in capsys.readouterr().err


def test_a_net_on_features_is_trained_and_used(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    run = str(tmp_path / "run")
    given = ["--features", "hog:cell=16+hue", "--images", "100", "--epochs", "1"]
    assert main(["train", *given, "--out", run, "--hidden", "5"]) == 0
    assert "the features hog:cell=16+hue: 46 numbers" in capsys.readouterr().out
    assert main(["predict", run, str(folder)]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 6
    assert main(["graph", run, "--out", str(tmp_path / "graph.json")]) == 0
    graph = json.loads((tmp_path / "graph.json").read_text())
    assert len(graph["stations"]) > 50


def test_a_net_on_features_becomes_an_onnx_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    pytest.importorskip("onnx_ir")
    pytest.importorskip("onnxruntime")
    run, out = str(tmp_path / "run"), str(tmp_path / "net.onnx")
    given = ["--features", "hog:cell=16+lbp", "--images", "100", "--epochs", "1"]
    assert main(["train", *given, "--out", run, "--hidden", "none"]) == 0
    assert main(["export", run, "--onnx", out]) == 0
    assert "gives the same" in capsys.readouterr().out
