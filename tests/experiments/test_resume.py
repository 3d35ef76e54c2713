"""A run that was interrupted comes to the same bits as one that never was."""

from __future__ import annotations

import errno
import json
import os
import re
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from hubel import nn
from hubel.compiler.llvm.available import available
from hubel.errors import OptionError, RunError, TrainingError
from hubel.experiments import (
    Started,
    Terminated,
    TrainSettings,
    _atomic,
    load_run,
    train,
)
from hubel.experiments._task import prepare
from hubel.experiments._train import train_in
from hubel.nn import Epoch, Slice

SCRIPT = Path(__file__).parents[2] / "scripts" / "kill_test.py"
SETTINGS = TrainSettings(
    images=60, hidden=(4,), epochs=3, batch_size=10, lr=0.01, threads=1
)
STEPS = 6
TIMES = ("seconds", "images_per_second")


@pytest.fixture
def step_by_step(monkeypatch):
    """Let every slice be one step, so that a run can be stopped anywhere."""
    config = TrainSettings.config
    monkeypatch.setattr(
        TrainSettings, "config", lambda self: replace(config(self), slice_seconds=0)
    )


def stop_after(steps: int):
    """Return a watcher that wants to stop after so many steps of its process."""
    seen = []

    def watch(event) -> bool:
        seen.extend([event] if isinstance(event, Slice) else [])
        return len(seen) >= steps

    return watch


def what(folder: Path) -> tuple:
    """Return all that a run came to, but how long it took."""
    run = load_run(folder)
    rows = [{k: v for k, v in row.items() if k not in TIMES} for row in run.history]
    names = ("parameters.safetensors", "best.safetensors")
    files = [(folder / n).read_bytes() if (folder / n).exists() else b"" for n in names]
    return (*files, rows, run.result)


def raises(error: int):
    def fail(*_):
        raise OSError(error, os.strerror(error))

    return fail


# The same bits ------------------------------------------------------------------------


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"hidden": (), "optimizer": "nesterov", "validation": 0},
        {"optimizer": "adam", "dropout": 0.5, "batch_size": 16},
        {"momentum": 0.0, "hidden": (3, 3), "activation": "maxout", "loss": "svm"},
        {"augment": "flip,shift,color"},
    ],
    ids=["sgd", "linear", "adam", "svm", "augmented"],
)
def test_stopped_anywhere_any_number_of_times(step_by_step, tmp_path, changes):
    settings = replace(SETTINGS, **changes)
    whole = what(train(settings, out=tmp_path / "whole").folder)
    for stop in (1, 4, 6):
        folder = tmp_path / f"after{stop}"
        result = train(settings, out=folder, watch=stop_after(stop))
        stops = 0
        while result.stopped_by:
            stops += 1
            assert list((folder / "checkpoints").iterdir())
            result = train(resume=folder, watch=stop_after(stop), checkpoint_seconds=0)
        assert stops >= 1
        assert what(folder) == whole
        assert not (folder / "checkpoints").exists()
        assert [e.epoch for e in result.history] == [1, 2, 3]


def test_how_long_a_slice_is_changes_nothing(tmp_path, monkeypatch):
    whole = what(train(SETTINGS, out=tmp_path / "whole").folder)
    train(SETTINGS, out=tmp_path / "run", watch=lambda e: isinstance(e, Epoch))
    config = TrainSettings.config
    monkeypatch.setattr(
        TrainSettings, "config", lambda self: replace(config(self), slice_seconds=0)
    )
    train(resume=tmp_path / "run")
    assert what(tmp_path / "run") == whole


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGKILL")
@pytest.mark.parametrize("kills", ["20", pytest.param("500", marks=pytest.mark.slow)])
def test_kills_at_random_moments(kills):
    command = [sys.executable, str(SCRIPT), kills]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{kills} kills" in done.stdout
    assert ": 0 torn files or differences" in done.stdout


def test_the_events_and_the_report_tell_the_whole_run(step_by_step, tmp_path):
    first = train(SETTINGS, out=tmp_path / "run", watch=stop_after(STEPS + 2))
    assert (len(first.history), first.stopped_by) == (1, "request")
    events = []
    result = train(resume=tmp_path / "run", watch=events.append)
    started = events[0]
    assert isinstance(started, Started)
    assert (started.epoch, started.step) == (2, 2)
    assert events[1].step == 3
    assert result.history[0] == first.history[0]
    assert [row["epoch"] for row in load_run(result.folder).history] == [1, 2, 3]
    # Time goes on from where it stood.
    times = [epoch.seconds for epoch in result.history]
    assert times == sorted(times)
    page = result.report.read_text(encoding="utf-8")
    assert "Stopped" not in page
    train(SETTINGS, out=tmp_path / "whole")
    whole = (tmp_path / "whole" / "report.html").read_text(encoding="utf-8")
    assert page.count("<path") == whole.count("<path")


def test_the_best_net_is_kept(step_by_step, tmp_path):
    settings = replace(SETTINGS, images=300, epochs=6, lr=0.03)
    result = train(settings, out=tmp_path / "run", checkpoint_seconds=0)
    accuracies = [epoch.validation_accuracy for epoch in result.history]
    best = load_run(result.folder, best=True)
    part = prepare(settings.completed()).validation
    assert nn.accuracy(best.net, part.images, part.labels) == max(accuracies)


def test_the_example_of_the_page_runs(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    page = SCRIPT.parents[1] / "docs" / "runs.md"
    _, code, _ = re.split(r"```(?:python)?\n", page.read_text(encoding="utf-8"))
    exec(compile(code, str(page), "exec"), {})
    assert load_run("runs/stopped").result["stopped_by"] == ""


# Where it begins ----------------------------------------------------------------------


def test_a_run_without_a_checkpoint_begins_anew(tmp_path):
    whole = train(SETTINGS, out=tmp_path / "run")
    before = what(whole.folder)
    for name in ("result.json", "parameters.safetensors", "best.safetensors"):
        (whole.folder / name).unlink()
    train(resume=whole.folder)
    assert what(whole.folder) == before


def test_what_a_killed_process_wrote_later_is_written_again(step_by_step, tmp_path):
    folder = tmp_path / "run"
    train(SETTINGS, out=folder, watch=stop_after(STEPS + 1))
    with (folder / "metrics.jsonl").open("a") as file:
        file.write('{"epoch": 2}\n{"epo')
    orphans = [folder / ".a.json.1.tmp", folder / "checkpoints" / ".step-1.77.tmp"]
    for path in orphans:
        path.write_text("half")
    train(resume=folder)
    assert not any(path.exists() for path in orphans)
    train(SETTINGS, out=tmp_path / "whole")
    assert what(folder) == what(tmp_path / "whole")


def test_a_process_that_died_at_once_leaves_a_free_folder(tmp_path):
    (tmp_path / ".config.json.1.tmp").write_text("half")
    assert train(SETTINGS, out=tmp_path).history
    assert not (tmp_path / ".config.json.1.tmp").exists()


def test_a_damaged_checkpoint_costs_time_only(step_by_step, tmp_path):
    folder = tmp_path / "run"
    train(SETTINGS, out=folder, watch=stop_after(5), checkpoint_seconds=0)
    last, before = sorted((folder / "checkpoints").iterdir(), reverse=True)
    last.write_bytes(last.read_bytes()[:-9])
    with pytest.warns(RuntimeWarning, match=f"{last.name}.*{before.name}"):
        train(resume=folder)
    train(SETTINGS, out=tmp_path / "whole")
    assert what(folder) == what(tmp_path / "whole")


def test_a_finished_run_is_read_back(small_run):
    events = []
    before = {path: path.stat().st_mtime_ns for path in small_run.folder.iterdir()}
    again = train(resume=small_run.folder, watch=events.append)
    assert not events
    assert again.note == "This run had finished already."
    for name in ("test_accuracy", "test_loss", "test_images", "history", "report"):
        assert getattr(again, name) == getattr(small_run, name)
    assert before == {path: path.stat().st_mtime_ns for path in before}


# What cannot go on --------------------------------------------------------------------


@pytest.fixture
def stopped(step_by_step, tmp_path) -> Path:
    """Return the folder of a run that was stopped."""
    return train(SETTINGS, out=tmp_path / "run", watch=stop_after(2)).folder


def edit(path: Path, **changes) -> None:
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


def test_settings_come_from_the_run(stopped):
    for given in ({"settings": SETTINGS}, {"out": "x"}):
        with pytest.raises(OptionError, match="has its settings and its folder"):
            train(resume=stopped, **given)
    with pytest.raises(OptionError, match="checkpoint_seconds is -1"):
        train(resume=stopped, checkpoint_seconds=-1)


def test_what_is_no_run(tmp_path):
    with pytest.raises(RunError, match="is not a run"):
        train(resume=tmp_path)


def test_a_loss_that_was_lost_stays_lost(tmp_path):
    with pytest.raises(TrainingError):
        train(replace(SETTINGS, lr=1e9), out=tmp_path / "run")
    with pytest.raises(RunError, match="has lost its loss"):
        train(resume=tmp_path / "run")


def test_other_images(stopped):
    def darker(settings, progress):
        task = prepare(settings, progress)
        return replace(task, test=replace(task.test, images=task.test.images // 2))

    with pytest.raises(RunError, match="images of tenshapes are not those"):
        train_in(stopped, SETTINGS, prepare=darker, watch=lambda _: False)


def test_other_settings(stopped):
    config = json.loads((stopped / "config.json").read_text())
    edit(stopped / "config.json", settings=config["settings"] | {"lr": 0.5})
    with pytest.raises(RunError, match=r"other settings than config\.json"):
        train(resume=stopped)


@pytest.mark.skipif(not available(), reason="needs native code")
def test_another_backend(stopped, monkeypatch):
    monkeypatch.setenv("HUBEL_BACKEND", "numpy")
    with pytest.raises(RunError, match=r"'llvm', .*\n.*Take HUBEL_BACKEND=numpy away"):
        train(resume=stopped)
    folder = stopped.parent / "numpy"
    train(SETTINGS, out=folder, watch=stop_after(2))
    monkeypatch.delenv("HUBEL_BACKEND")
    with pytest.raises(RunError, match="Set the environment variable HUBEL_BACKEND=n"):
        train(resume=folder)
    monkeypatch.setenv("HUBEL_BACKEND", "numpy")
    train(resume=folder)
    train(SETTINGS, out=stopped.parent / "whole")
    assert what(folder) == what(stopped.parent / "whole")


@pytest.mark.skipif(not available(), reason="needs native code")
def test_products_are_done_by_the_same_code(step_by_step, tmp_path, monkeypatch):
    from hubel.compiler.llvm import target
    from hubel.compiler.llvm.gemm import choice
    from hubel.compiler.llvm.gemm.machine import find_machine

    if find_machine(target.host()) is None:
        pytest.skip("no products of our own for this processor")
    monkeypatch.setenv("HUBEL_CACHE", "off")
    monkeypatch.delenv("HUBEL_GEMM", raising=False)
    settings = replace(SETTINGS, hidden=(100,), epochs=2)
    for is_faster, words in ((True, {"own"}), (False, {"blas"})):
        monkeypatch.setattr(choice, "_is_faster", lambda *_, found=is_faster: found)
        monkeypatch.setattr(choice, "_chosen", {})
        whole, folder = (tmp_path / f"{each}-{is_faster}" for each in ("a", "b"))
        train(settings, out=whole)
        train(settings, out=folder, watch=stop_after(2))
        products = json.loads((folder / "config.json").read_text())["products"]
        assert set(products.values()) == words
        monkeypatch.setattr(choice, "_is_faster", lambda *_, found=is_faster: not found)
        monkeypatch.setattr(choice, "_chosen", {})
        train(resume=folder)
        assert what(folder) == what(whole)
    stopped = tmp_path / "stopped"
    train(settings, out=stopped, watch=stop_after(2))
    monkeypatch.setattr(choice, "is_right", lambda _: False)
    with pytest.warns(RuntimeWarning, match="products are done by other code here"):
        train(resume=stopped)


def test_other_versions_are_a_warning(step_by_step, tmp_path, monkeypatch):
    from hubel.experiments import _origin

    now = _origin.versions()
    monkeypatch.setattr(_origin, "versions", lambda: now | {"numpy": "1.0"})
    folder = train(SETTINGS, out=tmp_path / "run", watch=stop_after(2)).folder
    monkeypatch.setattr(_origin, "versions", lambda: now)
    with pytest.warns(RuntimeWarning, match=f"numpy 1.0 then and {np.__version__} now"):
        train(resume=folder)


def test_a_run_that_is_still_going(step_by_step, tmp_path):
    pytest.importorskip("fcntl", reason="Windows has no such locks")
    said = []

    def watch(event):
        if isinstance(event, Epoch):
            with pytest.raises(RunError, match="another process is training") as error:
                train(resume=tmp_path / "run")
            said.append(error)

    train(SETTINGS, out=tmp_path / "run", watch=watch)
    assert len(said) == 3


# A full disk --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("call", "code"), [("fsync", errno.ENOSPC), ("replace", errno.EIO)]
)
def test_every_write_may_fail(step_by_step, tmp_path, monkeypatch, call, code):
    """Whichever of a run's writes is the first to fail, it goes on afterwards."""
    settings = replace(SETTINGS, epochs=1)
    whole = what(train(settings, out=tmp_path / "whole").folder)
    real, counted = getattr(os, call), [0]

    def count(*given):
        counted[0] += 1
        return real(*given)

    with monkeypatch.context() as patch:
        patch.setattr(_atomic.os, call, count)
        train(settings, out=tmp_path / "counted", checkpoint_seconds=0)
    for last in range(0, counted[0], 3):
        folder, left = tmp_path / f"run{last}", [last]

        def fail(*given, left=left):
            left[0] -= 1
            return real(*given) if left[0] >= 0 else raises(code)()

        with monkeypatch.context() as patch:
            patch.setattr(_atomic.os, call, fail)
            with pytest.raises(RunError, match="cannot be written") as error:
                train(settings, out=folder, checkpoint_seconds=0)
        if (folder / "config.json").exists():
            if last > 1:
                assert f"hubel train --resume {folder}" in str(error.value)
            train(resume=folder)
            assert what(folder) == whole


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such limit")
def test_files_that_may_not_grow(tmp_path):
    import resource

    def limit():
        resource.setrlimit(resource.RLIMIT_FSIZE, (70_000, 70_000))

    words = "--images 60 --hidden 4 --epochs 3 --lr 0.01 --threads 1 --batch-size 10"
    command = [sys.executable, "-m", "hubel", "train", *words.split()]
    folder = tmp_path / "run"
    command += ["--out", str(folder), "--checkpoint-every", "0"]
    done = subprocess.run(
        command, preexec_fn=limit, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    first, second = done.stderr.splitlines()
    assert "cannot be written: File too large" in first
    assert second.endswith(f"hubel train --resume {folder}")
    assert not [path for path in folder.rglob(".*")]
    train(resume=folder)
    train(SETTINGS, out=tmp_path / "whole")
    assert what(folder) == what(tmp_path / "whole")


# Signals ------------------------------------------------------------------------------


def press(number, at=2):
    """Return a watcher that sends a signal to its own process."""
    seen = []

    def watch(event):
        seen.extend([event] if isinstance(event, Slice) else [])
        if isinstance(event, Slice) and len(seen) == at:
            signal.raise_signal(number)

    return watch


@pytest.mark.parametrize("at", [2, STEPS, 3 * STEPS])
def test_sigterm_writes_a_checkpoint_and_ends(step_by_step, tmp_path, at):
    folder, before = tmp_path / "run", signal.getsignal(signal.SIGTERM)
    with pytest.raises(Terminated) as end:
        train(SETTINGS, out=folder, watch=press(signal.SIGTERM, at))
    assert (end.value.code, end.value.folder) == (143, folder)
    assert signal.getsignal(signal.SIGTERM) is before
    assert not (folder / "result.json").exists()
    assert [p.name for p in (folder / "checkpoints").iterdir()] == [
        f"step-{at:012}.safetensors"
    ]
    train(resume=folder)
    train(SETTINGS, out=tmp_path / "whole")
    assert what(folder) == what(tmp_path / "whole")


def test_a_program_that_handles_sigterm_itself(step_by_step, tmp_path):
    got = []
    before = signal.signal(signal.SIGTERM, lambda *_: got.append(1))
    try:
        result = train(SETTINGS, out=tmp_path / "run", watch=press(signal.SIGTERM))
    finally:
        signal.signal(signal.SIGTERM, before)
    assert (got, result.stopped_by) == ([1], "")


def test_ctrl_c_and_on(step_by_step, tmp_path):
    folder = tmp_path / "run"
    result = train(SETTINGS, out=folder, watch=press(signal.SIGINT))
    assert (
        result.note == "Stopped by Ctrl-C after epoch 0 of 3 and 2 of 6 steps of "
        "the next."
    )
    train(resume=folder)
    train(SETTINGS, out=tmp_path / "whole")
    assert what(folder) == what(tmp_path / "whole")
