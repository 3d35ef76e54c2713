"""What a run was made with, for whoever wants the same numbers again."""

from __future__ import annotations

import platform

import numpy as np

from hubel import __version__


def versions() -> dict[str, str]:
    """Return the versions that a run's numbers may depend on."""
    import safetensors

    return {
        "hubel": __version__,
        "python": platform.python_version(),
        "numpy": np.__version__,
        "safetensors": safetensors.__version__,
        "system": f"{platform.system()} {platform.machine()}",
    }
