"""A disk that is really full at every moment of a run: nothing is lost, it says so.

The disk is a small one in memory, which only the superuser of a Linux may mount.
Without that right these tests are skipped; `test_resume.py` lets writes fail.
"""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from hubel.errors import RunError
from hubel.experiments import TrainSettings, train
from tests.experiments.test_resume import SETTINGS, what

SMALL = replace(SETTINGS, epochs=2, batch_size=27)
"""Two steps an epoch: with its start and its epochs, a run of seven events."""
EVENTS = 7
HAS_TENSORBOARD = importlib.util.find_spec("tensorboardX") is not None


@pytest.fixture(scope="module")
def disk(tmp_path_factory) -> Iterator[Path]:
    """Return the folder of a disk of 2 MB."""
    folder = tmp_path_factory.mktemp("disk")
    if not sys.platform.startswith("linux") or os.geteuid():
        pytest.skip("needs the right to mount a disk")
    command = ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(folder)]
    if subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("needs the right to mount a disk")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


@pytest.fixture(scope="module")
def whole(tmp_path_factory) -> tuple:
    """Return what the run comes to where there is room."""
    return what(train(SMALL, out=tmp_path_factory.mktemp("room") / "run").folder)


@pytest.fixture(autouse=True)
def step_by_step(monkeypatch):
    """Let every slice be one step."""
    config = TrainSettings.config
    monkeypatch.setattr(
        TrainSettings, "config", lambda self: replace(config(self), slice_seconds=0)
    )


def fill(disk: Path) -> None:
    """Fill the disk to the last byte."""
    space = os.statvfs(disk)
    (disk / "ballast").write_bytes(bytes(space.f_bavail * space.f_bsize))


def run_on(disk: Path, at: int) -> str:
    """Train until the disk is full from event `at` on; return which file said so."""
    seen = []

    def watch(event) -> None:
        seen.append(event)
        if len(seen) == at:
            fill(disk)

    with pytest.raises(RunError, match="No space left") as error:
        train(
            SMALL,
            out=disk / "run",
            checkpoint_seconds=0,
            tensorboard=HAS_TENSORBOARD,
            watch=watch,
        )
    message = str(error.value)
    assert f"hubel train --resume {disk / 'run'}" in message
    assert not list((disk / "run").rglob(".*"))
    path = Path(message.partition(": cannot be written")[0])
    return path.parent.name if path.parent.name != "run" else path.name


def test_a_full_disk_at_every_moment(disk, whole):
    refused = []
    for at in range(1, EVENTS + 1):
        refused.append(run_on(disk, at))
        (disk / "ballast").unlink()
        train(resume=disk / "run")
        assert what(disk / "run") == whole
        subprocess.run(["rm", "-r", str(disk / "run")], check=True)
    told = {name.partition("-")[0] for name in refused}
    assert {"metrics.jsonl", "checkpoints"} <= told
    assert ("tensorboard" in told) == HAS_TENSORBOARD


def test_a_disk_too_small_to_begin(disk):
    fill(disk)
    try:
        with pytest.raises(
            RunError, match=r"config\.json: cannot be written: No space"
        ):
            train(SMALL, out=disk / "run")
        assert list((disk / "run").iterdir()) == []
    finally:
        (disk / "ballast").unlink()
    assert train(SMALL, out=disk / "run").stopped_by == ""
