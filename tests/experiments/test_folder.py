"""Run folders: named by number, never overwritten."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from hubel.errors import RunError
from hubel.experiments import RunFolder
from hubel.experiments._folder import as_json, create_folder, refuse_used


def test_the_next_free_number_is_taken(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    made = [create_folder(None, "mnist-100").path for _ in range(3)]
    assert made == [Path("runs") / f"mnist-100-{n}" for n in (1, 2, 3)]
    made[1].rmdir()
    assert create_folder(None, "mnist-100").path == made[1]


def test_a_named_folder_is_made_with_its_parents(tmp_path):
    folder = create_folder(tmp_path / "a" / "b", "x")
    assert folder.path == tmp_path / "a" / "b"
    assert create_folder(folder.path, "x").path.is_dir()


def test_what_is_in_use_is_refused(tmp_path):
    (tmp_path / "file").write_text("x")
    for used in (tmp_path, tmp_path / "file"):
        with pytest.raises(RunError, match=r"something already(.|\n)*another --out"):
            refuse_used(used)
        with pytest.raises(RunError, match="something already"):
            create_folder(used, "x")
    refuse_used(None)
    refuse_used(tmp_path / "free")


def test_a_place_that_cannot_be_made(tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(RunError, match="cannot be written"):
        create_folder(tmp_path / "file" / "below", "x")


def test_metrics_are_lines_that_are_there_at_once(tmp_path):
    folder = RunFolder(tmp_path)
    for epoch in (1, 2):
        folder.add_metrics({"epoch": epoch, "loss": float("nan")})
        lines = folder.metrics.read_text().splitlines()
        assert len(lines) == epoch
    assert json.loads(lines[-1]) == {"epoch": 2, "loss": None}
    with pytest.raises(RunError, match="cannot be written"):
        RunFolder(tmp_path / "no").add_metrics({})


def test_json_has_no_numbers_that_json_lacks():
    text = as_json({"a": float("inf"), "b": 0.1, "c": (1, "ü")})
    assert json.loads(text) == {"a": None, "b": 0.1, "c": [1, "ü"]}
