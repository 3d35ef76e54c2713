"""What a run was made with, for whoever wants the same numbers again."""

from __future__ import annotations

import platform

import numpy as np


def versions() -> dict[str, str]:
    """Return the versions that a run's numbers may depend on."""
    from importlib.metadata import version  # slow to load

    return {
        "hubel": version("hubel"),
        "python": platform.python_version(),
        "numpy": np.__version__,
        "safetensors": version("safetensors"),
        "system": f"{platform.system()} {platform.machine()}",
    }
