"""The bar on a terminal, drawn into text."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest
from rich.console import Console

from hubel.cli._bar import Bar
from hubel.experiments import Started, TrainResult, TrainSettings, train
from hubel.nn import Slice


@pytest.fixture
def settings() -> TrainSettings:
    """Return settings that take a fraction of a second."""
    return TrainSettings(images=300, hidden=(8,), epochs=2, batch_size=50, lr=0.01)


def show(settings: TrainSettings, out: Path, width: int) -> tuple[str, TrainResult]:
    """Return all that a terminal of a width got to see of a run, without escapes."""
    screen = io.StringIO()
    console = Console(file=screen, force_terminal=True, width=width, color_system=None)
    bar = Bar(console)

    def watch(event):
        if isinstance(event, Started):
            bar.start(event)
        elif isinstance(event, Slice):
            bar.step(event)
        else:
            bar.epoch(event)

    result = train(settings, out=out, watch=watch)
    bar.close()
    bar.end(result)
    return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", screen.getvalue()), result


@pytest.mark.parametrize("width", [80, 200])
def test_the_last_line_of_the_bar_has_every_number(settings, tmp_path, width):
    text, result = show(settings, tmp_path / "run", width)
    lines = [line.rstrip() for line in re.split(r"[\r\n]+", text)]
    last = [line for line in lines if line.startswith("epoch ")][-1]
    epoch = result.history[-1]
    for part in (
        "epoch 2/2",
        "━" * 4,
        f"loss {epoch.train_loss:.3f}",
        f"train {100 * epoch.train_accuracy:.1f} %",
        f"val {100 * epoch.validation_accuracy:.1f} %",
        " img/s",
        " s in all",
    ):
        assert part in last
    assert len(last) <= width
    assert f"test accuracy {100 * result.test_accuracy:.1f} %" in text
    assert f"report: {result.report}" in text


def test_a_run_that_fails_leaves_its_report(tmp_path):
    screen = io.StringIO()
    bar = Bar(Console(file=screen, width=300))
    bar.close()
    bar.fail(tmp_path / "report.html")
    assert screen.getvalue() == f"report: {tmp_path / 'report.html'}\n"
