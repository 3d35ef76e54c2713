"""`import hubel` is light, whatever the machine's speed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

SCRIPTS = Path(__file__).parents[1] / "scripts"


def test_import_adds_few_modules_and_no_heavy_one() -> None:
    done = subprocess.run(
        [sys.executable, SCRIPTS / "check_imports.py"], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr
