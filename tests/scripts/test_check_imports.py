"""The imports script finds heavy modules and too many of them."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

SCRIPT = Path(__file__).parents[2] / "scripts" / "check_imports.py"


def run(module: str, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, SCRIPT, module],
        capture_output=True,
        text=True,
        env=os.environ | {"PYTHONPATH": str(folder)},
    )


def test_a_light_module_passes(tmp_path: Path) -> None:
    (tmp_path / "feather.py").write_text("import numpy.linalg\n")
    done = run("feather", tmp_path)
    assert done.returncode == 0, done.stdout
    assert "adds 1 modules" in done.stdout


def test_a_heavy_module_is_named(tmp_path: Path) -> None:
    (tmp_path / "stone.py").write_text("import xml.dom\n")
    done = run("stone", tmp_path)
    assert done.returncode == 1
    assert "heavy ones: xml, xml.dom" in done.stdout


def test_too_many_modules_are_named(tmp_path: Path) -> None:
    names = [f"grain_{i:03d}" for i in range(200)]
    for name in names:
        (tmp_path / f"{name}.py").touch()
    (tmp_path / "heap.py").write_text("".join(f"import {name}\n" for name in names))
    done = run("heap", tmp_path)
    assert done.returncode == 1
    assert "at most 200 may be: grain_000, grain_001" in done.stdout
