"""A search finds good settings, can be interrupted, and drops trials harmlessly."""

from __future__ import annotations

import errno
import os
import random
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from hubel.errors import OptionError, RunError, TrainingError
from hubel.experiments import TrainSettings, _atomic, _course, load_run, train
from hubel.experiments.searching import (
    Choice,
    Range,
    SearchSettings,
    SearchStarted,
    Standing,
    _crew,
    _study,
    search,
)

TRAIN = TrainSettings(images=400, hidden=(6,), epochs=4, batch_size=32)
SETTINGS = SearchSettings(
    train=TRAIN,
    space={"lr": Range(1e-3, 0.3), "l2": Range(1e-5, 1e-1)},
    trials=9,
)
FILES = ("best.safetensors", "checkpoints", "metrics.jsonl", "parameters.safetensors")


@pytest.fixture(params=["side by side", "one by one"])
def way(request, monkeypatch):
    """Train small nets side by side, and as large ones are."""
    if request.param == "one by one":
        monkeypatch.setattr(_crew, "LARGEST", 0)
    return request.param


def row_of(row):
    return {name: value for name, value in row.items() if name != "seconds"}


def rows(result):
    return [row_of(row) for row in result.trials]


def bits(result, trials=None):
    """Return the parameters of every trial, or of some, as they are at its end."""
    found = {}
    for row in result.trials:
        if trials is None or row["trial"] in trials:
            folder = result.folder / row["folder"]
            paths = sorted((folder / "checkpoints").glob("*.safetensors"))
            found[row["trial"]] = _parameters(paths[-1]) if paths else None
    return found


def _parameters(path):
    from safetensors.numpy import load

    arrays = load(path.read_bytes())
    return {n: a.tobytes() for n, a in arrays.items() if n != "history"}


def net_bits(folder):
    return [a.tobytes() for a in load_run(folder).net.parameters().values()]


def stop_after(count):
    """Return a watcher that wants to stop when it is told for the nth time."""
    told = []

    def watch(event):
        told.append(event)
        return len(told) > count

    return watch


def test_a_search_finds_what_learns(tmp_path):
    train_settings = replace(TRAIN, images=1500, hidden=(20,), epochs=8)
    settings = replace(SETTINGS, train=train_settings, trials=16)
    events = []
    result = search(settings, out=tmp_path / "s", watch=events.append)
    assert isinstance(events[0], SearchStarted)
    assert all(isinstance(event, Standing) for event in events[1:])
    done = [event.done for event in events[1:]]
    assert done == sorted(done)
    assert done[-1] == pytest.approx(events[-1].total)
    assert [row["trial"] for row in result.trials] == list(range(1, 17))
    finished = [row for row in result.trials if row["status"] == "finished"]
    assert result.best == max(finished, key=lambda row: row["validation_accuracy"])
    assert result.best["validation_accuracy"] > 0.3
    # 8 of each round begin, and 4, 2 and 1 are left after 1, 2 and 4 epochs.
    assert sorted(row["epochs"] for row in result.trials) == sorted(
        2 * [1, 1, 1, 1, 2, 2, 4, 8]
    )
    # The second round is drawn around the best third of the first one.
    spread = [
        np.ptp(np.log([row["lr"] for row in result.trials if row["round"] == number]))
        for number in (1, 2)
    ]
    assert spread[1] < spread[0]


def test_the_winner_alone_is_tested_once(tmp_path, monkeypatch):
    tested = []
    examine = _course.examine

    def count(net, test, **more):
        tested.append(len(test))
        return examine(net, test, **more)

    monkeypatch.setattr(_course, "examine", count)
    result = search(SETTINGS, out=tmp_path / "s")
    assert tested == [80]
    assert result.run.result["test_accuracy"] == result.test_accuracy
    again = search(resume=tmp_path / "s")
    assert tested == [80]
    assert rows(again) == rows(result)
    assert again.best["trial"] == result.best["trial"]
    assert (again.test_accuracy, again.command) == (
        result.test_accuracy,
        result.command,
    )
    losers = [row for row in result.trials if row["trial"] != result.best["trial"]]
    for row in losers:
        assert not (result.folder / row["folder"] / "result.json").exists()


def test_the_command_repeats_the_winner(tmp_path, way):
    from hubel.cli._main import main

    result = search(replace(SETTINGS, drop=0.0, trials=4), out=tmp_path / "s")
    words = result.command.split()[1:]
    assert main([*words, "--out", str(tmp_path / "again"), "--quiet"]) == 0
    again = load_run(tmp_path / "again")
    assert again.settings == result.run.settings
    pairs = zip(
        again.net.parameters().values(),
        result.run.net.parameters().values(),
        strict=True,
    )
    for one, other in pairs:
        if way == "one by one":
            assert one.tobytes() == other.tobytes()
        np.testing.assert_allclose(one, other, rtol=1e-4, atol=1e-5)


def test_who_is_dropped_changes_nobody_else(tmp_path, way):
    settings = replace(SETTINGS, rounds=1, trials=18)
    some = search(settings, out=tmp_path / "some")
    everybody = search(replace(settings, drop=0.0), out=tmp_path / "all")
    survivors = {row["trial"] for row in some.trials if row["status"] == "finished"}
    assert 0 < len(survivors) < 18
    assert all(row["status"] == "finished" for row in everybody.trials)
    alike = [
        {row["trial"]: row_of(row) for row in found.trials if row["trial"] in survivors}
        for found in (some, everybody)
    ]
    assert alike[0] == alike[1]
    # The checkpoints of winners are gone; nobody else's are.
    others = survivors - {some.best["trial"], everybody.best["trial"]}
    assert others
    assert bits(some, others) == bits(everybody, others)


def test_how_many_threads_there_are_changes_nothing(tmp_path, way):
    one = search(replace(SETTINGS, train=replace(TRAIN, threads=1)), out=tmp_path / "1")
    three = search(
        replace(SETTINGS, train=replace(TRAIN, threads=3)), out=tmp_path / "3"
    )
    assert rows(one) == rows(three)
    assert bits(one) == bits(three)


@pytest.mark.parametrize("stop", [0, 2, 5])
def test_stopped_anywhere_it_comes_to_the_same(tmp_path, way, stop, monkeypatch):
    monkeypatch.setattr(_crew, "_SLICE", 0)
    monkeypatch.setattr(_study, "_LOOK", 0.002)
    whole = search(SETTINGS, out=tmp_path / "whole")
    result = search(SETTINGS, out=tmp_path / "s", watch=stop_after(stop))
    stops = 0
    while result.stopped_by:
        assert result.stopped_by == "request"
        assert result.best is None
        stops += 1
        # Further each time, or a search in small steps would never end.
        result = search(resume=tmp_path / "s", watch=stop_after(stop + 4**stops))
    assert stops >= 1
    assert rows(result) == rows(whole)
    assert bits(result) == bits(whole)
    assert row_of(result.best) == row_of(whole.best)
    assert result.test_accuracy == whole.test_accuracy
    assert net_bits(result.run.path) == net_bits(whole.run.path)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGKILL")
def test_killed_at_random_moments(tmp_path):
    settings = replace(SETTINGS, train=replace(TRAIN, images=3000, epochs=8))
    whole = search(settings, out=tmp_path / "whole")
    script = tmp_path / "go.py"
    folder = tmp_path / "s"
    script.write_text(
        "from pathlib import Path\n"
        "from hubel.experiments import TrainSettings\n"
        "from hubel.experiments.searching import Range, SearchSettings, search\n"
        f"folder, settings = Path({str(folder)!r}), {settings!r}\n"
        "if (folder / 'search.json').exists():\n"
        "    search(resume=folder)\n"
        "else:\n"
        "    search(settings, out=folder)\n"
    )
    moments = random.Random(0)
    for _ in range(4):
        running = subprocess.Popen([sys.executable, str(script)])
        time.sleep(moments.uniform(0.3, 2.5))
        running.send_signal(signal.SIGKILL)
        running.wait()
    assert subprocess.run([sys.executable, str(script)], check=False).returncode == 0
    result = search(resume=folder)
    assert rows(result) == rows(whole)
    assert net_bits(result.run.path) == net_bits(whole.run.path)


def test_a_dropped_trial_can_be_trained_to_its_end(tmp_path, monkeypatch):
    monkeypatch.setattr(_crew, "LARGEST", 0)
    result = search(SETTINGS, out=tmp_path / "s")
    row = next(row for row in result.trials if row["status"] == "dropped")
    settings = SETTINGS.of_trial({name: row[name] for name in ("lr", "l2")})
    finished = train(resume=result.folder / row["folder"])
    whole = train(settings, out=tmp_path / "whole")
    assert net_bits(finished.folder) == net_bits(whole.folder)
    assert finished.test_accuracy == whole.test_accuracy


def test_nets_of_several_structures(tmp_path):
    space = {
        "lr": Range(1e-3, 0.1),
        "hidden": Choice(((5,), (8, 4), ())),
        "activation": Choice(("relu", "maxout")),
        "batch_size": Choice((16, 50)),
        "optimizer": Choice(("sgd", "adam", "nesterov")),
        "dropout": Range(0.0, 0.5, log=False),
        "momentum": Range(0.5, 0.95, log=False),
    }
    settings = replace(SETTINGS, space=space, trials=5)
    result = search(settings, out=tmp_path / "s")
    assert len({(tuple(row["hidden"]), row["activation"]) for row in result.trials}) > 1
    assert result.best is not None
    command = result.command
    assert "--hidden" in command or result.best["hidden"] == (6,)
    assert result.run.settings.optimizer == result.best["optimizer"]


def test_trials_that_lose_their_loss(tmp_path, way):
    space = {"lr": Choice((0.01, 1e30)), "l2": Range(1e-5, 1e-1)}
    settings = replace(SETTINGS, space=space, trials=8, rounds=1)
    result = search(settings, out=tmp_path / "s")
    lost = [row for row in result.trials if row["status"] == "diverged"]
    assert lost
    assert all(row["lr"] == 1e30 and row["epochs"] == 0 for row in lost)
    assert result.best["lr"] == 0.01
    # Beside them nothing else changed.
    alone = search(
        replace(settings, space={**space, "lr": Choice((0.01,))}), out=tmp_path / "a"
    )
    kept = {r["trial"]: r["train_loss"] for r in result.trials if r["epochs"] == 4}
    fine = {r["trial"]: r["train_loss"] for r in alone.trials if r["epochs"] == 4}
    shared = set(kept) & set(fine)
    assert shared
    assert all(kept[number] == fine[number] for number in shared)
    assert "diverged" in result.report.read_text(encoding="utf-8")


def test_a_lost_loss_and_a_stop(tmp_path, way, monkeypatch):
    monkeypatch.setattr(_crew, "_SLICE", 0)
    monkeypatch.setattr(_crew, "_SAVE", 0.02)
    monkeypatch.setattr(_study, "_LOOK", 0.002)
    # So many examples that 1e30 is lost in the middle of an epoch.
    settings = replace(
        SETTINGS,
        train=replace(TRAIN, images=1000, batch_size=4),
        space={"lr": Choice((0.01, 1e30))},
        trials=4,
        rounds=1,
    )
    whole = search(settings, out=tmp_path / "whole")
    assert {row["status"] for row in whole.trials} >= {"diverged", "finished"}
    result = search(settings, out=tmp_path / "s", watch=stop_after(3))
    assert result.stopped_by
    result = search(resume=tmp_path / "s")
    assert rows(result) == rows(whole)
    assert net_bits(result.run.path) == net_bits(whole.run.path)


def test_a_loss_that_is_lost_late_changes_nothing_before(tmp_path, monkeypatch):
    """Who was kept beside it, after the first epoch, is kept when it goes on."""
    monkeypatch.setattr(_crew, "_SLICE", 0)
    monkeypatch.setattr(_study, "_LOOK", 0.002)
    settings = replace(SETTINGS, trials=10, rounds=1)
    best = search(settings, out=tmp_path / "sound").best["trial"]
    look = _crew._Shift._look

    def lose(self, lane):
        found, net = look(self, lane)
        late = self._live[lane].number == best and self.lanes.epoch == 2
        return None if late else found, net

    monkeypatch.setattr(_crew._Shift, "_look", lose)
    whole = search(settings, out=tmp_path / "whole")

    def stop(event):
        rows = event.rows if isinstance(event, Standing) else ()
        return any(row["status"] == "diverged" for row in rows)

    stopped = search(settings, out=tmp_path / "s", watch=stop)
    assert stopped.stopped_by
    result = search(resume=tmp_path / "s")
    assert [row["status"] for row in whole.trials].count("diverged") == 1
    assert rows(result) == rows(whole)


def test_when_every_trial_loses_its_loss(tmp_path):
    settings = replace(SETTINGS, space={"lr": Choice((1e30,))}, trials=2)
    with pytest.raises(TrainingError, match="every trial lost its loss"):
        search(settings, out=tmp_path / "s")
    assert (tmp_path / "s" / "report.html").exists()


def test_what_is_refused(tmp_path):
    with pytest.raises(OptionError, match="no validation images"):
        search(replace(SETTINGS, train=replace(TRAIN, validation=0)))
    with pytest.raises(OptionError, match="10,000 trials"):
        replace(SETTINGS, trials=1, rounds=2)
    with pytest.raises(OptionError, match="drop is 1"):
        replace(SETTINGS, drop=1.0)
    with pytest.raises(OptionError, match="nothing to try"):
        replace(SETTINGS, space={})
    with pytest.raises(OptionError, match="tried of seed"):
        replace(SETTINGS, space={"seed": Choice((1, 2))})
    with pytest.raises(OptionError, match="its settings and its folder"):
        search(SETTINGS, resume=tmp_path)
    with pytest.raises(RunError, match=r"no search\.json"):
        search(resume=tmp_path)
    search(replace(SETTINGS, trials=2, rounds=1), out=tmp_path / "s")
    with pytest.raises(RunError, match="something already"):
        search(SETTINGS, out=tmp_path / "s")


def test_a_full_disk_says_how_to_go_on(tmp_path, monkeypatch):
    whole = search(SETTINGS, out=tmp_path / "whole")
    with monkeypatch.context() as full:
        written = []

        def fail(*_):
            written.append(1)
            if len(written) > 30:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

        full.setattr(_atomic.os, "fsync", fail)
        with pytest.raises(RunError, match="hubel search --resume"):
            search(SETTINGS, out=tmp_path / "s")
    assert rows(search(resume=tmp_path / "s")) == rows(whole)


def test_other_images_are_not_gone_on_with(tmp_path):
    search(SETTINGS, out=tmp_path / "s", watch=lambda event: True)
    path = tmp_path / "s" / "search.json"
    path.write_text(path.read_text().replace('"images": 400', '"images": 500'))
    with pytest.raises(RunError, match="images of tenshapes are not those"):
        search(resume=tmp_path / "s")


def test_the_report(tmp_path):
    result = search(SETTINGS, out=tmp_path / "s")
    page = result.report.read_text(encoding="utf-8")
    assert f"best: trial {result.best['trial']}" in page
    assert result.command in page
    assert page.count("<td") > 9 * 8
    lines = (Path(result.folder) / "trials.jsonl").read_text().splitlines()
    assert len(lines) == 9
