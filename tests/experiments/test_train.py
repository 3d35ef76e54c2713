"""One training run: what it tells, what it leaves behind, how it ends early."""

from __future__ import annotations

import json
import os
import signal
import threading
from dataclasses import asdict, replace
from itertools import pairwise

import numpy as np
import pytest

from hubel import nn
from hubel.compiler.llvm.available import available
from hubel.data import tenshapes
from hubel.errors import OptionError, RunError, TrainingError
from hubel.experiments import Started, TrainSettings, load_run, read_data, train
from hubel.experiments._task import prepare
from hubel.nn import Epoch, Slice
from hubel.view import png_bytes


def lines(path) -> list[dict]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_the_folder_tells_everything(small_run, small_settings):
    folder = small_run.folder
    assert sorted(os.listdir(folder)) == [
        "best.safetensors",
        "config.json",
        "metrics.jsonl",
        "parameters.safetensors",
        "report.html",
        "result.json",
    ]
    config = json.loads((folder / "config.json").read_text())
    assert config["description"] == (
        "2-layer net, 1 hidden layer: 3072-8-10, 24,674 parameters"
    )
    counts = {"train": 270, "validation": 30, "test": 60}
    assert counts.items() < config["images"].items()
    assert config["settings"]["lr"] == small_settings.lr
    assert config["versions"]["numpy"] == np.__version__
    assert config["backend"] == ("llvm" if available() else "numpy")
    assert small_settings.completed().config().deterministic
    assert lines(folder / "metrics.jsonl") == [asdict(e) for e in small_run.history]
    result = json.loads((folder / "result.json").read_text())
    assert result["test_accuracy"] == small_run.test_accuracy
    assert result["stopped_by"] == result["note"] == ""


def test_the_report_shows_the_results(small_run):
    page = small_run.report.read_text(encoding="utf-8")
    for part in (
        f"{100 * small_run.test_accuracy:.1f} %",
        "What happened during training",
        "Which classes it confuses",
        "What the first layer looks for",
        "Its worst mistakes",
        "checkers",
        "3072-8-10",
    ):
        assert part in page
    assert "Stopped" not in page


def test_a_saved_run_predicts_the_same_bits(small_run, small_settings):
    run = load_run(small_run.folder)
    images = read_data("tenshapes", images=300)[1].images
    assert images.dtype == np.uint8
    np.testing.assert_array_equal(
        nn.predict_scores(run.net, images), nn.predict_scores(small_run.net, images)
    )
    assert run.settings == replace(small_settings.completed(), validation=30)
    assert list(run.history) == [asdict(epoch) for epoch in small_run.history]
    assert run.result["test_accuracy"] == small_run.test_accuracy
    assert run.class_names[0] == "circle"


def test_the_test_accuracy_is_that_of_the_net(small_run):
    test = read_data("tenshapes", images=300)[1]
    accuracy = nn.accuracy(small_run.net, test.images, test.labels)
    assert small_run.test_accuracy == accuracy


def test_pixels_are_measured_on_the_training_part_alone(small_settings):
    task = prepare(small_settings.completed())
    np.testing.assert_allclose(
        task.net[0].mean, task.train.images.mean(axis=0), rtol=1e-6
    )
    again = prepare(replace(small_settings, seed=1).completed())
    assert (again.train.images != task.train.images).any()
    np.testing.assert_array_equal(again.test.images, task.test.images)


@pytest.mark.parametrize(
    ("given", "sizes"), [(None, (270, 30)), (0, (300, 0)), (100, (200, 100))]
)
def test_the_validation_part_is_as_large_as_told(small_settings, given, sizes):
    task = prepare(replace(small_settings, validation=given).completed())
    assert (len(task.train), len(task.validation)) == sizes


def test_nothing_left_to_train_on(small_settings):
    with pytest.raises(OptionError, match="300 of 300 images for validation"):
        prepare(replace(small_settings, validation=300).completed())


def test_the_same_settings_give_the_same_bits(small_run, small_settings, tmp_path):
    again = train(small_settings, out=tmp_path / "again")
    name = "parameters.safetensors"
    assert (again.folder / name).read_bytes() == (small_run.folder / name).read_bytes()
    other = train(replace(small_settings, seed=1), out=tmp_path / "other")
    first = next(iter(other.net.parameters()))
    assert (other.net.parameters()[first] != small_run.net.parameters()[first]).any()


def test_events_come_in_order(small_settings, tmp_path):
    events = []
    train(small_settings, out=tmp_path / "run", watch=events.append)
    started = events[0]
    assert isinstance(started, Started)
    assert (started.folder, started.steps_per_epoch) == (tmp_path / "run", 6)
    assert started.net.startswith("2-layer net")
    assert all(isinstance(event, Slice | Epoch) for event in events[1:])
    epochs = [event for event in events if isinstance(event, Epoch)]
    assert [epoch.epoch for epoch in epochs] == [1, 2]
    for before, event in pairwise(events):
        if isinstance(event, Epoch):
            assert isinstance(before, Slice)
            assert before.step == started.steps_per_epoch


@pytest.mark.parametrize(
    "changes",
    [
        {"hidden": ()},
        {"loss": "svm", "activation": "maxout", "hidden": (6, 4)},
        {"validation": 0, "dropout": 0.5, "optimizer": "adam"},
    ],
)
def test_every_kind_of_run_leaves_a_report(small_settings, tmp_path, changes):
    settings = replace(small_settings, epochs=1, lr=None, **changes)
    result = train(settings, out=tmp_path / "run")
    page = result.report.read_text(encoding="utf-8")
    assert "What the first layer looks for" in page
    assert load_run(result.folder).settings.hidden == settings.hidden
    known = settings.validation != 0
    assert (result.history[0].validation_accuracy is not None) == known


def test_a_watcher_can_end_the_run(small_settings, tmp_path):
    result = train(
        replace(small_settings, epochs=50),
        out=tmp_path / "run",
        watch=lambda event: isinstance(event, Epoch) and event.epoch == 2,
    )
    assert (result.stopped_by, len(result.history)) == ("request", 2)
    assert result.note == "Stopped by request after epoch 2 of 50."
    assert result.note in result.report.read_text(encoding="utf-8")
    assert load_run(result.folder).result["note"] == result.note


def test_a_wish_in_the_last_step_changes_nothing(small_run, small_settings, tmp_path):
    result = train(
        small_settings,
        out=tmp_path / "run",
        watch=lambda event: isinstance(event, Epoch) and event.epoch == 2,
    )
    assert (result.stopped_by, result.note) == ("", "")
    assert result.test_accuracy == small_run.test_accuracy


def test_ctrl_c_ends_the_run_after_a_whole_step(small_settings, tmp_path):
    before = signal.getsignal(signal.SIGINT)

    def press(event):
        if isinstance(event, Epoch) and event.epoch == 1:
            signal.raise_signal(signal.SIGINT)

    settings = replace(small_settings, epochs=50)
    result = train(settings, out=tmp_path / "run", watch=press)
    assert result.note == "Stopped by Ctrl-C after epoch 1 of 50."
    assert load_run(result.folder).result["stopped_by"] == "Ctrl-C"
    assert signal.getsignal(signal.SIGINT) is before


def test_a_second_ctrl_c_is_as_ever(small_settings, tmp_path):
    def press_twice(event):
        if isinstance(event, Epoch):
            signal.raise_signal(signal.SIGINT)
            signal.raise_signal(signal.SIGINT)

    with pytest.raises(KeyboardInterrupt):
        train(small_settings, out=tmp_path / "run", watch=press_twice)
    run = load_run(tmp_path / "run")
    assert (len(run.history), run.result) == (1, {})


def test_other_threads_train_too(small_settings, tmp_path):
    thread = threading.Thread(
        target=train, args=(small_settings,), kwargs={"out": tmp_path / "run"}
    )
    thread.start()
    thread.join()
    assert load_run(tmp_path / "run").result["stopped_by"] == ""


def test_a_loss_that_is_lost_leaves_what_happened(small_settings, tmp_path):
    with pytest.raises(TrainingError, match=r"loss became (nan|inf) in epoch"):
        train(replace(small_settings, lr=1e9), out=tmp_path / "run")
    page = (tmp_path / "run" / "report.html").read_text(encoding="utf-8")
    assert "Stopped: the loss became" in page
    result = json.loads((tmp_path / "run" / "result.json").read_text())
    assert (result["test_accuracy"], result["stopped_by"]) == (None, "divergence")


def test_a_folder_in_use_is_refused_before_any_work(small_run, small_settings):
    called = []
    with pytest.raises(RunError, match="something already"):
        train(small_settings, out=small_run.folder, watch=called.append)
    assert not called


def test_an_error_in_the_data_leaves_no_folder(small_settings, tmp_path):
    with pytest.raises(OptionError):
        train(replace(small_settings, data_dir="x"), out=tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_a_short_run_on_mnist(mnist_folder, small_settings, tmp_path):
    settings = replace(
        small_settings, data="mnist", data_dir=str(mnist_folder), images=5000
    )
    result = train(replace(settings, hidden=(32,)), out=tmp_path / "run")
    assert result.test_accuracy > 0.8


def test_a_short_run_on_cifar10(cifar10_folder, small_settings, tmp_path):
    settings = replace(
        small_settings, data="cifar10", data_dir=str(cifar10_folder), images=5000
    )
    result = train(replace(settings, hidden=(32,)), out=tmp_path / "run")
    assert result.test_accuracy > 0.25
    page = result.report.read_text(encoding="utf-8")
    assert "where the official set has 10,000" in page


def test_the_report_of_pictures_in_folders(tmp_path):
    drawn, _ = tenshapes(80, 0)
    for number, (image, label) in enumerate(
        zip(drawn.images, drawn.labels, strict=True)
    ):
        place = tmp_path / "my shapes" / drawn.class_names[label]
        place.mkdir(parents=True, exist_ok=True)
        (place / f"{number}.png").write_bytes(png_bytes(image))
    settings = TrainSettings(
        data="folder",
        data_dir=str(tmp_path / "my shapes"),
        hidden=(4,),
        epochs=1,
        lr=0.01,
        augment="flip,shift",
    )
    result = train(settings, out=tmp_path / "run")
    page = result.report.read_text(encoding="utf-8")
    for part in (
        "<h1>Training on my shapes</h1>",
        "true: checkers",
        "10 classes, the worst first",
        "What augmentation made of the images",
        "flip,shift",
        "no folders train and test",
    ):
        assert part in page


@pytest.mark.parametrize("live", [True, False])
def test_a_notebook_shows_a_run(small_settings, tmp_path, monkeypatch, live):
    interactive = pytest.importorskip("IPython.core.interactiveshell")
    from IPython.utils.capture import capture_output

    shell = interactive.InteractiveShell.instance()
    monkeypatch.setattr(shell, "kernel", object(), raising=False)
    try:
        with capture_output() as cell:
            train(small_settings, out=tmp_path / "run", live=live)
    finally:
        interactive.InteractiveShell.clear_instance()
    assert bool(cell.outputs) == live
    if live:
        assert cell.outputs[-1].data["text/plain"].startswith("epoch 2/2  loss ")
        assert cell.outputs[-1].data["text/html"].count("<svg") == 2
