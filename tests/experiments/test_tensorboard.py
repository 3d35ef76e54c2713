"""What TensorBoard shows of a run."""

from __future__ import annotations

import importlib
import io
import struct
from dataclasses import replace
from itertools import islice
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from hubel.errors import OptionError, RunError
from hubel.experiments import TrainSettings, train
from hubel.nn import Epoch, TrainConfig, Training, mlp
from hubel.streams import stream

pytest.importorskip("tensorboardX", reason="needs the extra tensorboard")

from tensorboardX.proto.event_pb2 import Event, SessionLog
from tensorboardX.record_writer import masked_crc32c

SETTINGS = TrainSettings(images=120, hidden=(4,), epochs=3, batch_size=40, lr=0.01)
LAYERS = ("layers.2", "layers.4")
PARAMETERS = [f"{layer}.{name}" for layer in LAYERS for name in ("weight", "bias")]


def events(path: Path) -> list[Event]:
    """Return the events of a file, whose checks have to fit."""
    content, found = path.read_bytes(), []
    while content:
        (length,) = struct.unpack("<Q", content[:8])
        head, data, rest = (
            content[:8],
            content[12 : 12 + length],
            content[12 + length :],
        )
        assert struct.unpack("<I", content[8:12])[0] == masked_crc32c(head)
        assert struct.unpack("<I", rest[:4])[0] == masked_crc32c(data)
        found.append(Event.FromString(data))
        content = rest[4:]
    assert found[0].file_version == "brain.Event:2"
    return found


def logs(folder: Path) -> list[Path]:
    return sorted((folder / "tensorboard").iterdir())


def visible(folder: Path) -> dict:
    """Return what TensorBoard would show: by tag and step, what stands there."""
    shown: dict = {}
    for path in logs(folder):
        for event in events(path):
            if event.session_log.status == SessionLog.START:
                shown = {k: v for k, v in shown.items() if k[1] < event.step}
            for value in event.summary.value:
                assert (value.tag, event.step) not in shown
                shown[value.tag, event.step] = value
    return shown


def after(epoch: int):
    return lambda event: isinstance(event, Epoch) and event.epoch == epoch


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """Return a finished run."""
    return train(
        SETTINGS, out=tmp_path_factory.mktemp("run") / "whole", tensorboard=True
    )


def test_every_number_of_an_epoch_is_there(run):
    shown = visible(run.folder)
    for epoch in run.history:
        for tag, value in {
            "loss/train": epoch.train_loss,
            "loss/validation": epoch.validation_loss,
            "loss/penalty": epoch.penalty,
            "accuracy/train": epoch.train_accuracy,
            "accuracy/validation": epoch.validation_accuracy,
            "learning_rate": epoch.learning_rate,
            "images_per_second": epoch.images_per_second,
        }.items():
            found = shown[tag, epoch.epoch].simple_value
            assert found == pytest.approx(value, rel=1e-6)
        for name in PARAMETERS:
            assert 0 < shown[f"update_ratio/{name}", epoch.epoch].simple_value < 1e9


def test_weights_are_histograms_and_pictures_from_before_the_first_step(run):
    shown = visible(run.folder)
    for step in range(4):
        for name in PARAMETERS:
            counted = shown[f"parameters/{name}", step].histo
            assert counted.num == run.net.parameters()[name].size
        picture = shown["first_layer", step].image
        image = Image.open(io.BytesIO(picture.encoded_image_string))
        assert (image.width, image.height) == (picture.width, picture.height)
        assert image.width >= 2 * 32
    last = shown["parameters/layers.4.weight", 3].histo
    weight = run.net.parameters()["layers.4.weight"]
    assert last.sum == pytest.approx(weight.sum(), rel=1e-5, abs=1e-5)
    assert last.min == pytest.approx(weight.min())


def test_it_changes_no_bit(run, tmp_path):
    plain = train(SETTINGS, out=tmp_path / "plain")
    name = "parameters.safetensors"
    assert (plain.folder / name).read_bytes() == (run.folder / name).read_bytes()
    assert not (plain.folder / "tensorboard").exists()


def test_a_run_that_goes_on_takes_back_what_it_does_again(run, tmp_path):
    folder = tmp_path / "run"
    stopped = train(SETTINGS, out=folder, tensorboard=True, watch=after(1))
    # What a killed process wrote after its last checkpoint.
    first = logs(folder)[0]
    second = [e for e in events(logs(run.folder)[0]) if e.step == 2]
    with first.open("ab") as file:
        file.write(b"".join(_record(e) for e in second))
    assert {step for _, step in visible(folder)} == {0, 1, 2}
    train(resume=folder)
    assert len(logs(folder)) == 2
    assert stopped.stopped_by
    shown, whole = visible(folder), visible(run.folder)
    assert shown.keys() == whole.keys()
    for (tag, step), value in whole.items():
        if tag != "images_per_second":
            assert shown[tag, step] == value


def test_a_run_that_begins_anew_takes_back_everything(tmp_path):
    folder = tmp_path / "run"
    train(SETTINGS, out=folder, tensorboard=True, watch=after(1))
    for path in (folder / "checkpoints").iterdir():
        path.unlink()
    train(resume=folder)
    assert {step for _, step in visible(folder)} == {0, 1, 2, 3}


def _record(event: Event) -> bytes:
    data = event.SerializeToString()
    head = struct.pack("<Q", len(data))
    checks = [struct.pack("<I", masked_crc32c(each)) for each in (head, data)]
    return head + checks[0] + data + checks[1]


def test_a_run_without_it_can_go_on_with_it(tmp_path):
    folder = tmp_path / "run"
    train(SETTINGS, out=folder, watch=after(1))
    train(resume=folder, tensorboard=True)
    assert {step for _, step in visible(folder)} == {2, 3}


def test_what_cannot_be_written_is_said(tmp_path):
    (tmp_path / "run").mkdir()
    settings = replace(SETTINGS, epochs=1)

    def occupy(_):
        place = tmp_path / "run" / "tensorboard"
        if not place.exists():
            place.write_text("a file")

    with pytest.raises(RunError, match=r"tensorboard.*cannot be written"):
        train(settings, out=tmp_path / "run", tensorboard=True, watch=occupy)
    (tmp_path / "run" / "tensorboard").unlink()
    assert train(resume=tmp_path / "run", tensorboard=True).stopped_by == ""


def test_without_the_package(tmp_path, monkeypatch):
    real = importlib.import_module

    def missing(name: str):
        if name.startswith("tensorboardX"):
            raise ImportError(name)
        return real(name)

    monkeypatch.setattr(importlib, "import_module", missing)
    with pytest.raises(OptionError, match=r"not installed\n.*hubel\[tensorboard\]"):
        train(SETTINGS, out=tmp_path / "run", tensorboard=True)
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
def test_update_ratios_are_those_of_a_step(optimizer):
    images = stream(0, "ratios").standard_normal((40, 6))
    labels = np.arange(40) % 3
    config = TrainConfig(
        batch_size=10,
        optimizer=optimizer,
        schedule="constant",
        slice_seconds=0,
        deterministic=True,
    )
    training = Training(mlp(6, 5, 3, dtype=np.float64), images, labels, config)
    assert len(list(islice(training.slices(), 3))) == 3
    # The same batch again, as the step after it: from the state before it.
    before = training.snapshot()
    ratios = training.update_ratios()
    assert set(ratios) == set(training.net.parameters())
    after = training.snapshot()
    for one, other in zip(before.params, after.params, strict=True):
        np.testing.assert_array_equal(one, other)
    training.restore(replace(before, step=2))
    next(training.slices())
    pairs = zip(before.params, training.snapshot().params, strict=True)
    for ratio, (old, new) in zip(ratios.values(), pairs, strict=True):
        expected = np.linalg.norm(new - old) / np.linalg.norm(old)
        assert ratio == pytest.approx(expected, rel=1e-9)
