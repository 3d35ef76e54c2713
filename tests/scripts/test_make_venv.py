"""Making .venv picks a Python that can, and says plainly where none can."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / "scripts" / "make_venv.sh"

pytestmark = pytest.mark.skipif(
    os.name != "posix", reason="make and sh are how Unix makes the environment"
)

INTERPRETER = """#!/bin/sh
case "$*" in
    *"sys.version_info <"*) exit {too_old} ;;
    *"import ensurepip"*) exit {lacks_venv} ;;
    *"print("*) echo {version} ;;
    *"-m venv"*) echo "made: $*" ;;
esac
"""


def interpreter(
    path: Path, version: str, *, too_old: bool = False, lacks_venv: bool = False
) -> None:
    """Write a Python that only answers the script's questions."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(
        INTERPRETER.format(
            version=version, too_old=int(too_old), lacks_venv=int(lacks_venv)
        )
    )
    path.chmod(0o755)


def run(folder: Path, python: str = "") -> subprocess.CompletedProcess[str]:
    """Run the script where the folder's pythons are the only ones."""
    return subprocess.run(
        [shutil.which("sh") or "/bin/sh", SCRIPT, "env"],
        cwd=folder,
        capture_output=True,
        text=True,
        env={"PATH": str(folder), "PYTHON": python},
    )


def test_the_newest_python_that_has_venv_is_taken(tmp_path: Path) -> None:
    interpreter(tmp_path / "python3.13", "3.13", lacks_venv=True)
    interpreter(tmp_path / "python3.12", "3.12")
    interpreter(tmp_path / "python3", "3.11")
    done = run(tmp_path)
    assert done.returncode == 0, done.stderr
    assert "with python3.12 (3.12)\nmade: -m venv --clear env" in done.stdout


def test_the_named_python_is_taken(tmp_path: Path) -> None:
    interpreter(tmp_path / "python3.13", "3.13")
    interpreter(tmp_path / "other", "3.11")
    assert "with other (3.11)" in run(tmp_path, python="other").stdout


def test_no_new_python_is_said(tmp_path: Path) -> None:
    interpreter(tmp_path / "python3", "3.9", too_old=True)
    done = run(tmp_path)
    assert done.returncode == 1
    assert "needs Python 3.11 or newer" in done.stderr
    assert "made" not in done.stdout


def test_no_venv_module_says_what_to_install(tmp_path: Path) -> None:
    interpreter(tmp_path / "python3.11", "3.11", lacks_venv=True)
    done = run(tmp_path)
    assert done.returncode == 1
    assert "python3.11 (3.11) lacks the modules venv and ensurepip" in done.stderr
    assert "apt-get install python3-venv" in done.stderr


def test_an_environment_that_works_is_left_as_it_is(tmp_path: Path) -> None:
    interpreter(tmp_path / "env" / "bin" / "python", "3.12")
    (tmp_path / "env" / "pyvenv.cfg").touch()
    done = run(tmp_path)
    assert (done.returncode, done.stdout) == (0, "")


def test_a_folder_that_is_no_environment_is_refused(tmp_path: Path) -> None:
    interpreter(tmp_path / "python3.12", "3.12")
    precious = tmp_path / "env" / "precious"
    precious.parent.mkdir()
    precious.touch()
    done = run(tmp_path)
    assert done.returncode == 1
    assert "env exists and is not a virtual environment" in done.stderr
    assert precious.exists()
