"""Importing `hubel.data` brings no heavy library along."""

from __future__ import annotations

import subprocess
import sys


def test_the_import_is_light() -> None:
    code = "import sys, hubel.data; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    roots = {name.split(".")[0] for name in done.stdout.split()}
    assert "hubel" in roots
    assert not roots & {"PIL", "scipy", "skimage", "sklearn"}
