"""`hubel train --resume` from outside: signals, kills, exit codes and what is said."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from hubel import cli
from hubel.experiments import load_run

TINY = "train --images 60 --hidden 4 --lr 0.01 --batch-size 10 --threads 1".split()


@pytest.fixture(autouse=True)
def in_an_empty_folder(tmp_path, monkeypatch):
    """Let every run's default folder be below a folder of its own."""
    monkeypatch.chdir(tmp_path)
    for name in ("HUBEL_DATA", "HUBEL_THREADS"):
        monkeypatch.delenv(name, raising=False)


def run(*words, capsys):
    """Return the exit code and what was printed."""
    try:
        code = cli.main(words)
    except SystemExit as end:
        code = end.code
    return code, *capsys.readouterr()


def start(*words):
    """Start the program as users do."""
    command = [sys.executable, "-m", "hubel", *words]
    return subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def interrupt(number: int, epochs: int) -> tuple[int, str, str]:
    """Stop a run in its third epoch or later; return the code and what it said."""
    with start(*TINY, "--epochs", str(epochs), "--out", "run", "--json") as process:
        while '"epoch": 3' not in process.stdout.readline():
            assert process.poll() is None
        process.send_signal(number)
        out, err = process.communicate(timeout=60)
    return process.returncode, out, err


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such signals")
def test_sigterm_and_on(capsys):
    code, out, err = interrupt(signal.SIGTERM, epochs=400)
    assert code == 143
    assert err == "hubel: stopped by SIGTERM; to go on: hubel train --resume run\n"
    assert '"end"' not in out
    assert load_run("run").result == {}
    code, out, err = run("train", "--resume", "run", "--json", capsys=capsys)
    first, *epochs, end = map(json.loads, out.splitlines())
    assert (code, err, end["stopped_by"]) == (0, "", "")
    assert first["epoch"] == epochs[0]["epoch"] > 3
    assert epochs[-1]["epoch"] == 400
    assert run(*TINY, "--epochs", "400", "--out", "whole", capsys=capsys)[0] == 0
    for name in ("parameters.safetensors", "best.safetensors"):
        assert Path("run", name).read_bytes() == Path("whole", name).read_bytes()


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGINT to send")
def test_ctrl_c_and_on(capsys):
    code, out, err = interrupt(signal.SIGINT, epochs=400)
    assert (code, err) == (130, "")
    assert json.loads(out.splitlines()[-1])["stopped_by"] == "Ctrl-C"
    code, out, _ = run("train", "--resume", "run", capsys=capsys)
    assert code == 0
    assert "going on with epoch " in out
    assert "Stopped" not in out
    assert load_run("run").result["stopped_by"] == ""


def test_what_lets_it_go_on_is_said(capsys):
    code, out, _ = run(*TINY, "--epochs", "2", "--out", "my run", capsys=capsys)
    assert code == 0
    assert "if it is interrupted: hubel train --resume 'my run'\n" in out
    assert "to go on" not in out


def test_a_run_that_has_finished(capsys):
    run(*TINY, "--epochs", "2", "--out", "run", capsys=capsys)
    code, out, err = run("train", "--resume", "run", capsys=capsys)
    assert (code, err) == (0, "")
    first, second, _ = out.splitlines()
    assert first == "This run had finished already."
    assert second.endswith(" on 12 images that training never saw")


def test_only_the_test_is_left(capsys):
    """A run killed after its last checkpoint."""
    run(*TINY, "--epochs", "2", "--out", "run", capsys=capsys)
    before = Path("run", "result.json").read_bytes()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("hubel.experiments._course.examine", _lost)
        with pytest.raises(ZeroDivisionError):
            run(*TINY, "--epochs", "2", "--out", "again", capsys=capsys)
    code, out, _ = run("train", "--resume", "again", capsys=capsys)
    assert code == 0
    assert "going on after the last epoch: only the test is left" in out
    assert Path("again", "result.json").read_bytes() == before


def _lost(*_, **__):
    """Stand for a process that dies."""
    raise ZeroDivisionError


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--lr", "0.1"), "--lr does not go with --resume"),
        (("--batch-size", "3"), "--batch-size does not go with --resume"),
        (("--seed", "0"), "--seed does not go with --resume"),
        (("--out", "x"), "--out does not go with --resume"),
        (("--checkpoint-every", "-1"), "not a number from 0"),
    ],
)
def test_options_that_do_not_go_together(words, told, capsys):
    code, out, err = run("train", "--resume", "run", *words, capsys=capsys)
    assert (code, out) == (2, "")
    assert told in err


def test_a_folder_that_is_no_run(capsys):
    code, out, err = run("train", "--resume", "no", capsys=capsys)
    assert (code, out) == (1, "")
    assert "no is not a run" in err
