"""Lines for logs: an epoch's, and within a long one how far it is."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from hubel import cli
from hubel.cli import _lines
from hubel.experiments import TrainSettings, load_run

WORDS = ("train", "--images", "60", "--hidden", "4", "--epochs", "2", "--lr", "0.01")


@pytest.fixture(autouse=True)
def step_by_step(monkeypatch, tmp_path):
    """Let every slice be one step of three an epoch, below a folder of its own."""
    monkeypatch.chdir(tmp_path)
    config = TrainSettings.config
    monkeypatch.setattr(
        TrainSettings,
        "config",
        lambda self: replace(config(self), slice_seconds=0, batch_size=18),
    )


def lines(*words, capsys) -> list[str]:
    assert cli.main((*WORDS, *words, "--out", "run")) == 0
    return [x for x in capsys.readouterr().out.splitlines() if x.startswith("epoch ")]


def test_a_long_epoch_says_how_far_it_is(monkeypatch, capsys):
    monkeypatch.setattr(_lines, "_SECONDS", 0.0)
    said = lines(capsys=capsys)
    places = [
        re.match(r"epoch (\d)/2  (?:step (\d)/3  )?loss", x).groups() for x in said
    ]
    assert places == [
        *[("1", "1"), ("1", "2"), ("1", None)],
        *[("2", "1"), ("2", "2"), ("2", None)],
    ]
    assert re.search(r"loss \d\.\d{4}  train .* images/s  0 s left$", said[1])
    epoch = load_run("run").history[0]
    assert f"loss {epoch['train_loss']:.4f}" in said[2]


def test_a_short_one_does_not(capsys):
    assert [line[:9] for line in lines(capsys=capsys)] == ["epoch 1/2", "epoch 2/2"]


def test_nor_does_a_quiet_run(monkeypatch, capsys):
    monkeypatch.setattr(_lines, "_SECONDS", 0.0)
    assert lines("--quiet", capsys=capsys) == []
