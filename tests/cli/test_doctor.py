"""`hubel doctor` from outside: options in, lines, a page and an exit code out."""

from __future__ import annotations

import json
import sys

import pytest

from hubel import cli

TINY = ("doctor", "--images", "1500", "--hidden", "30")


@pytest.fixture(autouse=True)
def in_an_empty_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("HUBEL_DATA", "HUBEL_THREADS"):
        monkeypatch.delenv(name, raising=False)


def test_a_healthy_net(capsys):
    assert cli.main(TINY) == 0
    out, err = capsys.readouterr()
    lines = out.splitlines()
    assert lines[0].startswith("pass  inputs that are not finite  0")
    assert lines[-1].endswith(" 0 fail")
    assert err == ""


def test_a_fault_ends_with_1_and_leaves_a_page(capsys, tmp_path):
    assert cli.main((*TINY, "--lr", "20", "--report", "page.html", "--json")) == 1
    whole = json.loads(capsys.readouterr().out)
    rate = next(f for f in whole["findings"] if f["name"] == "learning rate")
    assert (rate["verdict"], rate["number"]) == ("fail", 20)
    assert not whole["healthy"]
    assert whole["settings"]["lr"] == 20
    page = (tmp_path / whole["report"]).read_text(encoding="utf-8")
    assert "Too high" in page


def test_a_terminal_is_told_what_is_looked_at(capsys, monkeypatch):
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    assert cli.main(TINY) == 0
    out = capsys.readouterr().out
    assert "initial loss" in out


def test_an_option_that_train_has_and_doctor_has_not(capsys):
    with pytest.raises(SystemExit):
        cli.main((*TINY, "--resume", "x"))
    assert "there is no option --resume" in capsys.readouterr().err
