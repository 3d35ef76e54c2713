"""`hubel play`: what it asks for, and what it refuses."""

from __future__ import annotations

import pytest

import hubel
from hubel import experiments
from hubel.cli._main import main
from hubel.errors import OptionError
from hubel.experiments import TrainSettings

pytest.importorskip("starlette", reason="the extra play is not installed")
pytest.importorskip("uvicorn", reason="the extra play is not installed")


@pytest.fixture
def served(monkeypatch):
    """What would have been served, and where."""
    found = []
    monkeypatch.setattr(
        "hubel.playground._server.run_server",
        lambda desk, listening, hosts: (listening.close(), found.append((desk, hosts))),
    )
    return found


def test_it_prints_an_address_with_a_key(served, capsys):
    assert main(["play", "--no-browser"]) == 0
    ((desk, hosts),) = served
    out = capsys.readouterr().out
    assert f"/#t={desk.token}" in out
    assert "room=" not in out
    assert any(host in out for host in hosts)
    assert list(desk.rooms) == ["points", "cells", "images"]
    assert desk.rooms["images"]().welcome()["model"] is None


def test_with_a_run_it_begins_with_images(served, capsys, tmp_path):
    settings = TrainSettings(images=100, hidden=(4,), epochs=1)
    experiments.train(settings, out=tmp_path / "run")
    assert main(["play", str(tmp_path / "run"), "--no-browser"]) == 0
    assert "&room=images" in capsys.readouterr().out
    assert served[0][0].rooms["images"]().welcome()["model"].startswith("2-layer net")
    assert main(["play", str(tmp_path / "run"), "--no-browser", "--room", "cells"]) == 0
    assert "&room=cells" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["nowhere"], "is not a run"),
        (["--port", "70000"], "not a port"),
        (["--room", "attic"], "attic"),
        (["--host", "0.0.0.0"], "other machines"),
        (["--host", "0.0.0.0", "--allow-remote"], "every address"),
    ],
)
def test_what_it_refuses(served, capsys, words, told):
    try:
        code = main(["play", "--no-browser", *words])
    except SystemExit as stopped:  # words that are no words of the command
        code = stopped.code
    assert code != 0
    assert told in capsys.readouterr().err
    assert not served


def test_there_is_no_other_room():
    with pytest.raises(OptionError, match="attic"):
        hubel.play(room="attic", browser=False)
