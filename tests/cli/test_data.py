"""`hubel data get` from outside."""

from __future__ import annotations

import json
import sys

import pytest

from hubel import cli
from hubel.cli import _meter
from hubel.data import mnist
from tests.data.test_download import mnist_files
from tests.data.web import publish, serving


@pytest.fixture(autouse=True)
def in_an_empty_folder(tmp_path, monkeypatch):
    """Let the default folder be below a folder of its own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("HUBEL_DATA", raising=False)


@pytest.fixture
def server(monkeypatch):
    """Return a server that has MNIST."""
    monkeypatch.setenv("no_proxy", "*")
    with serving() as running:
        publish(running, monkeypatch, "mnist", mnist_files())
        yield running


def run(*words, capsys):
    """Return the exit code and what was printed."""
    try:
        code = cli.main(("data", *words))
    except SystemExit as end:
        code = end.code
    return code, *capsys.readouterr()


def test_it_says_where_the_set_is_and_what_to_do_next(server, tmp_path, capsys):
    code, out, err = run("get", "mnist", capsys=capsys)
    assert (code, err) == (0, "")
    assert "mnist is in data/mnist\n" in out
    assert "hubel train --data mnist --data-dir data/mnist\n" in out
    assert len(mnist(tmp_path / "data")[0]) == 3


def test_the_folder_may_be_given_or_in_the_environment(
    server, tmp_path, capsys, monkeypatch
):
    for words in (("--to", "given"), ()):
        monkeypatch.setenv("HUBEL_DATA", "named")
        out = run("get", "mnist", "--quiet", *words, capsys=capsys)[1]
        assert out == f"{'given' if words else 'named'}/mnist\n"


def test_progress_is_told_now_and_then(server, capsys, monkeypatch):
    monkeypatch.setattr(_meter, "_SECONDS", 0.0)
    err = run("get", "mnist", capsys=capsys)[2]
    assert len(err.splitlines()) == 4
    assert all("MB/s" in line for line in err.splitlines())
    assert "\r" not in err


def test_a_terminal_shows_one_line_that_moves(capsys, monkeypatch):
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    meter = _meter.Meter(_meter.BYTES, quiet=False)
    meter.move(500_000, 2_000_000)
    meter._begun = meter._last = meter._last - 1
    meter.move(1_000_000, 2_000_000)
    meter.close()
    err = capsys.readouterr().err
    assert "\n" not in err
    assert err.startswith("\r\x1b[K1.0 of 2.0 MB")
    assert err.endswith("\r\x1b[K")


def test_a_server_without_the_file_is_one_message(server, capsys):
    words = ("get", "mnist", "--mirror", f"{server.url}/elsewhere")
    code, out, err = run(*words, capsys=capsys)
    assert (code, out) == (1, "")
    assert "answers 404" in err
    assert "Traceback" not in err


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ((), "required: COMMAND"),
        (("fetch",), "invalid choice: 'fetch'"),
        (("get",), "required: NAME"),
        (("get", "minst"), "did you mean 'mnist'?"),
        (("get", "mnist", "--form", "x"), "no option --form"),
    ],
)
def test_words_that_make_no_sense(words, told, capsys):
    code, out, err = run(*words, capsys=capsys)
    assert (code, out) == (2, "")
    assert told in err


def test_help_teaches(capsys):
    code, out, _ = run("get", "--help", capsys=capsys)
    assert code == 0
    assert "hubel data get mnist" in out
    assert "SHA-256" in out


def test_json_is_one_object(server, capsys, monkeypatch):
    monkeypatch.setattr(_meter, "_SECONDS", 0.0)
    code, out, err = run("get", "mnist", "--json", capsys=capsys)
    assert (code, err) == (0, "")
    assert json.loads(out) == {"name": "mnist", "folder": "data/mnist"}
