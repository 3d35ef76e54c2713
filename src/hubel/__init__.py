"""hubel: everything from pixels to class scores as one computational graph.

>>> import hubel as hb
>>> g = hb.Graph.trace(lambda x, y, z: (x + y) * z, x=-2.0, y=5.0, z=-4.0)
>>> g.forward(x=-2.0, y=5.0, z=-4.0)
-12.0
>>> g.backward()
{'x': -4.0, 'y': -4.0, 'z': 3.0}
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from hubel import errors, transforms
from hubel.transforms import *  # noqa: F403  what transforms lists is the public face

if TYPE_CHECKING:
    from hubel import data, experiments, nn, scale
    from hubel.scale import threads
    from hubel.transforms import check_staged, scipy_functions, stage

__version__ = "0.1.0"

__all__ = [
    "check_staged",
    "data",
    "errors",
    "experiments",
    "nn",
    "scale",
    "scipy_functions",
    "stage",
    "threads",
]
__all__ += transforms.__all__

_LATER = {
    "check_staged": "transforms",
    "data": "",
    "experiments": "",
    "nn": "",
    "scale": "",
    "scipy_functions": "transforms",
    "stage": "transforms",
    "threads": "scale",
}
"""What is imported when it is first used: a package, or a name of a package."""


def __getattr__(name: str) -> Any:
    if name not in _LATER:
        raise AttributeError(f"module 'hubel' has no attribute {name!r}")
    package = importlib.import_module(f"hubel.{_LATER[name] or name}")
    return getattr(package, name) if _LATER[name] else package
