"""The budgets script finds what is over, and nothing else."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def run(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, ROOT / "scripts" / "check_budgets.py", folder],
        capture_output=True,
        text=True,
    )


def function(statements: int, docstring: str = "") -> str:
    return "\n    ".join(["def f():", *docstring.splitlines(), *["x = 1"] * statements])


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("exact.py", "x = 1\n" * 500),
        ("__init__.py", "x = 1\n" * 60),
        ("function.py", function(39)),
        ("docstring.py", function(39, '"""One.\n\nTwo.\n"""')),
    ],
)
def test_what_is_within_its_budget_passes(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text)
    done = run(tmp_path)
    assert done.returncode == 0, done.stdout
    assert "1 files, 0 over" in done.stdout


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("long.py", "x = 1\n" * 501, "long.py:1: 501 lines, at most 500"),
        ("__init__.py", "x = 1\n" * 61, "__init__.py:1: 61 lines, at most 60"),
        ("f.py", "\n" + function(40), "f.py:2: f has 41 lines without its docstring"),
        ("f.py", "async " + function(40), "f.py:1: f has 41 lines"),
    ],
)
def test_what_is_over_its_budget_is_named(
    tmp_path: Path, name: str, text: str, said: str
) -> None:
    (tmp_path / name).write_text(text)
    done = run(tmp_path)
    assert done.returncode == 1
    assert said in done.stdout


def test_the_project_is_within_its_budgets() -> None:
    done = subprocess.run(
        [sys.executable, "scripts/check_budgets.py"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout
