"""Files are there whole or not at all."""

from __future__ import annotations

import errno
import json
import os

import pytest

from hubel.errors import RunError
from hubel.experiments import _atomic
from hubel.experiments._atomic import write_whole


def test_content_is_replaced_whole(tmp_path):
    path = tmp_path / "a.txt"
    write_whole(path, "first, and longer")
    write_whole(path, "second: ü")
    assert path.read_text(encoding="utf-8") == "second: ü"
    assert os.listdir(tmp_path) == ["a.txt"]


def test_bytes_are_on_the_disk_before_the_name_is(tmp_path, monkeypatch):
    calls = []
    real_sync, real_replace = os.fsync, os.replace
    monkeypatch.setattr(os, "fsync", lambda n: (calls.append("sync"), real_sync(n)))
    monkeypatch.setattr(
        os, "replace", lambda a, b: (calls.append("rename"), real_replace(a, b))
    )
    write_whole(tmp_path / "a", b"x")
    assert calls == ["sync", "rename", *["sync"] * (os.name != "nt")]


@pytest.mark.parametrize("failing", ["fsync", "replace"])
def test_a_full_disk_leaves_the_old_file_alone(tmp_path, monkeypatch, failing):
    path = tmp_path / "a"
    write_whole(path, "old")

    def fail(*_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(_atomic.os, failing, fail)
    with pytest.raises(RunError, match=r"a: cannot be written: No space left"):
        write_whole(path, "new")
    assert path.read_text() == "old"
    assert os.listdir(tmp_path) == ["a"]


def test_a_folder_that_is_not_there(tmp_path):
    with pytest.raises(RunError, match="cannot be written"):
        write_whole(tmp_path / "no" / "a", "x")


def test_names_that_are_no_text_are_escaped(tmp_path):
    write_whole(tmp_path / "a", json.dumps({"data_dir": "x\udcff"}, ensure_ascii=False))
    assert json.loads((tmp_path / "a").read_bytes()) == {"data_dir": "x\udcff"}
