"""What ``numpy.linalg`` is about: functions of matrices.

A file of this package registers its gates when it is imported. All are, when a term
first meets a function of ``numpy.linalg``, or when one is asked for by name.
"""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules

for _module in iter_modules(__path__, f"{__name__}."):
    import_module(_module.name)
