"""Training in a notebook, in the machinery of IPython that a notebook has."""

from __future__ import annotations

import re
import sys
from itertools import islice
from xml.dom.minidom import parseString

import numpy as np
import pytest

from hubel.nn import TrainConfig, Training, _live, fit, mlp
from hubel.streams import stream

pytest.importorskip("IPython", reason="needs IPython")

from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import RichOutput, capture_output

X = stream(0, "live").standard_normal((60, 6)).astype(np.float32)
Y = (X[:, 0] > 0).astype(np.int64)
SETTINGS = {"epochs": 3, "batch_size": 20, "lr": 0.1, "slice_seconds": 0}


@pytest.fixture
def notebook(monkeypatch):
    """Return IPython's shell as a kernel has it: it knows its kernel."""
    shell = InteractiveShell.instance()
    monkeypatch.setattr(shell, "kernel", object(), raising=False)
    monkeypatch.setattr(_live, "_SECONDS", 0.0)
    yield shell
    InteractiveShell.clear_instance()


def shown(**given) -> list[RichOutput]:
    with capture_output() as cell:
        fit(mlp(6, 4, 2), X, Y, **{**SETTINGS, **given})
    assert cell.stdout == cell.stderr == ""
    return cell.outputs


def text(output) -> str:
    return output.data["text/plain"]


def test_one_line_moves_and_leaves_curves(notebook):
    outputs = shown(validation=(X, Y))
    assert len({each.transient["display_id"] for each in outputs}) == 1
    assert [each.update for each in outputs] == [False] + [True] * 10
    lines = [text(each) for each in outputs[1:-1]]
    epochs = [line.split()[1] for line in lines]
    assert epochs == ["1/3"] * 3 + ["2/3"] * 3 + ["3/3"] * 3
    for line in lines:
        assert re.search(
            r"loss \d\.\d{4}  train \d+\.\d %.* images/s  \d+ s left", line
        )
    assert "validation" not in lines[0]
    assert "validation" in lines[3]
    bars = [each.data["text/html"] for each in outputs[1:-1]]
    places = [int(re.search(r'max="9" value="(\d)"', bar)[1]) for bar in bars]
    assert places == list(range(1, 10))
    last = outputs[-1].data
    assert re.fullmatch(
        r"epoch 3/3  loss \d\.\d{4}  train .* %  validation .* %  .* images/s  .* s",
        last["text/plain"],
    )
    parseString(f"<a>{last['text/html']}</a>")
    assert last["text/html"].count("<svg") == 2
    assert "progress" not in last["text/html"]


def test_the_line_moves_now_and_then_only(notebook, monkeypatch):
    monkeypatch.setattr(_live, "_SECONDS", 1e9)
    outputs = shown(epochs=9)
    assert len(outputs) == 3  # opened, the first slice, the end


def test_targets_that_are_no_classes_have_one_picture(notebook):
    with capture_output() as cell:
        fit(mlp(6, 1), X, X[:, :1], loss="squared", **SETTINGS)
    assert cell.outputs[-1].data["text/html"].count("<svg") == 1
    assert all("train " not in text(each) for each in cell.outputs)


def test_an_end_before_the_first_epoch(notebook):
    outputs = shown(callbacks=[lambda _: True])
    assert text(outputs[-1]) == "training ended before the first epoch did"


def test_going_on_begins_where_it_stood(notebook):
    training = Training(mlp(6, 2), X, Y, TrainConfig(**SETTINGS))
    assert len(list(islice(training.slices(), 4))) == 4
    assert training.steps_done == 4
    with capture_output() as cell:
        _live.Live(training)
    assert 'value="4"' in cell.outputs[0].data["text/html"]


def test_it_may_be_left_out(notebook):
    assert shown(live=False) == []


def test_nothing_is_shown_elsewhere(monkeypatch, capsys):
    shell = InteractiveShell.instance()
    try:
        assert not hasattr(shell, "kernel")
        assert shown() == []
    finally:
        InteractiveShell.clear_instance()
    assert shown() == []  # IPython is imported, and nobody uses it
    monkeypatch.delitem(sys.modules, "IPython")
    fit(mlp(6, 2), X, Y, **SETTINGS)
    assert capsys.readouterr() == ("", "")
