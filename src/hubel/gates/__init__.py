"""Every gate: one kind of operation each, stated once.

A file of this package registers its gates when it is imported, so all are.
"""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules

for _module in iter_modules(__path__, f"{__name__}."):
    import_module(_module.name)
