"""Checkpoints: the same bits come back, and nothing but a sound one is read."""

from __future__ import annotations

import contextlib
import json
import math
import struct
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from safetensors.numpy import load

from hubel.errors import RunError
from hubel.experiments import _checkpoint, _keeper
from hubel.experiments._checkpoint import (
    Best,
    Checkpoint,
    Frame,
    check_file,
    read_checkpoint,
    write_checkpoint,
)
from hubel.experiments._keeper import Keeper
from hubel.experiments._lock import hold
from hubel.nn import Adam, Epoch, Snapshot, Tally
from hubel.streams import stream
from hubel.tracing.tree import flatten

EPOCHS, STEPS = 5, 7
NAMES = ("layers.1.weight", "layers.1.bias")


def snapshot(epoch=1, step=0, tally=None) -> Snapshot:
    """Return where a small net under Adam stands."""
    random = stream(epoch, "numbers", step)
    params = tuple(
        random.normal(size=shape).astype(np.float32) for shape in ((3, 4), (4,))
    )
    state = Adam().init(params)
    for leaf in flatten(state)[0]:
        leaf[...] = random.normal(size=leaf.shape)
    return Snapshot(epoch, step, params, state, tally or Tally())


def record(epoch: int, validation: float | None) -> Epoch:
    return Epoch(epoch, 0.1, 1 / 3, validation, validation, math.nan, 1e-300, 5.5, 2.25)


FRAME = Frame("run", NAMES, snapshot(), EPOCHS, STEPS, {"backend": "numpy"})


def checkpoint(epoch=3, step=4, validation=0.25) -> Checkpoint:
    """Return where a run stands."""
    whole = epoch - (step < STEPS)
    history = tuple(record(each + 1, validation) for each in range(whole))
    best = Best(1, 0.25) if validation and whole else None
    tally = Tally(0.1 + 0.2, 17, 40)
    return Checkpoint(snapshot(epoch, step, tally), history, best, 12.5)


def equal(first: Checkpoint, second: Checkpoint) -> None:
    """Assert that two are the same to the last bit."""
    (old, tree), (new, other) = (
        flatten((each.snapshot.params, each.snapshot.state)) for each in (first, second)
    )
    assert tree == other
    for one, two in zip(old, new, strict=True):
        np.testing.assert_array_equal(one, two, strict=True)
    for name in ("epoch", "step", "tally"):
        assert getattr(first.snapshot, name) == getattr(second.snapshot, name)
    # As text, where a number that is none equals itself.
    assert repr(first.history) == repr(second.history)
    assert (first.best, first.seconds) == (second.best, second.seconds)


@pytest.mark.parametrize("validation", [0.25, None, math.nan, math.inf])
@pytest.mark.parametrize(
    ("epoch", "step"), [(1, 0), (1, 3), (3, STEPS), (4, 0), (EPOCHS, STEPS)]
)
def test_the_same_bits_come_back(tmp_path, epoch, step, validation):
    written = checkpoint(epoch, step, validation)
    write_checkpoint(tmp_path / "a", written, FRAME)
    equal(read_checkpoint(tmp_path / "a", FRAME), written)
    check_file(tmp_path / "a")
    write_checkpoint(tmp_path / "b", written, FRAME)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_after_the_last_step(tmp_path):
    """Training then stands at the beginning of one epoch more."""
    written = checkpoint(EPOCHS + 1, 0)
    write_checkpoint(tmp_path / "a", written, FRAME)
    equal(read_checkpoint(tmp_path / "a", FRAME), written)


def content(tmp_path) -> bytes:
    """Return the bytes of a sound file."""
    write_checkpoint(tmp_path / "sound", checkpoint(), FRAME)
    return (tmp_path / "sound").read_bytes()


def changed(data: bytes, change) -> bytes:
    """Return a file with another header, and everything else as it was."""
    length = int.from_bytes(data[:8], "little")
    header = json.loads(data[8 : 8 + length])
    told = json.loads(header["__metadata__"]["hubel"])
    change(header, told)
    header["__metadata__"]["hubel"] = json.dumps(told)
    text = json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + data[8 + length :]


def sealed(data: bytes, **changes) -> bytes:
    """Return a file with other metadata, under a checksum that fits again."""

    def change(header, told):
        told |= changes
        told["sha256"] = _checkpoint._digest(told, load(data))

    return changed(data, change)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"format": 2}, "format 2"),
        ({"run": "other"}, "other settings than config.json"),
        ({"epoch": 0}, "counters"),
        ({"epoch": EPOCHS + 2}, "counters"),
        ({"epoch": 3.0}, "counters"),
        ({"epoch": EPOCHS + 1}, "counters"),
        ({"epoch": 4}, "history is not float64"),
        ({"step": STEPS}, "history is not float64"),
        ({"step": STEPS + 1}, "counters"),
        ({"step": True}, "counters"),
        ({"tally": None}, "metadata are damaged"),
        ({"tally": {}}, "metadata are damaged"),
        ({"tally": {"loss": 1, "correct": 1, "examples": 1}}, "numbers is none"),
        ({"tally": {"loss": 1.0, "correct": -1, "examples": 1}}, "counters"),
        ({"tally": {"loss": 1.0, "correct": None, "examples": "1"}}, "counters"),
        ({"best": 3}, "metadata are damaged"),
        ({"best": {"epoch": 3, "accuracy": 0.5}}, "counters"),
        ({"best": {"epoch": 1, "accuracy": "0.5"}}, "numbers is none"),
        ({"seconds": None}, "numbers is none"),
    ],
)
def test_what_cannot_be_is_refused(tmp_path, changes, reason):
    (tmp_path / "a").write_bytes(sealed(content(tmp_path), **changes))
    with pytest.raises(RunError, match=rf"a: not a checkpoint of this run: .*{reason}"):
        read_checkpoint(tmp_path / "a", FRAME)


def test_a_change_that_says_nothing_is_read(tmp_path):
    """The harness above refuses for the reason that it names, not for the checksum."""
    (tmp_path / "a").write_bytes(sealed(content(tmp_path), seconds=99.0))
    assert read_checkpoint(tmp_path / "a", FRAME).seconds == 99.0


@pytest.mark.parametrize("name", ["seconds", "step", "sha256", "best", "run"])
def test_a_field_that_is_missing_or_edited(tmp_path, name):
    data = content(tmp_path)
    (tmp_path / "a").write_bytes(changed(data, lambda _, told: told.pop(name)))
    with pytest.raises(RunError, match="not a checkpoint"):
        read_checkpoint(tmp_path / "a", FRAME)
    (tmp_path / "a").write_bytes(
        changed(data, lambda _, told: told.update(seconds=3.5))
    )
    with pytest.raises(RunError, match="checksum does not fit"):
        read_checkpoint(tmp_path / "a", FRAME)
    with pytest.raises(RunError, match="checksum does not fit"):
        check_file(tmp_path / "a")


def test_arrays_of_another_net(tmp_path):
    write_checkpoint(tmp_path / "a", checkpoint(), FRAME)
    other = replace(FRAME, names=("w", "b"))
    with pytest.raises(RunError, match="arrays are not those of its net"):
        read_checkpoint(tmp_path / "a", other)
    blank = replace(FRAME.blank, params=tuple(p[..., :2] for p in FRAME.blank.params))
    with pytest.raises(RunError, match="is not float32 of shape"):
        read_checkpoint(tmp_path / "a", replace(FRAME, blank=blank))


def test_numbers_that_are_not_finite(tmp_path):
    written = checkpoint()
    written.snapshot.params[0][0, 0] = np.nan
    write_checkpoint(tmp_path / "a", written, FRAME)
    with pytest.raises(RunError, match="a parameter is not finite"):
        read_checkpoint(tmp_path / "a", FRAME)


def test_epochs_out_of_order(tmp_path):
    written = checkpoint()
    mixed = replace(written, history=written.history[::-1])
    write_checkpoint(tmp_path / "a", mixed, FRAME)
    with pytest.raises(RunError, match="epochs are not in order"):
        read_checkpoint(tmp_path / "a", FRAME)


def bloated() -> bytes:
    """Return a file of many arrays that are empty, in a header of less than 1 MiB."""
    entry = {"dtype": "F32", "shape": [0], "data_offsets": [0, 0]}
    header = {f"{i}": entry for i in range(12_000)}
    header["__metadata__"] = {"hubel": "{}"}
    text = json.dumps(header, separators=(",", ":")).encode()
    return struct.pack("<Q", len(text)) + text


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x80\x04.",
        struct.pack("<Q", 2**63),
        struct.pack("<Q", 2**20 + 1) + b" " * (2**20 + 1),
        struct.pack("<Q", 9000) + b"[" * 9000,
        bloated(),
        b"\0" * 2**22,
    ],
)
def test_other_files_are_refused(tmp_path, data):
    path = tmp_path / "a"
    path.write_bytes(data)
    with pytest.raises(RunError, match="not a checkpoint of this run"):
        read_checkpoint(path, FRAME)


def test_a_file_is_refused_before_it_is_read(tmp_path):
    path = tmp_path / "a"
    with path.open("wb") as file:
        file.truncate(2**40)
    with pytest.raises(RunError, match="bytes are more than"):
        read_checkpoint(path, FRAME)
    with pytest.raises(RunError, match="cannot be read"):
        read_checkpoint(tmp_path / "no", FRAME)


@given(st.data())
def test_no_damage_is_overlooked(tmp_path_factory, data):
    """One or more bytes changed or missing: an error of hubel's, or the same bits."""
    folder = tmp_path_factory.mktemp("damaged")
    sound = content(folder)
    whole = bytearray(sound)
    for _ in range(data.draw(st.integers(0, 4))):
        at = data.draw(st.integers(0, len(whole) - 1))
        whole[at] ^= 1 << data.draw(st.integers(0, 7))
    cut = data.draw(
        st.sampled_from([len(whole), data.draw(st.integers(0, len(whole)))])
    )
    path = folder / "a"
    path.write_bytes(whole[:cut])
    with contextlib.suppress(RunError):
        equal(read_checkpoint(path, FRAME), checkpoint())


@given(st.binary(max_size=400))
def test_random_bytes(tmp_path_factory, data):
    path = tmp_path_factory.mktemp("random") / "a"
    for start in (b"", struct.pack("<Q", max(2, len(data))) + b"{"):
        path.write_bytes(start + data)
        with pytest.raises(RunError):
            read_checkpoint(path, FRAME)


# What is kept -------------------------------------------------------------------------


def keeper(folder, every=0.0) -> Keeper:
    return Keeper(folder / "checkpoints", FRAME, every)


def test_the_last_two_are_kept(tmp_path):
    kept = keeper(tmp_path)
    assert kept.last() is None
    for step in (1, 2, 3):
        kept.write(checkpoint(3, step))
    names = [path.name for path in kept.paths()]
    assert names == ["step-000000000017.safetensors", "step-000000000016.safetensors"]
    equal(kept.last(), checkpoint(3, 3))
    kept.clear()
    assert not kept.folder.exists()


def test_a_damaged_one_gives_way_to_the_one_before(tmp_path):
    kept = keeper(tmp_path)
    for step in (1, 2):
        kept.write(checkpoint(3, step))
    last, before = kept.paths()
    last.write_bytes(last.read_bytes()[:-1])
    with pytest.warns(RuntimeWarning, match=rf"{last.name}: .*{before.name}"):
        equal(kept.last(), checkpoint(3, 1))
    # It neither counts as the last one later nor drives a sound one out.
    assert kept.paths() == [before]
    assert last.with_suffix(".damaged").exists()
    before.write_bytes(b"")
    with pytest.raises(RunError, match=rf"{before.name}: .*does not begin"):
        kept.last()


def test_when_one_is_due(tmp_path, monkeypatch):
    now = [100.0]
    monkeypatch.setattr(_keeper.time, "monotonic", lambda: now[0])
    kept = keeper(tmp_path, every=30)
    due = []
    for seconds in (0.5, 1, 29, 30):
        now[0] = 100 + seconds
        due.append((kept.due(whole_epoch=False), kept.due(whole_epoch=True)))
    assert due == [(False, False), (False, True), (False, True), (True, True)]
    kept.write(checkpoint())
    assert not kept.due(whole_epoch=True)
    assert keeper(tmp_path, every=0).due(whole_epoch=False)


def test_a_folder_that_cannot_be_made(tmp_path):
    (tmp_path / "checkpoints").write_text("a file")
    with pytest.raises(RunError, match="cannot be written"):
        keeper(tmp_path).write(checkpoint())


def test_a_folder_is_held_by_one(tmp_path):
    pytest.importorskip("fcntl", reason="Windows has no such locks")
    with (
        hold(tmp_path),
        pytest.raises(RunError, match="another process"),
        hold(tmp_path),
    ):
        raise AssertionError("two held it")
    with hold(tmp_path):
        pass
