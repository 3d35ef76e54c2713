"""The command line from outside: words in, output and exit code out."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import warnings

import numpy as np
import pytest

import hubel
from hubel import cli
from hubel.cli import _main
from hubel.experiments import load_run
from tests.experiments.test_sources import put_pictures

TINY = ("train", "--images", "300", "--hidden", "8", "--epochs", "2", "--lr", "0.01")


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


def test_the_version(capsys):
    assert run("--version", capsys=capsys) == (0, f"hubel {hubel.__version__}\n", "")


def test_no_words_and_help_teach(capsys):
    for words in ((), ("--help",)):
        code, out, _ = run(*words, capsys=capsys)
        assert code == 0
        assert "train a net on images" in out
    code, out, _ = run("train", "--help", capsys=capsys)
    assert code == 0
    assert "f = W2 max(0, W1 x)" in out
    assert "examples:" in out
    assert max(len(line) for line in out.splitlines()) <= 90


def test_every_setting_has_its_option(capsys):
    options = run("train", "--help", capsys=capsys)[1]
    for name in (
        "data data-dir hidden activation loss epochs batch-size lr momentum l2 dropout "
        "schedule optimizer seed threads validation out quiet json images"
    ).split():
        assert f"  --{name} " in options


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("trai",), "no command 'trai'; did you mean 'train'?"),
        (("xyz",), "no command 'xyz'"),
        (("--versoin",), "no option --versoin; did you mean '--version'?"),
        (("train", "--epohcs", "3"), "no option --epohcs; did you mean '--epochs'?"),
        (("train", "--epohcs=3"), "no option --epohcs; did you mean '--epochs'?"),
        (("train", "--epoch", "3"), "no option --epoch; did you mean '--epochs'?"),
        (("train", "now"), "'now' does not belong here"),
        (("train", "--epochs"), "--epochs"),
        (("train", "--epochs", "none"), "'none' is not a whole number from 1"),
        (("train", "--loss", "hinge"), "'hinge' is none of softmax, svm"),
        (("train", "--activation", "leaky"), "did you mean 'leaky-relu'"),
        (("train", "--data", "minst"), "did you mean 'mnist'?; nor is it a folder"),
        (("train", "--lr", "-1"), "'-1' is not a number from 0"),
    ],
)
def test_words_that_make_no_sense(words, told, capsys):
    code, out, err = run(*words, capsys=capsys)
    assert (code, out) == (2, "")
    assert told in err
    assert "--help`" in err


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--data", "cifar10"), "--data-dir FOLDER"),
        (("--data", "mnist", "--data-dir", "no"), "no: not a folder"),
        (("--data-dir", "x"), "tenshapes is generated"),
        (("--data", "no/where"), "no/where: there is no such folder"),
        (("--out", "."), "something already"),
        (("--lr", "0"), "lr is 0"),
        (("--images", "20", "--validation", "20"), "leave none to train on"),
        (("--images", "20", "--hidden", "999999999"), "larger than"),
        (("--threads", "2000"), "threads is 2000"),
    ],
)
def test_errors_are_one_message(words, told, capsys, tmp_path):
    (tmp_path / "something").touch()
    code, out, err = run("train", *words, capsys=capsys)
    assert (code, out) == (1, "")
    assert told in err
    assert err.startswith("hubel: ")
    assert "Traceback" not in err


def test_plain_lines(capsys):
    code, out, err = run(*TINY, "--epochs", "5", capsys=capsys)
    assert (code, err) == (0, "")
    *_, first, last, accuracy, report = out.splitlines()
    assert "2-layer net, 1 hidden layer: 3072-8-10, 24,674 parameters" in out
    assert "270 images to train on, 30 for validation, 60 for the test" in out
    assert "circle, ring" in out
    assert first.startswith("epoch 1/5  loss ")
    assert last.startswith("epoch 5/5  loss ")
    assert "images/s" in last
    result = load_run("runs/tenshapes-8-1").result
    assert accuracy.startswith(f"test accuracy {100 * result['test_accuracy']:.1f} %")
    assert report == f"report: {os.path.join('runs', 'tenshapes-8-1', 'report.html')}"
    assert "\r" not in out
    assert "\x1b" not in out


def test_pictures_of_ones_own(capsys, tmp_path):
    put_pictures(tmp_path / "mine")
    code, out, err = run(
        *TINY, "--data", "mine", "--size", "4", "--resize", "stretch", capsys=capsys
    )
    assert code == 0
    assert "2 classes: dark, light" in out
    assert "each 4x4x3" in out
    assert "4 pictures set aside as test" in err
    assert load_run("runs/folder-8-1").settings.data_dir == str(tmp_path / "mine")


def test_a_folder_and_a_folder(capsys, tmp_path):
    code, _, err = run("train", "--data", "a/b", "--data-dir", "c", capsys=capsys)
    assert (code, "two folders" in err) == (2, True)


def test_quiet_prints_the_result_only(capsys):
    code, out, _ = run(*TINY, "--quiet", capsys=capsys)
    assert code == 0
    assert [line.split()[0] for line in out.splitlines()] == ["test", "report:"]


def test_json_lines(capsys):
    words = ("--json", "--optimizer", "adam", "--momentum", "0.5", "--hidden", "none")
    code, out, err = run(*TINY, *words, capsys=capsys)
    assert code == 0
    assert err == "note: momentum has no effect: Adam has its own\n"
    start, *epochs, end = map(json.loads, out.splitlines())
    assert start["event"] == "start"
    assert start["net"] == "linear classifier (1 layer): 3072-10, 30,730 parameters"
    assert start["settings"]["hidden"] == []
    assert len(start["class_names"]) == 10
    assert [(row["event"], row["epoch"]) for row in epochs] == [
        ("epoch", 1),
        ("epoch", 2),
    ]
    assert end["test_accuracy"] == load_run(end["folder"]).result["test_accuracy"]


def test_a_loss_that_is_lost(capsys):
    code, out, err = run(*TINY, "--lr", "1e9", capsys=capsys)
    assert code == 1
    assert "the loss became" in err
    assert "learning rate ten times smaller" in err
    assert out.splitlines()[-1].startswith("report: ")
    code, out, err = run(*TINY, "--lr", "1e9", "--json", capsys=capsys)
    end = json.loads(out.splitlines()[-1])
    assert (code, end["test_accuracy"], end["stopped_by"]) == (1, None, "divergence")


def test_a_warning_is_a_line(capsys, monkeypatch):
    def warn(options):
        warnings.warn("nothing to worry about", RuntimeWarning, stacklevel=1)
        return 0

    monkeypatch.setitem(
        _main._COMMANDS,
        "train",
        lambda commands, name: commands.add_parser(name).set_defaults(run=warn),
    )
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        assert run("train", capsys=capsys)[1:] == (
            "",
            "hubel: nothing to worry about\n",
        )


def test_ctrl_c_before_training(capsys, monkeypatch):
    def press(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr("hubel.cli._train.train", press)
    assert run("train", capsys=capsys) == (130, "", "hubel: stopped by Ctrl-C\n")


def start(*words, **more):
    """Start the program as users do."""
    command = [sys.executable, "-m", "hubel", *words]
    return subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **more
    )


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGINT to send")
def test_ctrl_c_leaves_a_usable_run():
    words = ("--images", "300", "--hidden", "8", "--epochs", "100000", "--json")
    with start("train", *words) as process:
        while '"epoch": 3' not in process.stdout.readline():
            assert process.poll() is None
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (130, "")
    end = json.loads(out.splitlines()[-1])
    assert end["note"].startswith("Stopped by Ctrl-C after epoch ")
    run = load_run(end["folder"])
    assert run.result["stopped_by"] == "Ctrl-C"
    assert all(np.isfinite(a).all() for a in run.net.parameters().values())
    assert end["note"] in (run.path / "report.html").read_text(encoding="utf-8")


@pytest.mark.skipif(os.name == "nt", reason="Windows closes pipes in its own way")
def test_a_reader_that_goes_away_ends_the_run():
    words = ("--images", "300", "--hidden", "8", "--epochs", "100000", "--json")
    with start("train", *words) as process:
        folder = json.loads(process.stdout.readline())["folder"]
        process.stdout.close()
        assert process.wait(timeout=60) == 141
        assert process.stderr.read() == ""
    assert load_run(folder).result["stopped_by"] == "request"


def test_a_terminal_without_the_letters_of_a_name():
    words = ("--images", "20", "--epochs", "1", "--hidden", "none", "--out", "für")
    ascii_only = os.environ | {"PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}
    with start("train", *words, env=ascii_only) as process:
        out, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (0, "")
    assert r"run folder: f\xfcr" in out
    assert load_run("für").settings.images == 20
