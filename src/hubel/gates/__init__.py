"""Every gate: one kind of operation each, stated once.

A file of this package registers its gates when it is imported, so all are. Packages
inside it are about one library each, and are imported when a term first meets a
function of that library which has no meaning yet, or when a gate is asked for by name.
"""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules

from hubel.graph.registry import LATER

LATER["hubel.gates.numpy_fft"] = "numpy.fft"
LATER["hubel.gates.numpy_lib"] = "numpy"
LATER["hubel.gates.numpy_linalg"] = "numpy.linalg"
LATER["hubel.gates.scipy_special"] = "scipy.special"

for _module in iter_modules(__path__, f"{__name__}."):
    if not _module.ispkg:
        import_module(_module.name)
