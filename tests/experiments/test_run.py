"""Reading back a run that was damaged, cut short, or never was one."""

from __future__ import annotations

import json
import shutil

import pytest

from hubel.errors import RunError
from hubel.experiments import load_run


@pytest.fixture
def copy(small_run, tmp_path):
    """Return a folder of one's own with a finished run."""
    return shutil.copytree(small_run.folder, tmp_path / "run")


def test_what_is_no_run(tmp_path):
    with pytest.raises(RunError, match=r"config.json: there is no such file"):
        load_run(tmp_path)
    (tmp_path / "config.json").mkdir()
    with pytest.raises(RunError, match="cannot be read"):
        load_run(tmp_path)


def test_a_run_without_its_net(copy):
    (copy / "parameters.safetensors").unlink()
    with pytest.raises(RunError, match=r"parameters.safetensors: cannot be read"):
        load_run(copy)


def test_a_run_that_never_came_to_its_end(copy):
    (copy / "result.json").unlink()
    metrics = copy / "metrics.jsonl"
    metrics.write_text(metrics.read_text()[:-5])
    run = load_run(copy)
    assert run.result == {}
    assert [row["epoch"] for row in run.history] == [1]
    metrics.unlink()
    assert load_run(copy).history == ()


@pytest.mark.parametrize("name", ["config.json", "metrics.jsonl", "result.json"])
@pytest.mark.parametrize("text", ["{]\n", "[]\n", "\xff\n", "[" * 9000 + "\n"])
def test_damaged_text(copy, name, text):
    (copy / name).write_text(text, encoding="latin-1")
    with pytest.raises(RunError, match=rf"{name}: (damaged|cannot be read)"):
        load_run(copy)


def test_a_file_of_an_absurd_size(copy):
    with (copy / "metrics.jsonl").open("wb") as file:
        file.truncate(2**40)
    with pytest.raises(RunError, match="more than hubel writes"):
        load_run(copy)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"format": 2}, "not the configuration"),
        ({"settings": []}, "not the configuration"),
        ({"settings": {"hidden": [8], "wings": 2}}, "does not know the settings wings"),
        ({"settings": {"hidden": 8}}, "a setting is not"),
        ({"settings": {}}, "a setting is not"),
        ({"settings": {"hidden": [], "data": "x"}}, "no data set 'x'"),
    ],
)
def test_another_configuration(copy, changes, told):
    config = json.loads((copy / "config.json").read_text())
    (copy / "config.json").write_text(json.dumps(config | changes))
    with pytest.raises(RunError, match=told):
        load_run(copy)


def test_settings_that_an_older_version_lacked(copy):
    config = json.loads((copy / "config.json").read_text())
    del config["settings"]["threads"]
    (copy / "config.json").write_text(json.dumps(config))
    assert load_run(copy).settings.threads is None
