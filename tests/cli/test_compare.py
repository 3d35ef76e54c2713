"""`hubel compare` from outside: options in, a folder, lines and an exit code out."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from hubel import cli

POINTS = ("compare", "capacity", "--units", "2,3", "--steps", "200")
IMAGES = ("compare", "layers", "--images", "200", "--hidden", "4", "--epochs", "1")


@pytest.fixture(autouse=True)
def in_an_empty_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("HUBEL_DATA", "HUBEL_THREADS"):
        monkeypatch.delenv(name, raising=False)


def test_lines(capsys):
    assert cli.main(IMAGES) == 0
    out, err = capsys.readouterr()
    assert out.startswith("comparing on tenshapes: linear; 2-layer net; 3-layer net\n")
    assert "9 nets: 3 seeds of each" in out
    assert "hubel compare --resume runs/compare-layers-tenshapes-1" in out
    assert "2-layer net  test accuracy " in out
    assert "report: runs/compare-layers-tenshapes-1/report.html" in out
    assert Path("runs/compare-layers-tenshapes-1/report.html").exists()
    assert err == ""
    again = ("compare", "--resume", "runs/compare-layers-tenshapes-1", "--quiet")
    assert cli.main(again) == 0
    assert capsys.readouterr().out in out


def test_json(capsys):
    more = ("--points", "xor", "--strengths", "0,0.1", "--seeds", "4")
    assert cli.main((*POINTS, *more, "--json", "--out", "c")) == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line["event"] for line in lines] == ["start", *16 * ["net"], "end"]
    assert lines[0]["settings"]["strengths"] == [0, 0.1]
    assert lines[0]["data"] == "xor"
    rows = lines[-1]["rows"]
    for row, found in rows.items():
        nets = [x for x in lines[1:-1] if x["row"] == row]
        assert found["values"] == [x["values"]["test_accuracy"] for x in nets]
        assert found["mean"] == pytest.approx(sum(found["values"]) / 4)
    assert lines[-1]["verdict"].startswith("3 hidden units")


def test_features_alone_name_the_study(capsys):
    small = ("--images", "100", "--hidden", "3", "--epochs", "1", "--words", "3")
    more = ("--stride", "12", "--samples", "100", "--extra-epochs", "1", "--json")
    assert cli.main(("compare", "--features", "hue", *small, *more)) == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert lines[0]["study"] == "features"
    assert lines[0]["settings"]["features"] == "hue"
    assert list(lines[-1]["rows"])[1] == "hue, linear"
    assert Path("runs/compare-features-tenshapes-1/report.html").exists()


def test_a_terminal_shows_a_bar(capsys, monkeypatch):
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    assert cli.main((*POINTS, "--out", "c")) == 0
    assert "report: c/report.html" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("compare",), "say what to compare"),
        (("compare", "layer"), "did you mean 'layers'"),
        (("compare", "layers", "--units", "3"), "--units has no meaning for layers"),
        (("compare", "capacity", "--data", "mnist"), "--data has no meaning"),
        (("compare", "layers", "--words", "9"), "--words has no meaning for layers"),
        (("compare", "capacity", "--features"), "--features has no meaning"),
        (("compare", "--features", "hogg"), "hogg"),
        (("compare", "layers", "--seeds", "2"), "not a whole number from 3"),
        (("compare", "capacity", "--strengths", "1,1"), "has a number twice"),
        (("compare", "--resume", "c", "--epochs", "3"), "epochs is part of"),
        (("compare", "layers", "--resume", "c"), "study is part of"),
    ],
)
def test_what_makes_no_sense(capsys, words, said):
    with pytest.raises(SystemExit) as end:
        cli.main(words)
    assert end.value.code == 2
    assert said in capsys.readouterr().err


def test_errors_are_one_sentence(capsys):
    assert cli.main(("compare", "activations", "--hidden", "none")) == 1
    assert "hubel: a linear classifier has no activation" in capsys.readouterr().err
    assert not Path("runs").exists()


@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)]
)
def test_signals(number, code):
    words = ("compare", "layers", "--epochs", "200", "--images", "1000", "--json")
    command = [sys.executable, "-m", "hubel", *words, "--out", "c"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        checkpoints = Path("c/members/linear-seed-0/metrics.jsonl")
        until = time.monotonic() + 60
        while not checkpoints.exists() and time.monotonic() < until:
            time.sleep(0.05)
        process.send_signal(number)
        process.communicate(timeout=60)
    assert process.returncode == code
    assert list(Path("c/members").glob("*/checkpoints/*"))
