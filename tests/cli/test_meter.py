"""How far reading pictures is, on a terminal and elsewhere."""

from __future__ import annotations

import json
import sys

import pytest

from hubel import cli, data
from hubel.cli import _meter
from hubel.view import png_bytes

OPTIONS = ("--hidden", "4", "--epochs", "1", "--lr", "0.01", "--out", "run")


@pytest.fixture
def pictures(tmp_path, monkeypatch):
    """Return a folder of 40 pictures, and let every step be shown."""
    monkeypatch.chdir(tmp_path)
    drawn, _ = data.tenshapes(40, 0)
    for number, (image, label) in enumerate(
        zip(drawn.images, drawn.labels, strict=True)
    ):
        place = tmp_path / "pictures" / drawn.class_names[label]
        place.mkdir(parents=True, exist_ok=True)
        (place / f"{number}.png").write_bytes(png_bytes(image))
    monkeypatch.setattr(_meter, "_SECONDS", 0.0)
    monkeypatch.setattr(_meter, "_MOVING", 0.0)


def run(*words, capsys):
    code = cli.main((*words,))
    return code, *capsys.readouterr()


@pytest.mark.parametrize("command", [("train", *OPTIONS), ("doctor", "--lr", "0.01")])
def test_reading_pictures_is_told(pictures, command, capsys):
    code, _, err = run(*command, "--data", "pictures/", capsys=capsys)
    assert code in (0, 1 if command[0] == "doctor" else 0)
    lines = [line for line in err.splitlines() if line.endswith(" left")]
    assert len(lines) == 2 * 40  # once to check each, once to unpack it
    assert lines[39].startswith("40 of 40 pictures  ")
    assert lines[40].startswith("1 of 40 pictures  ")
    assert "pictures/s  0 s left" in lines[-1]


def test_drawing_tenshapes_is_told(pictures, capsys):
    err = run("train", "--images", "300", *OPTIONS, capsys=capsys)[2]
    assert "250 of 300 pictures" in err


def test_a_terminal_has_one_line_that_goes_away(pictures, capsys, monkeypatch):
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    err = run("train", "--data", "pictures/", *OPTIONS, capsys=capsys)[2]
    moving = err.partition("note:")[0]
    assert moving.count("\r\x1b[K") == 81
    assert moving.endswith("\r\x1b[K")
    assert "\n" not in moving


@pytest.mark.parametrize("option", ["--quiet", "--json"])
def test_quiet_modes_tell_nothing(pictures, option, capsys):
    words = ("train", "--data", "pictures/", option, *OPTIONS)
    code, out, err = run(*words, capsys=capsys)
    assert code == 0
    assert all(line.startswith("note: ") for line in err.splitlines())
    if option == "--json":
        kinds = [json.loads(line)["event"] for line in out.splitlines()]
        assert kinds == ["start", "epoch", "end"]


def test_an_error_while_reading_leaves_the_terminal_free(
    pictures, tmp_path, capsys, monkeypatch
):
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    broken = next((tmp_path / "pictures").rglob("9.png"))
    broken.write_bytes(broken.read_bytes()[:300])
    code, _, err = run("train", "--data", "pictures/", *OPTIONS, capsys=capsys)
    assert code == 1
    assert "\r\x1b[Khubel: " in err


def test_what_is_done_at_once_is_not_told(capsys):
    meter = _meter.Meter(_meter.PICTURES, quiet=False)
    meter.move(1, 1)
    meter.close()
    assert capsys.readouterr() == ("", "")


def test_tensorboard_is_an_option(pictures, tmp_path, capsys):
    pytest.importorskip("tensorboardX", reason="needs the extra tensorboard")
    words = ("train", "--images", "40", "--tensorboard", "--quiet", *OPTIONS)
    assert run(*words, capsys=capsys)[0] == 0
    assert len(list((tmp_path / "run" / "tensorboard").iterdir())) == 1
