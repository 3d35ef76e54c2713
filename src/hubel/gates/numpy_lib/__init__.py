"""What ``numpy.lib`` is about: functions that NumPy itself builds from others.

A file of this package declares the meaning of its functions when it is imported. All
are, when a term first meets one of them.
"""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules

for _module in iter_modules(__path__, f"{__name__}."):
    import_module(_module.name)
