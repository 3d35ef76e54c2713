"""`hubel search` from outside: options in, a folder, lines and an exit code out."""

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

TINY = ("search", "--images", "300", "--hidden", "5", "--epochs", "2", "--trials", "4")


@pytest.fixture(autouse=True)
def in_an_empty_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("HUBEL_DATA", "HUBEL_THREADS"):
        monkeypatch.delenv(name, raising=False)


def test_lines(capsys):
    assert cli.main(TINY) == 0
    out, err = capsys.readouterr()
    assert out.startswith("tenshapes: 270 images to train on, 30 to choose by\n")
    assert "trying lr 0.0001..0.1\ntrying l2 1e-06..1.0\n" in out
    assert "4 trials in 2 rounds on " in out
    assert "hubel search --resume runs/search-tenshapes-1" in out
    assert "measured once" in out
    command = out.partition("the same again: ")[2].partition("\n")[0]
    assert command.startswith("hubel train --images 300 --hidden 5 --epochs 2 --lr ")
    assert Path("runs/search-tenshapes-1/report.html").exists()
    assert err == ""
    # It has finished, so that going on tells the same again.
    assert cli.main(("search", "--resume", "runs/search-tenshapes-1", "--quiet")) == 0
    assert command in capsys.readouterr().out


def test_json(capsys):
    tried = ("--try", "lr=1e-3..1e-1", "--try", "hidden=5,8-4,none")
    more = ("--rounds", "1", "--drop", "0", "--json", "--out", "s")
    assert cli.main((*TINY, *tried, *more)) == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line["event"] for line in lines] == ["start", *4 * ["trial"], "end"]
    assert lines[0]["try"] == ["lr=0.001..0.1", "hidden=5,8-4,none"]
    assert sorted(line["trial"] for line in lines[1:-1]) == [1, 2, 3, 4]
    assert all(line["status"] == "finished" for line in lines[1:-1])
    assert lines[-1]["best"]["trial"] in (1, 2, 3, 4)
    assert 0 <= lines[-1]["test_accuracy"] <= 1
    table = Path("s/trials.jsonl").read_text(encoding="utf-8").splitlines()
    assert len(table) == 4


def test_a_terminal_shows_a_bar(capsys, monkeypatch):
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    assert cli.main(TINY) == 0
    out = capsys.readouterr().out
    assert "best val" in out
    assert "round 2" in out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--try", "lr=0..1"), "0 is out of range"),
        (("--try", "epochs=1,2"), "does not say what to try"),
        (("--drop", "1"), "not a number from 0 and below 1"),
        (("--resume", "s", "--trials", "3"), "--trials is part of the search"),
        (("--resume", "s", "--try", "lr=1,2"), "--try is part of the search"),
        (("--resume", "s", "--batch-size", "3"), "--batch-size is part of the search"),
        (("--checkpoint-every", "3"), "there is no option --checkpoint-every"),
    ],
)
def test_what_makes_no_sense_ends_with_2(capsys, words, said):
    with pytest.raises(SystemExit) as end:
        cli.main(("search", *words))
    assert end.value.code == 2
    assert said in capsys.readouterr().err


def test_errors_end_with_1(capsys):
    assert cli.main(("search", "--resume", ".")) == 1
    assert "not a search" in capsys.readouterr().err
    assert cli.main((*TINY, "--try", "lr=1e30", "--out", "lost")) == 1
    assert "every trial lost its loss" in capsys.readouterr().err


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such signals")
@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)]
)
def test_signals_end_it_and_it_goes_on(number, code):
    words = "search --images 3000 --epochs 4000 --trials 6 --rounds 1 --out s".split()
    running = subprocess.Popen(
        [sys.executable, "-m", "hubel", *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    while not list(Path().glob("s/trials/*/config.json")):
        assert running.poll() is None
        time.sleep(0.05)
    time.sleep(1)
    running.send_signal(number)
    out, _ = running.communicate(timeout=60)
    assert running.returncode == code, out
    assert "hubel search --resume s" in out
    assert list(Path().glob("s/trials/*/checkpoints/*.safetensors"))
