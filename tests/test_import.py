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


def test_no_module_of_transforms_is_named_like_a_function() -> None:
    """An imported module would stand before a function that is loaded later."""
    from hubel.transforms import later

    names = {path.stem for path in Path(later.__file__).parent.iterdir()}
    assert names.isdisjoint(later.__all__)
